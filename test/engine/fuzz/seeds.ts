/** What one seed stands for, of each source of modules. */
import { equal } from 'node:assert/strict';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../../src/engine/runtime/engine.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';
import { Random } from '../random.ts';
import { binaryenModule } from './binaryen.ts';
import { type Checked, check } from './check.ts';
import { embedded } from './embedding.ts';
import { textOfError } from './embedding-values.ts';
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
  let refused = 0;
  for (let n = 0; n < MUTATIONS; n++) {
    const bytes = mutated(whole, random);
    // What is valid all the same may run for ever: the fuel may be what was damaged.
    if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) refused++;
    checkRefusal(bytes);
  }
  return { ...NOTHING, refused };
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
