/**
 * A loop in whose body a continuation begins: the remainder of the body, then the loop itself, to
 * which branches back in the remainder go.
 *
 *     block $exit (result r)
 *       block $again (result p)   ...remainder of the body...   br $exit   end
 *       loop (param p) (result r)   ...the original body...   end
 *     end
 */
import { Op } from '../../wasm/opcodes.ts';
import type { Construct } from './construct.ts';
import type { Dominance } from './dominance.ts';
import type { VersionWriter } from './version-writer.ts';
import type { Walker } from './walker.ts';

/** Opens $exit and $again. */
export function openRestoredLoop({ blocks }: VersionWriter, loop: Construct): void {
  blocks.open(loop.results, { construct: undefined, role: 'loop-exit' });
  blocks.open(loop.params, { construct: loop, role: 'loop-again' });
}

/**
 * Where the remainder ends: closes $again, has the loop emitted and closes $exit.
 *
 * @param emitLoop emits the innermost construct from its `loop` on, which has been reported
 */
export function closeRestoredLoop(
  { walker, blocks, out }: VersionWriter,
  dominance: Dominance,
  emitLoop: (loop: Construct) => void,
): void {
  const loop = walker.innermost;
  const fellThrough = walker.reachable;
  const dirty = walker.unsaved.dirty.clone();
  dominance.reset();
  if (fellThrough) out.br(1);
  blocks.close();
  // A branch back goes to just after the `loop`: that is not reached again.
  if (leaveRestoredLoop(walker)) emitLoop(loop);
  else out.op(Op.unreachable);
  blocks.close();
  // Homes that the results got at the end of the loop itself are not set on the other way here.
  walker.operands.truncate(loop.height);
  walker.operands.pushAll(loop.results);
  dominance.reset();
  walker.join(fellThrough, dirty);
  if (!walker.reachable) out.op(Op.unreachable);
}

/**
 * At the `end` of a loop that a continuation began inside: takes the loop off and says whether its
 * body would be entered again; if so the state becomes the one at that entry.
 */
function leaveRestoredLoop(walker: Walker): boolean {
  const loop = walker.constructs.pop()!;
  walker.operands.truncate(loop.height);
  walker.operands.unsettle(loop.equalFrom);
  walker.reachable = loop.branched;
  if (loop.endDirty === undefined) return false;
  walker.unsaved.dirty = loop.endDirty;
  walker.operands.pushAll(loop.params);
  return true;
}
