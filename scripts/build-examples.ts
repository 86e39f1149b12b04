/**
 * Compiles examples/NAME.c to examples/out/NAME.wasm: wasm32-wasip1, unoptimized, with DWARF and a
 * name section.
 */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Exit, runLLVM, type Tree } from '@yowasp/clang';
import { isUpToDate } from './out-of-date.ts';
import { root } from './run.ts';

const examples = join(root, 'examples');
const out = join(examples, 'out');

await mkdir(out, { recursive: true });
for (const file of await readdir(examples)) {
  if (!file.endsWith('.c')) continue;
  const source = join(examples, file);
  const target = join(out, `${basename(file, '.c')}.wasm`);
  const tools = [import.meta.filename, join(root, 'package-lock.json')];
  if (await isUpToDate(target, [source, ...tools])) continue;
  const bytes = await compile(file, await readFile(source, 'utf8'));
  await writeFile(target, bytes);
  console.log(`${basename(target)}: ${bytes.length} bytes`);
}

/** The toolchain runs inside this process, on a file system of its own. */
async function compile(file: string, source: string): Promise<Uint8Array> {
  // Two runs: clang's driver would start the linker as a process, which it cannot do here.
  const compiled = await tool(
    ['clang', '--target=wasm32-wasip1', '-g', '-O0', '-Wall', '-c', file, '-o', 'program.o'],
    { [file]: source },
  );
  const lib = '/usr/lib/wasm32-wasip1';
  const builtins = '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a';
  const linked = await tool(
    ['wasm-ld', `-L${lib}`, `${lib}/crt1-command.o`, 'program.o', '-lc', builtins, '-o', 'program'],
    compiled,
  );
  const program = linked['program'];
  if (!(program instanceof Uint8Array)) throw new Error(`${file}: the linker made no program`);
  return program;
}

async function tool(args: string[], files: Tree): Promise<Tree> {
  const output: Uint8Array[] = [];
  const collect = (bytes: Uint8Array | null): void => {
    if (bytes !== null) output.push(bytes.slice());
  };
  const options = { stdout: collect, stderr: collect, fetchProgress: () => {} };
  const text = (): string => new TextDecoder().decode(Buffer.concat(output));
  let tree: Tree | undefined;
  try {
    tree = await runLLVM(args, files, options);
  } catch (error) {
    // Only an exit: the toolchain puts all files into it, which nobody wants to read.
    if (error instanceof Exit) throw new Error(`${args[0]} failed:\n${text()}`);
    throw error;
  }
  if (output.length > 0) console.error(text());
  if (tree === undefined) throw new Error(`${args[0]}: no result`);
  return tree;
}
