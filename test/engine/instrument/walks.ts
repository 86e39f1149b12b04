/** Walks functions given as text, and tells what the walker knows before each instruction. */
import { CONSTANT, DERIVED, SLOT } from '../../../src/engine/instrument/operands.ts';
import type { FunctionPlan } from '../../../src/engine/instrument/plan.ts';
import { Walker } from '../../../src/engine/instrument/walker.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { valTypeName } from '../../../src/wasm/types.ts';
import { planOf } from './plans.ts';

export type Look = (walker: Walker, name: string, reader: InstructionReader) => void;

/**
 * Walks a function.
 *
 * @param look - called before each instruction, those that cannot be reached included
 */
export function walk(
  plan: FunctionPlan,
  look: Look,
  walker = new Walker(plan, plan.registers),
): Walker {
  const { bytes } = plan.module;
  const reader = new InstructionReader(bytes, plan.codeStart, plan.body.end);
  while (reader.read()) {
    look(walker, reader.info.name, reader);
    walker.apply(reader);
  }
  return walker;
}

const FROM: ReadonlyMap<number, string> = new Map([
  [SLOT, ''],
  [CONSTANT, '=const'],
  [DERIVED, '=derived'],
]);

/** `i32=1` equals local 1, `i32=const`, `i32=derived` from locals, `i32` has a slot of its own. */
export function operandsOf({ operands }: Walker): string {
  return Array.from({ length: operands.height }, (_, i) => {
    const source = operands.sources[i];
    return valTypeName(operands.types[i]!) + (FROM.get(source!) ?? `=${source}`);
  }).join(' ');
}

/** Before each instruction that can be reached: its name and what `text` gives. */
export async function lines(
  text: string,
  describe: (walker: Walker) => unknown,
): Promise<string[]> {
  const found: string[] = [];
  walk(await planOf(text), (walker, name) => {
    if (walker.reachable) found.push(`${name}: ${describe(walker)}`);
  });
  return found;
}
