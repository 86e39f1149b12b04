/** The cruise version of a function: rewritten once at load, run until a check says otherwise. */
import { ByteWriter } from '../../wasm/bytes.ts';
import { FunctionEmitter } from './emitter.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';
import type { EmitOptions, VersionWriter } from './version-writer.ts';

/**
 * The function's new body, without its size: locals, then code. Positions are filled with pairs of
 * (offset in the returned bytes, pc in the original).
 */
export function emitCruise(
  plan: FunctionPlan,
  target: EmitTarget,
  options: Pick<EmitOptions, 'limitAddress' | 'traps' | 'positions'>,
): Uint8Array {
  const emitter = new FunctionEmitter(
    plan,
    target,
    { ...options, hooks: 'none' },
    plan.params.length,
  );
  emitter.code.begin();
  emitter.code.check(plan.codeStart);
  emitter.legacy.openPad(emitter.code.walker.innermost);
  emitter.stream(plan.codeStart, 0);
  emitter.code.finish();
  return assembleBody(emitter.code, plan.body.locals, options.positions);
}

/** Locals vector and code; shifts positions by the former's length. */
export function assembleBody(
  version: VersionWriter,
  ownLocals: Parameters<VersionWriter['scratch']['encode']>[0],
  positions: number[] | undefined,
): Uint8Array {
  const out = new ByteWriter(version.out.length + 64);
  version.scratch.encode(ownLocals, out);
  if (positions !== undefined) {
    for (let i = 0; i < positions.length; i += 2) positions[i]! += out.length;
  }
  out.bytes(version.out.take());
  return out.take();
}
