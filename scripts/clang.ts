/** Clang and the linker from npm. They run inside this process, on a file system of their own. */

import { Exit, runLLVM, type Tree } from '@yowasp/clang';

const LIB = '/usr/lib/wasm32-wasip1';
const BUILTINS = '/usr/lib/wasm32-unknown-wasip1/libclang_rt.builtins.a';

/** What to make of the objects. */
export type Output =
  /** A command of WASI preview 1, with `main`. */
  | 'command'
  /**
   * A module with no entry, whose functions marked `export_name` are its exports. What of the C
   * library uses no system call (memory, strings) can be used in it, and adds no imports.
   */
  | 'library';

/**
 * Compiles and links C.
 * @param sources texts by file name; headers too, which are not compiled
 * @param flags for the compiler, such as -O2
 * @returns the core module
 * @throws Error with the compiler's messages
 */
export async function compileC(
  sources: Readonly<Record<string, string>>,
  output: Output,
  flags: readonly string[],
): Promise<Uint8Array> {
  const objects: Tree = {};
  for (const file of Object.keys(sources)) {
    if (!file.endsWith('.c')) continue;
    const object = file.replace(/c$/, 'o');
    // Two runs: clang's driver would start the linker as a process, which it cannot do here.
    const args = ['clang', '--target=wasm32-wasip1', '-Wall', ...flags, '-c', file, '-o', object];
    objects[object] = (await tool(args, { ...sources }))[object]!;
  }
  const entry = output === 'command' ? [`${LIB}/crt1-command.o`] : ['--no-entry'];
  const linked = await tool(
    ['wasm-ld', `-L${LIB}`, ...entry, ...Object.keys(objects), '-lc', BUILTINS, '-o', 'linked'],
    objects,
  );
  const module = linked['linked'];
  if (!(module instanceof Uint8Array)) throw new Error('the linker made nothing');
  return module;
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
