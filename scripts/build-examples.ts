/**
 * Compiles the examples, into examples/out: NAME.c to NAME.wasm (wasm32-wasip1, unoptimized, with
 * DWARF and a name section) and the same as a component of WASI 0.2 to NAME.component.wasm; NAME.wat
 * to NAME.wasm.
 */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { preview1AdapterCommandPath } from '@bytecodealliance/jco';
import { componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { compileC } from './clang.ts';
import { isUpToDate } from './out-of-date.ts';
import { root } from './run.ts';

const examples = join(root, 'examples');
const out = join(examples, 'out');
const tools = [
  import.meta.filename,
  join(import.meta.dirname, 'clang.ts'),
  join(root, 'package-lock.json'),
];

await mkdir(out, { recursive: true });
for (const file of await readdir(examples)) {
  const source = join(examples, file);
  const name = basename(file, extname(file));
  const module = join(out, `${name}.wasm`);
  const component = join(out, `${name}.component.wasm`);
  if (file.endsWith('.wat')) {
    await build(module, source, async (text) => parse(text));
  } else if (file.endsWith('.c')) {
    await build(module, source, (text) => compileC({ [file]: text }, 'command', ['-g', '-O0']));
    await build(component, module, async () => {
      const adapter = await readFile(preview1AdapterCommandPath());
      return componentNew(await readFile(module), [['wasi_snapshot_preview1', adapter]]);
    });
  }
}

async function build(
  target: string,
  source: string,
  make: (text: string) => Promise<Uint8Array>,
): Promise<void> {
  if (await isUpToDate(target, [source, ...tools])) return;
  const bytes = await make(await readFile(source, 'utf8'));
  await writeFile(target, bytes);
  console.log(`${basename(target)}: ${bytes.length} bytes`);
}
