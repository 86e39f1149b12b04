/**
 * Where functions begin, the arrays of references are renewed now and then (see `writeRenew` in
 * `../runtime/reference-access.ts`): the engine's own code cannot know when V8 has collected garbage,
 * so functions that may store references count how many of them begin.
 */
import { Op } from '../../wasm/opcodes.ts';
import { I32 } from '../../wasm/types.ts';
import type { CodeWriter } from './code.ts';
import { RENEW_SLOT, UNTIL_RENEWAL } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';
import type { VersionWriter } from './version-writer.ts';

/** At the start of a function, behind the check of its limit: the arrays reach as far as its frame. */
export function emitRenewal(
  { plan, out, scratch, options }: VersionWriter,
  target: EmitTarget,
): void {
  if (!isRenewing(plan)) return;
  const first = out.length;
  const count = scratch.pc;
  out.i32Const(0);
  loadCount(out);
  out.i32Const(1);
  out.op(Op.i32Sub);
  out.localTee(count);
  out.u8(Op.if);
  out.u8(I32_BLOCK);
  out.localGet(count);
  out.op(Op.else);
  out.localGet(scratch.framePointer);
  out.localGet(count);
  out.localGet(count);
  out.i32Const(RENEW_SLOT);
  out.callIndirect(Op.callIndirect, target.leaveType, target.continuationTable);
  out.end();
  out.store(I32, UNTIL_RENEWAL);
  // V8's stack may overflow there.
  options.positions?.add(first, out.length, plan.codeStart);
}

const I32_BLOCK = 0x7f;

/** References are stored before calls, else hardly ever. Functions are old objects, most of them. */
function isRenewing({ limits, references, calls }: FunctionPlan): boolean {
  if (!limits.renewReferences || calls === 0) return false;
  const hidden = references.has('any') || references.has('extern');
  return references.has('exn') || (limits.callersReferences && hidden);
}

function loadCount(out: CodeWriter): void {
  out.i32Const(0);
  out.load(I32, UNTIL_RENEWAL);
}
