/**
 * A continuation: what of a function can still run after a pc, as a function of its own that begins
 * by reading its frame. Made by duplication: inside each enclosing construct the remainder of its
 * body, and behind the remainder of a loop the loop itself, so that nothing dispatches on where
 * execution began.
 */
import { assembleBody } from './cruise.ts';
import type { EmitOptions } from './emit-options.ts';
import { FunctionEmitter } from './emitter.ts';
import { handlersAround } from './legacy-shape.ts';
import type { FunctionPlan } from './plan.ts';
import { openRestoredLoop } from './restored-loop.ts';
import type { Snapshot } from './snapshot.ts';
import type { EmitTarget } from './target.ts';

export interface ContinuationCode {
  /** Body, without its size, of a function of type [] -> the original's results. */
  readonly body: Uint8Array;
  /** It has loops. */
  readonly hasLoops: boolean;
  /** It is left somewhere because it would become too long. */
  readonly isCapped: boolean;
}

export function emitContinuation(
  plan: FunctionPlan,
  at: Snapshot,
  target: EmitTarget,
  options: EmitOptions,
): ContinuationCode {
  const emitter = new FunctionEmitter(plan, target, options, 0);
  const { code, structures } = emitter;
  const { walker, frame } = code;
  walker.restore(at.pc, at.constructs, at.operands);
  code.begin();
  frame.loadAllLocals(at.pc);
  const { constructs, operands } = walker;
  for (let level = 0; level < constructs.length; level++) {
    const construct = constructs[level]!;
    if (level > 0) {
      if (construct.kind === 'loop') {
        openRestoredLoop(code, construct);
      } else if (construct.kind === 'try_table') {
        code.blocks.reopenTryTable(construct, constructs.slice(0, level));
      } else if (construct.kind === 'try') {
        structures.reopenTry(construct, level);
      } else {
        if (construct.kind === 'catch') frame.loadCaught(handlersAround(constructs, level));
        code.blocks.open(construct.results, { construct, role: 'arm' });
      }
    }
    structures.legacy.openEmptyPad(construct);
    const end = constructs[level + 1]?.height ?? operands.height;
    frame.pushOperands(operands, construct.height, end);
  }
  // The instructions up to the end of the innermost construct are dead then.
  if (options.throws === true) code.exits.throwByHook();
  emitter.stream(at.pc, 0, at.pc);
  emitter.release();
  if (code.isTooLarge) throw new RangeError(tooLarge(plan, at.pc));
  code.finish();
  // The parameters came from the frame: they are locals here.
  const body = assembleBody(code, plan.keptTypes.slice(0, code.registers), options);
  return { body, hasLoops: structures.hasLoops, isCapped: emitter.isCapped };
}

function tooLarge({ index }: FunctionPlan, pc: number): string {
  return `what is left of function ${index} at 0x${pc.toString(16)} is larger than V8 allows`;
}
