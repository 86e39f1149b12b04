/** The cruise version of a function: rewritten once at load, run until a check says otherwise. */
import { ByteWriter } from '../../wasm/bytes.ts';
import { FunctionEmitter } from './emitter.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';

/**
 * The function's new body, without its size: locals, then code.
 *
 * @param limitAddress address in the debug memory of the function's limit word
 * @param positions filled with pairs of (offset in the returned bytes, pc in the original)
 */
export function emitCruise(
  plan: FunctionPlan,
  target: EmitTarget,
  limitAddress: number,
  positions?: number[],
): Uint8Array {
  const emitter = new FunctionEmitter(plan, target, {
    limitAddress,
    hooks: 'none',
    ...(positions === undefined ? {} : { positions }),
  });
  emitter.begin();
  emitter.check(plan.codeStart, []);
  emitter.stream(plan.codeStart, 0);
  emitter.finish();
  return assembleBody(emitter, plan.body.locals, positions);
}

/** Locals vector and code; shifts positions by the former's length. */
export function assembleBody(
  emitter: FunctionEmitter,
  ownLocals: Parameters<FunctionEmitter['scratch']['encode']>[0],
  positions: number[] | undefined,
): Uint8Array {
  const out = new ByteWriter(emitter.out.length + 64);
  emitter.scratch.encode(ownLocals, out);
  if (positions !== undefined) {
    for (let i = 0; i < positions.length; i += 2) positions[i]! += out.length;
  }
  out.bytes(emitter.out.take());
  return out.take();
}
