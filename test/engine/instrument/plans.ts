/** The plan of a function given as text. */
import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { type FunctionPlan, planFunction } from '../../../src/engine/instrument/plan.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';

/** @param text - a module; the plan is of its last function */
export async function planOf(
  text: string,
  limits: Partial<CodeLimits> = {},
): Promise<FunctionPlan> {
  const module = decodeModule(await assemble(text));
  return planFunction(module, module.bodies.at(-1)!, { ...CODE_LIMITS, ...limits });
}
