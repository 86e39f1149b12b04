/** Commands of WASI preview 1 that say themselves when their work begins and ends. */
import { closeSync, existsSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WASI } from 'node:wasi';
import { coreModules } from '../src/wasm/component/core-modules.ts';
import { cpuTime } from './cpu-time.ts';
import type { Program } from './programs.ts';

/**
 * @param file without endings: `.wasm`, `.stdout.expected`, `.stderr.expected`
 * @returns undefined where the program is not there
 */
export function commandProgram(name: string, directory: string, file: string): Program | undefined {
  const path = join(directory, file);
  if (!existsSync(`${path}.wasm`)) return undefined;
  return {
    name,
    level: 'O2',
    async open(target) {
      const expected = {
        stdout: await readFile(`${path}.stdout.expected`, 'utf8'),
        stderr: await readFile(`${path}.stderr.expected`, 'utf8'),
      };
      const instantiate = target.compile(coreModule(await readFile(`${path}.wasm`)));
      return {
        round() {
          const stdout = new Capture();
          const stderr = new Capture();
          const wasi = new WASI({
            version: 'preview1',
            args: [file],
            preopens: { '.': directory },
            stdout: stdout.fd,
            stderr: stderr.fd,
          });
          let begin = 0;
          let time = Number.NaN;
          const bench = {
            start: () => {
              begin = cpuTime();
            },
            end: () => {
              time = cpuTime() - begin;
            },
          };
          const { memory, _start } = instantiate({
            bench,
            wasi_snapshot_preview1: wasi.wasiImport,
          });
          const status = target.enter(() =>
            wasi.start({ exports: { memory: memory!, _start: _start! } }),
          );
          const found = { stdout: stdout.take(), stderr: stderr.take() };
          if (status !== 0) throw new Error(`${name}: exit status ${status}`);
          for (const stream of ['stdout', 'stderr'] as const) {
            if (found[stream] !== expected[stream]) {
              throw new Error(`${name}: ${stream} is not as expected`);
            }
          }
          return time;
        },
      };
    },
  };
}

/** Where a binary's preamble has its layer (component-model, Binary.md): 1 is a component. */
const LAYER = 6;

/** Of a component, the command on preview 1 that was made into it: it comes first. */
function coreModule(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes[LAYER] === 1 ? coreModules(bytes)[0]!.bytes : bytes);
}

let captures = 0;

/** A file that a program writes to. */
class Capture {
  readonly #path = join(tmpdir(), `witness-bench-${process.pid}-${captures++}`);
  readonly fd = openSync(this.#path, 'w+');

  take(): string {
    const text = readFileSync(this.#path, 'utf8');
    closeSync(this.fd);
    unlinkSync(this.#path);
    return text;
  }
}
