/**
 * What the host costs a debugger component: calls, queries, reads of memory, single steps, the way
 * from a stop to `finish`, and loading.
 *
 *     node bench/host-calls.ts
 *
 * All but the loading is measured inside a component in C, by its own clock. Each figure is of
 * several rounds in processes of their own, and the best round is the one that counts: whatever else
 * the machine does only adds to a time.
 */

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { buildCComponent } from '../scripts/c-component.ts';
import { runDebugger, runDebuggerHere, startDebuggee } from '../src/index.ts';
import type { OpaqueDebugger } from '../src/opaque-debugger/opaque-debugger.ts';
import { InstructionReader } from '../src/wasm/instructions.ts';
import { decodeModule } from '../src/wasm/module.ts';
import { buildTypeScriptInterpreter } from '../test/support/contract-guest/build.ts';
import { type Figure, show } from './further/figure.ts';
import { minimum, percentile } from './statistics.ts';

const ROUNDS = 3;
const HERE = join(import.meta.dirname, 'host-calls');

/** Works for a while, so that the debugger's thread sleeps, notes the time, and stops at the nop. */
const PROGRAM = `(module
  (import "bench" "now" (func $now (result i64)))
  (memory 1100)
  (func (export "run") (local i32)
    loop $again
      i32.const 200000
      local.set 0
      loop $work
        local.get 0
        i32.const 1
        i32.sub
        local.tee 0
        br_if $work
      end
      i32.const 0
      call $now
      i64.store
      nop
      br $again
    end))`;

interface Measurement {
  readonly what: string;
  readonly times: number;
  /** @param nanoseconds of each, in the best round */
  figure(nanoseconds: readonly number[]): Omit<Figure, 'name'>;
}

const microseconds = (share: number, goal?: Figure['goal']) => (samples: readonly number[]) => ({
  value: percentile(samples, share) / 1000,
  unit: 'us',
  ...(goal && { goal }),
});
const p50 = microseconds(0.5);
const perSecond = (bytes: number) => (samples: readonly number[]) => ({
  value: bytes / (1 << 20) / (percentile(samples, 0.5) / 1e9),
  unit: 'MiB/s',
});

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  'host call (instance.unique-id), p50': { what: 'c', times: 500, figure: p50 },
  'two calls and a drop (clone), p50': { what: 'h', times: 500, figure: p50 },
  'query (memory.get-u32), p50': {
    what: 'q',
    times: 500,
    figure: microseconds(0.5, { atMost: 5 }),
  },
  'get-bytes, 1 MiB': { what: '1', times: 50, figure: perSecond(1 << 20) },
  'get-bytes, 64 MiB': { what: '6', times: 4, figure: perSecond(64 << 20) },
  'single steps of a component in C': {
    what: 't',
    times: 500,
    figure: (samples) => ({
      value: 1e9 / percentile(samples, 0.5),
      unit: 'steps/s',
      goal: { atLeast: 100_000 },
    }),
  },
  'stop to finish, p50': { what: 's', times: 300, figure: microseconds(0.5, { atMost: 300 }) },
  'stop to finish, p99': { what: 's', times: 300, figure: microseconds(0.99) },
};

/** In a process of its own: the samples of one round. */
async function round(component: string, program: string, what: string, times: string) {
  const bytes = readFileSync(program);
  const debuggee = await startDebuggee(bytes, {
    invoke: 'run',
    imports: { bench: join(HERE, 'clock.js') },
  });
  const output = openSync(`${component}.out`, 'w');
  await runDebugger(component, debuggee, {
    args: [what, times, String(nopOf(bytes))],
    stderr: { fd: output, prefix: '' },
    cacheDir: `${component}.cache`,
  });
  closeSync(output);
  process.stdout.write(readFileSync(`${component}.out`));
  await debuggee.terminate();
}

function nopOf(bytes: Uint8Array): number {
  const { codeStart, end } = decodeModule(bytes).bodies[0]!;
  const reader = new InstructionReader(bytes, codeStart, end);
  while (reader.read()) if (reader.info.name === 'nop') return reader.pc;
  throw new Error('the program has no nop');
}

/** In a process of its own: milliseconds until a component that does nothing has run. */
async function load(component: string, cacheDir: string) {
  const nobody = {
    state: 'paused',
    release() {},
    finish() {},
  } as Partial<OpaqueDebugger> as OpaqueDebugger;
  const begin = performance.now();
  await runDebuggerHere(component, nobody, { cacheDir });
  console.log(performance.now() - begin);
}

function inProcess(...args: string[]): number[] {
  const output = execFileSync(process.execPath, [import.meta.filename, ...args], {
    maxBuffer: 1 << 26,
  });
  return output.toString().trim().split('\n').map(Number);
}

export async function hostCalls(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'witness-bench-'));
  const path = (name: string) => join(directory, name);
  try {
    const component = await buildCComponent({
      sources: [join(HERE, 'guest.c')],
      wit: join(HERE, 'world.wit'),
      world: 'host-calls',
      wasi: ['clocks'],
    });
    writeFileSync(path('guest.wasm'), component);
    writeFileSync(path('program.wasm'), await parse(PROGRAM));
    for (const [name, { what, times, figure }] of Object.entries(MEASUREMENTS)) {
      const rounds = Array.from({ length: ROUNDS }, () =>
        inProcess('round', path('guest.wasm'), path('program.wasm'), what, String(times)),
      );
      // The best round is the one with the least median, also for the rarer slow ones.
      const best = rounds.toSorted((a, b) => percentile(a, 0.5) - percentile(b, 0.5))[0]!;
      figures.push({ name, ...figure(best) });
    }
    const components = {
      'in C': path('guest.wasm'),
      // The interpreter of the contract's tests, with nothing to do.
      'in TypeScript': await buildTypeScriptInterpreter(),
    };
    for (const [language, file] of Object.entries(components)) {
      const cold = Array.from({ length: ROUNDS }, (_, i) =>
        inProcess('load', file, path(`cold-${language}-${i}`)),
      );
      const warm = Array.from({ length: ROUNDS }, () =>
        inProcess('load', file, path(`cold-${language}-0`)),
      );
      const loading = (state: string, times: readonly number[]) =>
        figures.push({
          name: `load and instantiate a component ${language}, ${state}`,
          value: minimum(times),
          unit: 'ms',
        });
      loading('cold', cold.flat());
      loading('cached', warm.flat());
    }
    return figures;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.main) {
  const [, , command, ...args] = process.argv as string[];
  if (command === 'round') await round(...(args as [string, string, string, string]));
  else if (command === 'load') await load(...(args as [string, string]));
  else for (const figure of await hostCalls()) console.log(`${figure.name}: ${show(figure)}`);
}
