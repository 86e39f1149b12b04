/** main.c to my-debugger.wasm: compile, link, add the world, make the component. All tools are from npm. */

import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { componentEmbed, componentNew } from '@bytecodealliance/jco-transpile/wasm-tools';
import { _addPreopen } from '@bytecodealliance/preview2-shim/filesystem';
import { Exit, runLLVM } from '@yowasp/clang';

const WIT = dirname(fileURLToPath(import.meta.resolve('witness/wit/world.wit')));
const OUT = 'my-debugger.wasm';

const files = {
  'main.c': await readFile('main.c', 'utf8'),
  'debuggee.h': await readFile(join(WIT, 'c/debuggee.h'), 'utf8'),
};
// Two runs: clang cannot start the linker as a process here. Both work on files in memory.
const compile = 'clang --target=wasm32-wasip1 -O2 -Wall -c main.c -o main.o';
const link =
  'wasm-ld --no-entry -L/usr/lib/wasm32-wasip1 main.o -lc ' +
  '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a --strip-all -o core.wasm';
const { 'core.wasm': binary } = await llvm(link, await llvm(compile, files));

// The tool reads WIT through WASI, which gives it no directory by itself.
_addPreopen('/', '/');
const core = await componentEmbed({ binary, witPath: WIT, world: 'debug-main' });
const component = await componentNew(core);
await writeFile(OUT, component);
console.log(`${OUT}: ${component.length} bytes`);

/** Runs a tool; gives the files that it made. */
async function llvm(command, files) {
  const print = (bytes) => bytes && process.stderr.write(bytes);
  try {
    const output = { stdout: print, stderr: print, fetchProgress: () => {} };
    return await runLLVM(command.split(' '), files, output);
  } catch (error) {
    // The tool has said what is wrong.
    if (error instanceof Exit) process.exit(1);
    throw error;
  }
}
