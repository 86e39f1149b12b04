/** The cruise version of a function: rewritten once at load, run until a check says otherwise. */
import { ByteWriter } from '../../wasm/bytes.ts';
import { type EmitOptions, FunctionEmitter } from './emitter.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';

/**
 * The function's new body, without its size: locals, then code. Positions are filled with pairs of
 * (offset in the returned bytes, pc in the original).
 */
export function emitCruise(
  plan: FunctionPlan,
  target: EmitTarget,
  options: Pick<EmitOptions, 'limitAddress' | 'traps' | 'positions'>,
): Uint8Array {
  const emitter = new FunctionEmitter(plan, target, { ...options, hooks: 'none' });
  emitter.begin();
  emitter.check(plan.codeStart);
  emitter.stream(plan.codeStart, 0);
  emitter.finish();
  return assembleBody(emitter, plan.body.locals, options.positions);
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
