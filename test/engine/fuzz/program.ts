/** A random module as a scenario, with what plain V8 makes of it. */
import { enter, exported, outcome, type Scenario, show } from '../oracle/scenario.ts';
import { randomModule } from './generator.ts';

const FUEL = 40;

/** Where programs may go on differently: how much stack a frame takes is V8's affair. */
export const OVERFLOW = 'RangeError: Maximum call stack size exceeded';

export function randomScenario(seed: number): Scenario {
  return scenarioOf(`seed ${seed}`, randomModule(seed));
}

/** Runs the module's function a few times; the result tells all that a program can do. */
export function scenarioOf(name: string, module: string): Scenario {
  return {
    name,
    modules: [module],
    run(world) {
      const log: string[] = [];
      let depth = 0;
      const back = (n: number): number => {
        if (depth > 2) return n;
        depth++;
        try {
          return (exported(exports, 'back')(n) as number) | 0;
        } catch (error) {
          // Now and then the host catches what its own call threw.
          if (n % 3 !== 0) throw error;
          return -1;
        } finally {
          depth--;
        }
      };
      const host = { log: (value: unknown) => log.push(show(value)), back };
      const exports: WebAssembly.Exports = world.instantiate(0, { host });
      const global = (name: string) => exports[name] as WebAssembly.Global;
      for (const n of [0, 1, -7]) {
        global('fuel').value = FUEL;
        const f = exported(exports, 'f');
        log.push(outcome(() => enter(world, () => f(n, BigInt(n) * 1000n))));
      }
      const globals = ['fuel', 'i32', 'i64', 'f32', 'f64'].map((name) => show(global(name).value));
      const memory = new Uint8Array((exports['memory'] as WebAssembly.Memory).buffer);
      return [...log, ...globals, memory.length, hash(memory)].join(' ');
    },
  };
}

/** FNV-1a. */
export function hash(bytes: Uint8Array): number {
  let result = 0x811c9dc5;
  for (const byte of bytes) result = Math.imul(result ^ byte, 0x01000193);
  return result >>> 0;
}

export function runPlain(scenario: Scenario, [bytes]: readonly Uint8Array[]): string {
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  return show(
    scenario.run({
      instantiate: (_, imports) => new WebAssembly.Instance(module, imports).exports,
    }),
  );
}
