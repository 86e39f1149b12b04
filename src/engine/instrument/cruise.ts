/** The cruise version of a function: rewritten once at load, run until a check says otherwise. */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import type { ValType } from '../../wasm/types.ts';
import type { EmitOptions } from './emit-options.ts';
import { FunctionEmitter } from './emitter.ts';
import type { FunctionPlan } from './plan.ts';
import { provideForContinuations } from './provide.ts';
import { emitRenewal } from './renewal.ts';
import type { EmitTarget } from './target.ts';
import { VersionWriter } from './version-writer.ts';

/**
 * The part of what an emitted body may be that an original body may be: it grows by more than the
 * rest, and to find that out takes seconds.
 */
const MOST_CRUISING = 0.8;

/**
 * The function's new body, without its size: locals, then code.
 *
 * With the checks, a function that V8 takes can become one that it does not. Then only the entry is
 * here, see {@link emitEntry}.
 */
export function emitCruise(
  plan: FunctionPlan,
  target: EmitTarget,
  options: Pick<EmitOptions, 'limitAddress' | 'traps' | 'frameParameter' | 'positions' | 'hints'>,
): Uint8Array {
  if (plan.body.end - plan.codeStart > MOST_CRUISING * plan.limits.cruiseBytes) {
    return emitEntry(plan, target, options);
  }
  const emitter = new FunctionEmitter(
    plan,
    target,
    { ...options, hooks: 'none', fewerChecks: true },
    plan.params.length,
  );
  const { code } = emitter;
  code.begin();
  // A frame that is beyond the stack's end has room for this: see `DebugMemory.reserve`.
  code.frame.initLocals();
  code.exits.checkEntry(plan.codeStart);
  emitRenewal(code, target);
  code.calls.keepCalleeFrame();
  emitter.structures.legacy.openPad(code.walker.innermost);
  emitter.stream(plan.codeStart, 0);
  emitter.release();
  if (!code.isTooLarge) {
    code.finish();
    const own = plan.keptTypes.slice(plan.params.length, code.registers);
    const body = assembleBody(code, own, options);
    if (body.length <= plan.limits.cruiseBytes) return body;
  }
  options.positions?.clear();
  options.hints?.clear();
  return emitEntry(plan, target, options);
}

/**
 * A version that leaves before the first instruction: the function runs as continuations, each of
 * which is left where it becomes too long. That is slower where control goes from one to another,
 * and loses nothing.
 */
export function emitEntry(
  plan: FunctionPlan,
  target: EmitTarget,
  { frameParameter }: Pick<EmitOptions, 'frameParameter'>,
): Uint8Array {
  const parameters = plan.params.length;
  const options = { limitAddress: undefined, hooks: 'none', traps: false } as const;
  const registers = parameters;
  provideForContinuations(plan, target, plan.codeStart, plan.body.end);
  const code = new VersionWriter(
    plan,
    target,
    { ...options, registers, frameParameter: frameParameter === true },
    parameters,
  );
  code.begin();
  code.frame.initLocals();
  code.exits.leave(plan.codeStart);
  code.blocks.close();
  code.finish();
  return assembleBody(code, [], {});
}

/** Bodies are written one behind the other, in pieces of so many bytes: an array for each takes longer. */
const PIECE = 1 << 18;
/** More than most vectors of locals have. */
const MOST_LOCALS_BYTES = 64;

let piece = new ByteWriter(0);

/** A writer with room for a body, behind others. */
function pieceFor(bytes: number): ByteWriter {
  if (!piece.hasRoom(bytes)) piece = new ByteWriter(Math.max(PIECE, bytes));
  return piece;
}

/** Locals vector and code; shifts what has offsets by the former's length. */
export function assembleBody(
  version: VersionWriter,
  ownLocals: readonly ValType[],
  { positions, hints }: Pick<EmitOptions, 'positions' | 'hints'>,
): Uint8Array {
  const out = pieceFor(version.out.length + MOST_LOCALS_BYTES);
  const start = out.length;
  version.scratch.encode(ownLocals, out);
  positions?.shift(out.length - start);
  hints?.shift(out.length - start);
  out.append(version.out);
  version.release();
  return out.view(start);
}
