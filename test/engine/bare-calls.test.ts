/** Small functions that are called without checks: nobody can tell. */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { bareProgram } from './bare-programs.ts';
import { assemble, Debuggee, instructions, type OnStop } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';
import { Random } from './random.ts';

/** What a debugger does: the same for the same stops. */
type Script = (random: Random) => OnStop;

const SCRIPTS: Readonly<Record<string, Script>> = {
  'only traps': () => () => 'run',
  'breakpoints that come and go':
    (random) =>
    (stop, { engine }) => {
      const { module } = stop.top.instance;
      if (random.below(3) > 0) {
        const all = instructions(module);
        const { pc } = all[random.below(all.length)]!;
        if (random.below(3) === 0 || !module.breakpoints.remove(pc)) module.breakpoints.add(pc);
      }
      if (random.below(8) === 0) engine.interrupt();
      return 'run';
    },
  'steps now and then': (random) => (stop) => {
    const { module } = stop.top.instance;
    const all = instructions(module);
    if (random.below(4) === 0) module.breakpoints.add(all[random.below(all.length)]!.pc);
    return random.below(12) === 0 ? 'run' : 'step';
  },
};

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly table?: WebAssembly.Table;
  readonly leaf: unknown;
  readonly run: (p: number, n: number) => number;
}

interface Program {
  exports?: Exports;
}

/** Writes to the table now and then. */
function hostOf(program: Program, seen: number[]) {
  return {
    f: (value: number) => {
      seen.push(value);
      if ((value & 15) === 3) program.exports?.table?.set(seen.length & 1, program.exports.leaf);
    },
  };
}

const MOST_STOPS = 150;

function run(
  bytes: Uint8Array,
  seed: number,
  script: Script,
  bareLeaves: number,
  traps: 'exact' | 'native',
) {
  const random = new Random(seed);
  const onStop = script(random);
  const codeLimits = { ...CODE_LIMITS, bareLeaves };
  const debuggee: Debuggee = new Debuggee(
    (stop, d) => {
      if (d.stops.length > MOST_STOPS) {
        stop.top.instance.module.breakpoints.clear();
        return 'run';
      }
      return onStop(stop, d);
    },
    { codeLimits, traps },
  );
  const seen: number[] = [];
  const { engine } = debuggee;
  const module = engine.loadModule(bytes);
  const all = instructions(module);
  for (let i = 0; i < 2; i++) module.breakpoints.add(all[random.below(all.length)]!.pc);
  const program: Program = {};
  const host = hostOf(program, seen);
  const outcomes: string[] = [];
  let memory: WebAssembly.Memory | undefined;
  outcomes.push(
    outcome(() => {
      const instance = engine.enter(() => engine.instantiate(module, { host }));
      program.exports = instance.exports as unknown as Exports;
      memory = program.exports.memory;
      for (const [p, n] of ARGUMENTS) {
        outcomes.push(outcome(() => debuggee.call(instance, 'run', p, n)));
      }
      return 'done';
    }),
  );
  const stops = debuggee.stops.map(({ event, activations }) => ({
    event,
    frames: activations.map((frames) =>
      frames.map(({ func, pc, locals, operands }, depth) =>
        // After a trap that no check foresaw, the innermost frame is not exact.
        event === 'trap' && traps === 'native' && depth === 0
          ? { func, pc }
          : { func, pc, locals, operands },
      ),
    ),
  }));
  return { outcomes, seen, stops, memory: memory && digest(memory) };
}

const ARGUMENTS = [
  [512, 40],
  [65_400, 60],
  [65_535, 3],
  [-16, 2],
] as const;

function digest({ buffer }: WebAssembly.Memory): string {
  let hash = 7;
  for (const byte of new Uint8Array(buffer)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return `${buffer.byteLength} ${hash}`;
}

function plainly(bytes: Uint8Array) {
  const seen: number[] = [];
  const outcomes: string[] = [];
  let memory: WebAssembly.Memory | undefined;
  outcomes.push(
    outcome(() => {
      const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
      const program: Program = {};
      const { exports } = new WebAssembly.Instance(compiled, { host: hostOf(program, seen) });
      program.exports = exports as unknown as Exports;
      const { memory: itsMemory, run: call } = program.exports;
      memory = itsMemory;
      for (const [p, n] of ARGUMENTS) outcomes.push(outcome(() => call(p, n)));
      return 'done';
    }),
  );
  return { outcomes, seen, memory: memory && digest(memory) };
}

const SEEDS = Number(process.env['BARE_SEEDS'] ?? 8);
const FIRST = Number(process.env['BARE_FIRST'] ?? 1);

for (const [name, script] of Object.entries(SCRIPTS)) {
  test(`all is as if the functions themselves were called: ${name}`, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const bytes = await assemble(bareProgram(seed));
      const plain = plainly(bytes);
      for (const traps of ['exact', 'native'] as const) {
        const bare = run(bytes, seed, script, CODE_LIMITS.bareLeaves, traps);
        expect({ seed, traps, ...bare }).toEqual({
          seed,
          traps,
          ...run(bytes, seed, script, 0, traps),
        });
        expect({ seed, traps, ...bare }).toMatchObject({ seed, traps, ...plain });
      }
    }
  });
}
