/**
 * What one stop in the hot loop costs the whole of a run. V8 cannot replace code on the stack, so the
 * rest of the loop runs in code that was made for it, at the stop. Where a program is hot, is found by
 * interrupting it; then a breakpoint there is hit once, and taken away.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../src/engine/runtime/engine.ts';
import { cpuTime } from '../cpu-time.ts';
import { EXPECTED } from '../expected.ts';
import { compiled } from '../programs.ts';
import { geometricMean, minimum } from '../statistics.ts';
import { type Figure, inProcess } from './figure.ts';

const PROGRAMS = ['bytes', 'floyd', 'gemm', 'hashmap', 'interpreter', 'jacobi', 'nbody', 'sha256'];
const GOALS = { O2: 1.1, O0: 1.2 } as const;
const WARM_UP_MS = 600;
const ROUNDS = 5;
/** Less of a run than this before the interrupt: it was meant for the run before. */
const LEAST_SHARE = 0.2;

interface Ratio {
  readonly program: string;
  readonly ratio: number;
}

export function afterStop(): Figure[] {
  return (['O2', 'O0'] as const).flatMap((level) => {
    const ratios = PROGRAMS.map((name) => inProcess<Ratio>(import.meta.filename, name, level));
    const worst = ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    return [
      {
        name: `a run with one stop in its hot loop, to one without, -${level}, geometric mean`,
        value: geometricMean(ratios.map(({ ratio }) => ratio)),
        unit: 'x',
        goal: { atMost: GOALS[level] },
      },
      { name: `the same, the worst (${worst.program})`, value: worst.ratio, unit: 'x' },
    ];
  });
}

async function measure(name: string, level: string): Promise<Ratio> {
  let stopped = () => {};
  const memory = createDebugMemory();
  const engine = new Engine({
    memory,
    onStop() {
      stopped();
      engine.resume('run');
    },
  });
  const module = engine.loadModule(readFileSync(join(compiled, `${name}-${level}.wasm`)));
  const run = engine.instantiate(module).exports['run'] as () => number;
  const round = () => {
    const begin = cpuTime();
    const result = engine.enter(run) >>> 0;
    const time = cpuTime() - begin;
    if (result !== EXPECTED[name]) throw new Error(`${name}: ${result}, not ${EXPECTED[name]}`);
    return time;
  };
  let usual = 0;
  // Three at least: the first round of a long program is slower than any that follows.
  for (let i = 0, time = 0; i < 3 || time < WARM_UP_MS; i++, time += usual) usual = round();

  const interrupter = new Worker(join(import.meta.dirname, 'interrupter.ts'), {
    workerData: memory,
  });
  let hot: number | undefined;
  let begin = 0;
  stopped = () => {
    if (cpuTime() - begin >= usual * LEAST_SHARE) hot = engine.activations()[0]![0]!.pc;
  };
  for (let i = 0; hot === undefined; i++) {
    if (i % 10 === 0) interrupter.postMessage(usual / 2);
    begin = cpuTime();
    round();
    await new Promise(setImmediate);
  }
  await interrupter.terminate();

  const pc = hot;
  let hits = 0;
  stopped = () => {
    hits++;
    engine.removeBreakpoint(module, pc);
  };
  const cruise: number[] = [];
  const withStop: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    cruise.push(round());
    engine.addBreakpoint(module, pc);
    withStop.push(round());
    if (hits !== i + 1) throw new Error(`${name}: ${hits} stops in ${i + 1} runs`);
  }
  return { program: `${name}-${level}`, ratio: minimum(withStop) / minimum(cruise) };
}

if (import.meta.main) {
  const [name, level] = process.argv.slice(2) as [string, string];
  console.log(JSON.stringify(await measure(name, level)));
}
