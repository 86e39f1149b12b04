/** What it takes until a module can be debugged, beside V8 alone: time, memory, size of code. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { packageFile } from '../packages.ts';
import { minimum } from '../statistics.ts';
import { type Figure, inProcess } from './figure.ts';

const ROUNDS = 5;
/** Of instrumenting the same module in a process that has done so already. */
const AGAIN = 4;
const MEGA = 1e6;

interface Loading {
  /** Milliseconds of processor time of all threads. */
  readonly read: number;
  readonly instrument: number;
  readonly compile: number;
  /** Milliseconds from the beginning to the end of instrumenting. */
  readonly elapsed: number;
  /** The same, once V8 has compiled the code that does it: the shortest. */
  readonly again: number;
  /** Of the code section, bytes before and after. */
  readonly code: readonly [number, number];
  /** How much the process grew at most, in bytes. */
  readonly memory: number;
}

const MODULES: Readonly<Record<string, () => string>> = {
  '0.05 MB': () =>
    packageFile('@bytecodealliance/jco', '../lib/wasi_snapshot_preview1.command.wasm'),
  '1 MB': () => packageFile('brotli-wasm', 'pkg.node/brotli_wasm_bg.wasm'),
  '2.4 MB': () => packageFile('@bytecodealliance/jco-transpile', '../vendor/wasm-tools.core.wasm'),
  '10.5 MB': () =>
    packageFile('@bytecodealliance/componentize-js', '../lib/starlingmonkey_embedding.wasm'),
};

export function loading(): Figure[] {
  return Object.entries(MODULES).flatMap(([size, url]) => {
    const path = fileURLToPath(url());
    const rounds = (mode: string) =>
      Array.from({ length: ROUNDS }, () => inProcess<Loading>(import.meta.filename, mode, path));
    const [plain, witness] = [rounds('plain'), rounds('witness')];
    const least = (of: readonly Loading[], key: Exclude<keyof Loading, 'code'>) =>
      minimum(of.map((loading) => loading[key]));
    const ms = (name: string, value: number) => ({
      name: `module of ${size}: ${name}`,
      value,
      unit: 'ms',
    });
    const [before, after] = witness[0]!.code;
    const instrumented = ms('instrument, elapsed', least(witness, 'elapsed'));
    return [
      ms('read', least(witness, 'read')),
      ms('instrument', least(witness, 'instrument')),
      size === '2.4 MB' ? { ...instrumented, goal: { atMost: 500 } } : instrumented,
      ms('instrument again, elapsed', least(witness, 'again')),
      ms('compile', least(witness, 'compile')),
      ms('compile, plain V8', least(plain, 'compile')),
      {
        name: `module of ${size}: code, to that of the original`,
        value: after / before,
        unit: 'x',
        goal: { atMost: 2.7 },
      },
      {
        name: `module of ${size}: peak memory`,
        value: least(witness, 'memory') / MEGA,
        unit: 'MB',
      },
      {
        name: `module of ${size}: peak memory, plain V8`,
        value: least(plain, 'memory') / MEGA,
        unit: 'MB',
      },
    ];
  });
}

function load(mode: string, path: string): Loading {
  const bytes = new Uint8Array(readFileSync(path));
  const memory = peak();
  const times = [now()];
  let code: [number, number] = [0, 0];
  let result: Uint8Array = bytes;
  let elapsed = 0;
  if (mode === 'witness') {
    const module = decodeModule(bytes);
    times.push(now());
    const begin = performance.now();
    result = instrument(module, 0, true).bytes;
    elapsed = performance.now() - begin;
    times.push(now());
    code = [codeSize(bytes), 0];
  }
  const begin = now();
  const compiled = new WebAssembly.Module(result as Uint8Array<ArrayBuffer>);
  const compile = now() - begin;
  const grown = peak() - memory;
  if (WebAssembly.Module.exports(compiled).length === 0) throw new Error('nothing is exported');
  if (mode === 'witness') code[1] = codeSize(result);
  const [start = 0, decoded = 0, done = 0] = times;
  // Behind what else is measured, all of it in a fresh process.
  let again = Infinity;
  for (let i = 0; i < AGAIN && mode === 'witness'; i++) {
    const module = decodeModule(bytes);
    const from = performance.now();
    instrument(module, 0, true);
    again = Math.min(again, performance.now() - from);
  }
  return {
    read: decoded - start,
    instrument: done - decoded,
    compile,
    elapsed,
    again,
    code,
    memory: grown,
  };
}

function codeSize(bytes: Uint8Array): number {
  return decodeModule(bytes).bodies.reduce((sum, body) => sum + body.end - body.codeStart, 0);
}

/** Milliseconds of processor time of all threads: V8 compiles in several. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * The most memory that the process has had, in bytes. On Linux not from `resourceUsage`: what that gives
 * begins with the peak of the process that started this one.
 */
function peak(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
  return Number(kibibytes) * 1024;
}

if (import.meta.main) {
  const [mode, path] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(load(mode, path)));
}
