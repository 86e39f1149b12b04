/** What one seed stands for, of each source of modules. */
import { equal } from 'node:assert/strict';
import { CODE_LIMITS } from '../../../src/engine/instrument/code-limits.ts';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../../src/engine/runtime/engine.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';
import type { Scenario } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { binaryenModule } from './binaryen.ts';
import { check } from './check.ts';
import { Bounded, Stepping } from './debuggers.ts';
import { embedded } from './embedding.ts';
import { textOfError } from './embedding-values.ts';
import { GivenUp, runUnder } from './engine-run.ts';
import { mixesExceptionHandling } from './exception-handling.ts';
import { type Exercised, takeExercised } from './exercised.ts';
import { loopScenario } from './loops.ts';
import { mutated } from './mutations.ts';
import { randomScenario } from './program.ts';
import { temporariesScenario } from './temporaries.ts';
import { WasmOpt } from './wasm-opt.ts';
import { wideScenario } from './wide.ts';

/**
 * `own`: the generator beside this; `loops`: counted loops at the ends of memories; `temporaries`:
 * code that is not optimized; `binaryen`: Binaryen's; `mutated`: those of `own` and `binaryen`, damaged.
 */
export const SOURCES = ['own', 'wide', 'loops', 'temporaries', 'binaryen', 'mutated'] as const;
export type Source = (typeof SOURCES)[number];

export interface Tally {
  /** Valid modules that were compared in all ways to run them. */
  readonly modules: number;
  /** Invalid ones that were refused as V8 does. */
  readonly refused: number;
  readonly exercised: Readonly<Exercised>;
}

type Counts = Omit<Tally, 'exercised'>;

const COMPARED_STEPS = 2000;
/** Damaged modules of one seed: they are refused fast. */
const MUTATIONS = 20;

const NOTHING: Counts = { modules: 0, refused: 0 };

let tool: Promise<WasmOpt> | undefined;

/** @throws Error with the source and the seed in its message if anything differs */
export async function checkSeed(source: Source, seed: number): Promise<Tally> {
  tool ??= WasmOpt.load();
  const wasmOpt = await tool;
  takeExercised();
  try {
    const counts = await checkSource(source, seed, wasmOpt);
    return { ...counts, exercised: takeExercised() };
  } catch (error) {
    throw new Error(`${source} seed ${seed}: ${(error as Error).message}`, { cause: error });
  }
}

function checkSource(source: Source, seed: number, wasmOpt: WasmOpt): Promise<Counts> {
  switch (source) {
    case 'own':
      return checkText(randomScenario(seed), seed);
    case 'wide':
      return checkText(wideScenario(seed), seed);
    case 'loops':
      return checkText(loopScenario(seed), seed);
    case 'temporaries':
      return checkTemporaries(seed);
    case 'binaryen':
      return checkBinaryen(wasmOpt, seed);
    case 'mutated':
      return checkMutated(wasmOpt, seed);
  }
}

async function checkText(scenario: Scenario, seed: number): Promise<Counts> {
  const bytes = await assemble(scenario.modules[0] as string);
  await check(scenario, bytes, seed);
  return { modules: 1, refused: 0 };
}

/** Also that all states are the same where all locals and operands are stored. */
async function checkTemporaries(seed: number): Promise<Counts> {
  const scenario = temporariesScenario(seed);
  const bytes = await assemble(scenario.modules[0] as string);
  const ALL = { ...CODE_LIMITS, derivedLocals: false, derivedOperands: false };
  const [states, stored] = [CODE_LIMITS, ALL].map((limits) => {
    const stepping = new Stepping(COMPARED_STEPS);
    runUnder(scenario, bytes, stepping, 'exact', limits);
    return stepping.steps.map(({ text }) => text).join('\n');
  });
  equal(states, stored, 'states with and without what follows from locals');
  await check(scenario, bytes, seed);
  return { modules: 1, refused: 0 };
}

async function checkBinaryen(wasmOpt: WasmOpt, seed: number): Promise<Counts> {
  const { bytes, refused } = binaryenModule(wasmOpt, seed);
  for (const module of refused) checkRefusal(module);
  if (bytes === undefined) return { ...NOTHING, refused: refused.length };
  await check(embedded(`seed ${seed}`, decodeModule(bytes)), bytes, seed);
  return { modules: 1, refused: refused.length };
}

async function checkMutated(wasmOpt: WasmOpt, seed: number): Promise<Counts> {
  const random = new Random(~seed);
  const whole =
    seed % 2 === 0
      ? await assemble(randomScenario(seed).modules[0] as string)
      : binaryenModule(wasmOpt, seed).bytes;
  if (whole === undefined) return NOTHING;
  let modules = 0;
  let refused = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    const bytes = mutated(whole, random);
    checkRefusal(bytes);
    if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) refused++;
    else if (modules === 0 && (await checkValid(bytes, seed))) modules++;
  }
  return { modules, refused };
}

/** Steps after which a damaged program counts as one that never ends. */
const BOUND = 1500;
/** Pages, or elements, of what is worth comparing. */
const LARGEST = 1000n;

/** Compares what is valid in spite of its damage; false if it does not end soon. */
async function checkValid(bytes: Uint8Array, seed: number): Promise<boolean> {
  const module = decodeModule(bytes);
  const limits = [...module.memories, ...module.tables].map(({ type }) => type.limits);
  if (limits.some(({ min }) => min > LARGEST)) return false;
  const scenario = embedded(`damaged seed ${seed}`, module);
  try {
    runUnder(scenario, bytes, new Bounded(BOUND));
  } catch (error) {
    if (error instanceof GivenUp) return false;
    throw error;
  }
  await check(scenario, bytes, seed);
  return true;
}

/** V8 validates functions in several threads: which error it finds first is chance now and then. */
const ATTEMPTS = 100;

/** The same as V8: an error of the same class and message, or none. */
function checkRefusal(bytes: Uint8Array): void {
  const engine = new Engine({ memory: createDebugMemory(), onStop: () => {} });
  const found = outcomeOf(() => engine.loadModule(bytes));
  const inV8 = (): string =>
    outcomeOf(() => new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>));
  for (let n = 0; n < ATTEMPTS; n++) if (inV8() === found) return;
  if (`${found} ${inV8()}`.includes(MIX) && mixesExceptionHandling(decodeModule(bytes))) return;
  equal(found, inV8());
}

/**
 * A V8 bug: what functions of a module use of the two proposals is noted by several threads, and
 * whether a mix of both is refused is chance; and then the answer is kept for modules of the same bytes.
 */
const MIX = 'module uses a mix of legacy and new exception handling';

function outcomeOf(load: () => unknown): string {
  try {
    load();
    return 'valid';
  } catch (error) {
    return textOfError(error);
  }
}
