/**
 * Compiles examples/NAME.c to examples/out/NAME.wasm: wasm32-wasip1, unoptimized, with DWARF and a
 * name section.
 */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compileC } from './clang.ts';
import { isUpToDate } from './out-of-date.ts';
import { root } from './run.ts';

const examples = join(root, 'examples');
const out = join(examples, 'out');

await mkdir(out, { recursive: true });
for (const file of await readdir(examples)) {
  if (!file.endsWith('.c')) continue;
  const source = join(examples, file);
  const target = join(out, `${basename(file, '.c')}.wasm`);
  const tools = [
    import.meta.filename,
    join(import.meta.dirname, 'clang.ts'),
    join(root, 'package-lock.json'),
  ];
  if (await isUpToDate(target, [source, ...tools])) continue;
  const text = await readFile(source, 'utf8');
  const bytes = await compileC({ [file]: text }, 'command', ['-g', '-O0']);
  await writeFile(target, bytes);
  console.log(`${basename(target)}: ${bytes.length} bytes`);
}
