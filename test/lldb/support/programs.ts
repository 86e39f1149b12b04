/** The programs that the tests of LLDB and of its DAP server debug, compiled when they are out of date. */

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileC, type Output } from '../../../scripts/clang.ts';
import { isUpToDate } from '../../../scripts/out-of-date.ts';

/** Sources, and below `out` what is made of them. */
export const PROGRAMS = join(import.meta.dirname, '..', 'programs');
const OUT = join(import.meta.dirname, '..', 'out');

/** Where the DWARF says that the sources are. */
export const SOURCE_MAP = `settings set target.source-map / ${PROGRAMS}`;

/** Path of a program: that of programs/NAME.c, compiled with `-O0`, say. */
export async function program(
  name: string,
  optimization = '-O0',
  output: Output = 'command',
): Promise<string> {
  const source = join(PROGRAMS, `${name}.c`);
  const target = join(OUT, `${name}${optimization}.wasm`);
  const compiler = join(import.meta.dirname, '..', '..', '..', 'scripts', 'clang.ts');
  if (await isUpToDate(target, [source, compiler, import.meta.filename])) return target;
  const text = await readFile(source, 'utf8');
  const bytes = await compileC({ [`${name}.c`]: text }, output, ['-g', optimization]);
  await mkdir(OUT, { recursive: true });
  // At once: another test file may look for it at this moment.
  const made = `${target}.${process.pid}`;
  await writeFile(made, bytes);
  await rename(made, target);
  return target;
}

/** Number of the line that ends in this comment, from 1. */
export async function line(name: string, comment: string): Promise<number> {
  const lines = (await readFile(join(PROGRAMS, `${name}.c`), 'utf8')).split('\n');
  const index = lines.findIndex((text) => text.trimEnd().endsWith(`// ${comment}`));
  if (index < 0) throw new Error(`${name}.c has no line with the comment "${comment}"`);
  return index + 1;
}
