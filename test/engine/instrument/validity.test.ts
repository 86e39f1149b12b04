/**
 * What the instrumenter makes is valid: for the modules of the test suite and for large ones that
 * compilers made, the cruise version, and continuations at many pcs in every mode.
 */
import { describe, expect, test } from 'vitest';
import { continuationModule } from '../../../src/engine/instrument/continuation-module.ts';
import type { EmitOptions, Hooks } from '../../../src/engine/instrument/emit-options.ts';
import { type InstrumentedModule, instrument } from '../../../src/engine/instrument/instrument.ts';
import { type FunctionPlan, planFunction } from '../../../src/engine/instrument/plan.ts';
import { snapshotAt } from '../../../src/engine/instrument/snapshot.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { decodeModule, type FunctionBody, type Module } from '../../../src/wasm/module.ts';
import {
  byScript,
  compiledModules,
  hasCorpus,
  isValid,
  type NamedModule,
  specModules,
} from '../../wasm/corpus.ts';
import { Random } from '../random.ts';

const LIMIT_ADDRESS = 64;

/** Throws with V8's message, which names the function and the offset. */
function validate(bytes: Uint8Array, what: string): void {
  const source = bytes as Uint8Array<ArrayBuffer>;
  if (WebAssembly.validate(source)) return;
  try {
    new WebAssembly.Module(source);
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** The instructions of a body, as far as they can be continued at. */
function pcsOf(module: Module, body: FunctionBody): number[] {
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  const pcs: number[] = [];
  while (reader.read()) pcs.push(reader.pc);
  return pcs;
}

function modes(pcs: readonly number[], random: Random): EmitOptions[] {
  const some: Hooks = new Set(pcs.filter(() => random.below(4) === 0));
  return [true, false].flatMap((traps) => [
    { traps, hooks: 'none', limitAddress: LIMIT_ADDRESS },
    { traps, hooks: some, limitAddress: LIMIT_ADDRESS },
    { traps, hooks: 'all', limitAddress: undefined },
    { traps, hooks: 'all', limitAddress: undefined, cap: { bytes: 100, loopBytes: 0 } },
  ]);
}

/** Functions with thousands of locals have continuations of that size. */
const MOST_BYTES = 1_000_000;

/** Checks continuations at up to `most` pcs of a module, spread over its functions. */
function validateContinuations(found: InstrumentedModule, most: number, random: Random): void {
  const { original } = found;
  const { bodies } = original;
  let checked = 0;
  let emitted = 0;
  const check = (plan: FunctionPlan, pcs: readonly number[], pc: number): void => {
    const at = snapshotAt(plan, pc);
    checked++;
    if (at === undefined || emitted > MOST_BYTES) return;
    for (const options of modes(pcs, random)) {
      for (const emit of options.traps ? [options, { ...options, trustedPc: pc }] : [options]) {
        const { bytes } = continuationModule(plan, at, emit, found);
        emitted += bytes.length;
        validate(bytes, `function ${plan.index} at ${pc}, ${JSON.stringify(emit)}`);
      }
    }
  };
  const total = bodies.reduce((sum, { codeStart, end }) => sum + end - codeStart, 0);
  const all = total <= most;
  for (let n = 0; all ? n < bodies.length : checked < most; n++) {
    const body = bodies[all ? n : random.below(bodies.length)]!;
    const plan = planFunction(original, body);
    const pcs = pcsOf(original, body);
    if (all) for (const pc of pcs) check(plan, pcs, pc);
    else check(plan, pcs, pcs[random.below(pcs.length)]!);
  }
}

/** Returns whether V8 takes the module: some of the suite's are beyond its limits. */
function checkModule({ name, bytes }: NamedModule, most: number): boolean {
  if (!WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) return false;
  const module = decodeModule(bytes);
  try {
    // The large ones only as they are run by default.
    for (const traps of bytes.length < 300_000 ? [true, false] : [true]) {
      const found = instrument(module, 0, traps);
      validate(found.bytes, 'cruise version');
      if (traps && module.bodies.length > 0) {
        validateContinuations(found, most, new Random(module.bodies.length));
      }
    }
  } catch (error) {
    (error as Error).message = `${name}: ${(error as Error).message}`;
    throw error;
  }
  return true;
}

const compiled = compiledModules().filter(({ bytes }) => bytes.length < 2_500_000);

describe('modules that compilers made', () => {
  let valid = 0;
  test.each(compiled)('$name', { timeout: 60_000 }, (module) => {
    if (checkModule(module, 10)) valid++;
  });
  test('V8 takes most of them', () => {
    expect(valid).toBeGreaterThan(compiled.length / 2);
  });
});

describe.skipIf(!hasCorpus)('test suite', async () => {
  const scripts = byScript(hasCorpus ? await specModules(isValid) : []);
  test.each(scripts)('$script', { timeout: 60_000 }, ({ modules }) => {
    // Scripts of many modules have many that are nearly the same.
    const most = Math.max(4, Math.floor(300 / modules.length));
    for (const module of modules) checkModule(module, most);
  });
});
