/** Single steps in the engine, with nobody who looks at them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../src/engine/runtime/engine.ts';
import { cpuTime } from '../cpu-time.ts';
import { compiled } from '../programs.ts';
import { minimum } from '../statistics.ts';
import { type Figure, inProcess } from './figure.ts';

const PROGRAMS = ['gemm-O2', 'interpreter-O2', 'fib-O2', 'json-O0'];
const GOAL = 50e6;
const STEPS = 5_000_000;
const ROUNDS = 5;

export function engineSteps(): Figure[] {
  return PROGRAMS.map((name) => ({
    name: `steps in the engine, ${name}`,
    value: inProcess<number>(import.meta.filename, name),
    unit: 'steps/s',
    goal: { atLeast: GOAL },
  }));
}

function stepsPerSecond(name: string): number {
  let left = 0;
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop() {
      if (--left === 0) throw new Error('enough');
      engine.resume('step');
    },
  });
  const module = engine.loadModule(readFileSync(join(compiled, `${name}.wasm`)));
  const times = Array.from({ length: ROUNDS }, () => {
    const run = engine.instantiate(module).exports['run'] as () => number;
    left = STEPS;
    engine.resume('step');
    const begin = cpuTime();
    try {
      engine.enter(run);
    } catch (error) {
      if (left !== 0) throw error;
    }
    const done = STEPS - left;
    return (cpuTime() - begin) / done;
  });
  return 1000 / minimum(times);
}

if (import.meta.main) console.log(JSON.stringify(stepsPerSecond(process.argv[2]!)));
