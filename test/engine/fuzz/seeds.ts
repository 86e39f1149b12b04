/** What one seed stands for, of each source of modules. */
import { equal } from 'node:assert/strict';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../../src/engine/runtime/engine.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';
import { Random } from '../random.ts';
import { binaryenModule } from './binaryen.ts';
import { type Checked, check } from './check.ts';
import { Bounded } from './debuggers.ts';
import { embedded } from './embedding.ts';
import { textOfError } from './embedding-values.ts';
import { GivenUp, runUnder } from './engine-run.ts';
import { mutated } from './mutations.ts';
import { randomScenario } from './program.ts';
import { WasmOpt } from './wasm-opt.ts';

/** `own`: the generator beside this; `binaryen`: Binaryen's; `mutated`: those of both, damaged. */
export const SOURCES = ['own', 'binaryen', 'mutated'] as const;
export type Source = (typeof SOURCES)[number];

export interface Tally extends Checked {
  /** Valid modules that were compared in all ways to run them. */
  readonly modules: number;
  /** Invalid ones that were refused as V8 does. */
  readonly refused: number;
}

/** Damaged modules of one seed: they are refused fast. */
const MUTATIONS = 20;

const NOTHING: Tally = { modules: 0, refused: 0, steps: 0, earlyReturns: 0 };

let tool: Promise<WasmOpt> | undefined;

/** @throws Error with the source and the seed in its message if anything differs */
export async function checkSeed(source: Source, seed: number): Promise<Tally> {
  tool ??= WasmOpt.load();
  const wasmOpt = await tool;
  try {
    switch (source) {
      case 'own':
        return await checkOwn(seed);
      case 'binaryen':
        return checkBinaryen(wasmOpt, seed);
      case 'mutated':
        return await checkMutated(wasmOpt, seed);
    }
  } catch (error) {
    (error as Error).message = `${source} seed ${seed}: ${(error as Error).message}`;
    throw error;
  }
}

async function checkOwn(seed: number): Promise<Tally> {
  const scenario = randomScenario(seed);
  const bytes = await assemble(scenario.modules[0] as string);
  return { ...check(scenario, bytes, seed), modules: 1, refused: 0 };
}

function checkBinaryen(wasmOpt: WasmOpt, seed: number): Tally {
  const { bytes, refused } = binaryenModule(wasmOpt, seed);
  for (const module of refused) checkRefusal(module);
  if (bytes === undefined) return { ...NOTHING, refused: refused.length };
  const checked = check(embedded(`seed ${seed}`, decodeModule(bytes)), bytes, seed);
  return { ...checked, modules: 1, refused: refused.length };
}

async function checkMutated(wasmOpt: WasmOpt, seed: number): Promise<Tally> {
  const random = new Random(~seed);
  const whole =
    seed % 2 === 0
      ? await assemble(randomScenario(seed).modules[0] as string)
      : binaryenModule(wasmOpt, seed).bytes;
  if (whole === undefined) return NOTHING;
  const tally = { ...NOTHING };
  for (let n = 0; n < MUTATIONS; n++) {
    const bytes = mutated(whole, random);
    checkRefusal(bytes);
    if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) tally.refused++;
    else if (tally.modules === 0) add(tally, checkValid(bytes, seed));
  }
  return tally;
}

/** Steps after which a damaged program counts as one that never ends. */
const BOUND = 1500;
/** Pages, or elements, of what is worth comparing. */
const LARGEST = 1000n;

/** Compares what is valid in spite of its damage, if it ends. */
function checkValid(bytes: Uint8Array, seed: number): Tally {
  const module = decodeModule(bytes);
  const limits = [...module.memories, ...module.tables].map(({ type }) => type.limits);
  if (limits.some(({ min }) => min > LARGEST)) return NOTHING;
  const scenario = embedded(`damaged seed ${seed}`, module);
  try {
    runUnder(scenario, bytes, new Bounded(BOUND));
  } catch (error) {
    if (error instanceof GivenUp) return NOTHING;
    throw error;
  }
  return { ...check(scenario, bytes, seed), modules: 1, refused: 0 };
}

function add(total: Record<keyof Tally, number>, tally: Tally): void {
  for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
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
  equal(found, inV8());
}

function outcomeOf(load: () => unknown): string {
  try {
    load();
    return 'valid';
  } catch (error) {
    return textOfError(error);
  }
}
