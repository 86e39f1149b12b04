/** Compiles the programs in C, optimized and not, where they are out of date. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileC } from '../scripts/clang.ts';
import { isUpToDate } from '../scripts/out-of-date.ts';
import { compiled, cPrograms, sources } from './programs.ts';

const FLAGS = { O2: ['-O2'], O0: ['-O0', '-g'] } as const;

export async function buildPrograms(): Promise<void> {
  await mkdir(compiled, { recursive: true });
  const header = join(sources, 'common.h');
  const common = await readFile(header, 'utf8');
  for (const name of cPrograms()) {
    const file = join(sources, `${name}.c`);
    for (const level of ['O2', 'O0'] as const) {
      const target = join(compiled, `${name}-${level}.wasm`);
      if (await isUpToDate(target, [file, header, import.meta.filename])) continue;
      process.stderr.write(`compiling ${name} at -${level}\n`);
      const texts = { [`${name}.c`]: await readFile(file, 'utf8'), 'common.h': common };
      await writeFile(target, await compileC(texts, 'library', FLAGS[level]));
    }
  }
}
