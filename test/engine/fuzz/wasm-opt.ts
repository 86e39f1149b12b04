/**
 * Binaryen's `wasm-opt` called as a function. Its package has it as a program only, and a process for
 * each module is slow: most of the time goes into starting it. Here its WebAssembly is compiled once,
 * and each call has a fresh instance, so that the same input and options always give the same module.
 */
import fs, { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';

/** What the program's script lets its embedder choose. */
interface Embedding {
  readonly arguments: string[];
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    ready: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => void;
}

/** The script as a function; parameters stand for globals of the same names. */
type Script = (
  Module: Embedding,
  require: NodeJS.Require,
  __dirname: string,
  __filename: string,
  process: object,
  WebAssembly: object,
) => void;

/** Runs the script. */
type Start = (embedding: Embedding, wasm?: object) => void;

export class WasmOpt {
  readonly #start: Start;
  readonly #module: WebAssembly.Module;

  private constructor(start: Start, module: WebAssembly.Module) {
    this.#start = start;
    this.#module = module;
  }

  static async load(): Promise<WasmOpt> {
    const require = createRequire(import.meta.url);
    const printed: string[] = [];
    const path = join(dirname(require.resolve('binaryen')), 'bin/wasm-opt');
    // It writes to the standard streams with this, and some warnings whatever it is asked.
    const writeSync = (fd: number, buffer: Uint8Array, offset: number, length: number): number => {
      if (fd > 2) return fs.writeSync(fd, buffer, offset, length);
      printed.push(new TextDecoder().decode(buffer.slice(offset, offset + length)));
      return length;
    };
    const quietFs: unknown = Object.create(fs, { writeSync: { value: writeSync } });
    const modules = (id: string): unknown => (id === 'node:fs' ? quietFs : require(id));
    const names = ['Module', 'require', '__dirname', '__filename', 'process', 'WebAssembly'];
    const source = readFileSync(path, 'utf8').replace(/^#!.*/, '');
    const script = compileFunction(source, names, { filename: path }) as Script;
    const start: Start = (embedding, wasm = WebAssembly) => {
      // It sets the exit status of the process.
      const ours = Object.create(process, { exitCode: { value: 0, writable: true } });
      script(embedding, modules as NodeJS.Require, dirname(path), path, ours, wasm);
      const text = printed.splice(0).join('');
      if (ours.exitCode !== 0) throw new Error(`wasm-opt: status ${ours.exitCode}: ${text}`);
    };
    // The script has its binary in a string and gives it to nobody but `instantiate`.
    const { promise, resolve } = Promise.withResolvers<BufferSource>();
    const instantiate = (bytes: BufferSource): Promise<never> => {
      resolve(bytes);
      return new Promise(() => {});
    };
    start({ arguments: [] }, Object.create(WebAssembly, { instantiate: { value: instantiate } }));
    return new WasmOpt(start, new WebAssembly.Module(await promise));
  }

  /**
   * @param options - of the command, without the files
   * @returns the module that it makes of the input
   * @throws Error with what it printed, if it refuses
   */
  run(input: Uint8Array, options: readonly string[]): Uint8Array {
    // Real files: the program was built to know no others.
    const folder = mkdtempSync(join(tmpdir(), 'witness-fuzz-'));
    try {
      const from = join(folder, 'in');
      const to = join(folder, 'out');
      writeFileSync(from, input);
      this.#start({
        arguments: [from, ...options, '-o', to],
        instantiateWasm: (imports, ready) => {
          ready(new WebAssembly.Instance(this.#module, imports), this.#module);
        },
      });
      return readFileSync(to);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}
