/**
 * The ways out of a version before one of its instructions: for good, through the cold block, and
 * through the hook, which may name a continuation to go on in.
 */
import { Op } from '../../wasm/opcodes.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import type { CallSites } from './call-sites.ts';
import { CodeWriter, type ScratchLocals } from './code.ts';
import type { ColdBlocks } from './cold-blocks.ts';
import type { EmitOptions } from './emit-options.ts';
import type { FrameWriter } from './frame-writer.ts';
import { BEYOND, CAPPED, LEAVE_SLOT, THROW } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import type { SignatureTest } from './signature-tables.ts';
import type { EmitTarget, EngineTarget } from './target.ts';
import type { Walker } from './walker.ts';

/** Of the block that takes an operand along. */
export const RESULT_TYPES: readonly ValType[] = [I32, I32];
/** Number of the uppermost bits of a pc that are flags. */
const FLAGS = 2;

export interface ExitsContext {
  readonly plan: FunctionPlan;
  readonly target: EmitTarget;
  readonly options: EmitOptions;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly frame: FrameWriter;
  readonly walker: Walker;
  readonly cold: ColdBlocks;
  readonly calls: CallSites;
}

export class Exits {
  readonly #context: ExitsContext;
  /** What is known of the exit whose condition comes, between `prepare` and `leaveIf`. */
  #prepared: { readonly kind: 'plain' | 'result' | 'stores'; readonly flagsAt: number } | undefined;

  constructor(context: ExitsContext) {
    this.#context = context;
  }

  /** The check at a function's start: leaves for good if the limit word says so. */
  checkEntry(pc: number): void {
    const { plan, out, scratch, options } = this.#context;
    const { limitAddress } = options;
    if (limitAddress === undefined || plan.isLeaf) {
      // The frame of a leaf may reach beyond the stack's end, where there is room for one.
      this.check(pc);
      return;
    }
    this.prepare(pc);
    out.localGet(scratch.framePointer);
    out.loadLimit(limitAddress);
    out.op(Op.i32GtU);
    this.leaveIf(pc);
  }

  /** A check: leaves for good, before the instruction at `pc`, if something wants to stop. */
  check(pc: number): void {
    const { out, options, cold } = this.#context;
    const { limitAddress } = options;
    if (limitAddress === undefined) return;
    // The result needs no home: it is taken along from where it is.
    if (cold.takesResult(pc)) this.#prepared = { kind: 'result', flagsAt: this.#pushNumber(pc) };
    else this.prepare(pc);
    out.pollLimit(limitAddress);
    this.leaveIf(pc);
  }

  /** Leaves for good before the instruction at `pc`; nothing can follow. */
  leave(pc: number): void {
    const { out, frame, walker } = this.#context;
    frame.flushOperands(walker.operands);
    frame.storeStale(walker, pc & ~BEYOND);
    this.#pushNumber(pc);
    out.br(this.#coldDepth(pc));
    walker.reachable = false;
  }

  /**
   * Before the condition of an exit before the instruction at `pc` is pushed: gives all operands homes.
   * Below the condition is what the branch takes along, and drops if it is not taken: so that is a byte
   * shorter than a local that is set.
   */
  prepare(pc: number): void {
    if (this.#prepared !== undefined) return;
    const { frame, walker } = this.#context;
    frame.houseOperands(walker.operands);
    const kind = this.#kindAt(pc & ~BEYOND);
    this.#prepared = { kind, flagsAt: kind === 'stores' ? -1 : this.#pushNumber(pc) };
  }

  #kindAt(pc: number): 'plain' | 'result' | 'stores' {
    const { frame, walker, cold } = this.#context;
    const { operands, unsaved } = walker;
    if (unsaved.stale.length === 0 && !frame.hasUnsaved(operands)) return 'plain';
    return cold.takesResult(pc) ? 'result' : 'stores';
  }

  /**
   * With a condition on the stack, which an exit has been prepared for: leaves before the instruction at
   * `pc`.
   *
   * @returns where the flags of `pc` are in the code, for {@link leaveBeyond}
   */
  leaveIf(pc: number): number {
    const { out, frame, walker } = this.#context;
    const { kind, flagsAt } = this.#prepared!;
    this.#prepared = undefined;
    this.#hint(false);
    if (kind !== 'stores') {
      out.brIf(kind === 'plain' ? this.#coldDepth(pc) : this.#context.cold.resultDepth);
      out.op(Op.drop);
      return flagsAt;
    }
    out.if();
    frame.storeOperands(walker.operands);
    frame.storeStale(walker, pc & ~BEYOND);
    const storedFlagsAt = this.#pushNumber(pc);
    out.br(this.#coldDepth(pc) + 1);
    out.end();
    return storedFlagsAt;
  }

  /**
   * Leaves before the instruction at `pc` if one of the conditions holds, or the operand on top is not the
   * index of an element with a signature. All operands have homes.
   */
  leaveUnlessSigned(
    { address, length, signature }: SignatureTest,
    pc: number,
    conditions: readonly (() => void)[] = [],
  ): void {
    const { out, frame, walker } = this.#context;
    const { operands } = walker;
    const pushIndex = (): void => frame.pushOperand(operands, operands.height - 1);
    const isBeyond = (): void => {
      pushIndex();
      out.i32Const(length);
      // The comparison that V8 makes itself: it leaves its own out then.
      out.op(Op.i32LtU);
      out.op(Op.i32Eqz);
    };
    const hasOther = (): void => {
      pushIndex();
      out.isNotByte(address, signature);
    };
    this.leaveIfAny([...conditions, isBeyond, hasOther], pc);
  }

  /**
   * Leaves before the instruction at `pc` if one of the conditions holds. All operands have homes. A branch
   * for each: V8 would make values of them.
   */
  leaveIfAny(conditions: readonly (() => void)[], pc: number): void {
    const { out, frame, walker } = this.#context;
    if (conditions.length === 0) return;
    if (walker.unsaved.stale.length === 0 && !frame.hasUnsaved(walker.operands)) {
      this.#pushNumber(pc);
      for (const push of conditions) {
        push();
        this.#hint(false);
        out.brIf(this.#coldDepth(pc));
      }
      out.op(Op.drop);
      return;
    }
    out.block();
    out.block();
    conditions.forEach((push, i) => {
      const isLast = i === conditions.length - 1;
      push();
      if (isLast) out.op(Op.i32Eqz);
      this.#hint(isLast);
      out.brIf(isLast ? 1 : 0);
    });
    out.end();
    frame.storeStale(walker, pc & ~BEYOND);
    frame.storeOperands(walker.operands);
    this.#pushNumber(pc);
    out.br(this.#coldDepth(pc) + 1);
    out.end();
  }

  /** Says where the cold block is entered: of all that is emitted, this is most often. */
  #pushNumber(pc: number): number {
    const { out } = this.#context;
    out.op(Op.i32Const);
    const flagsAt = out.length;
    out.s32(this.#exitNumber(pc));
    return flagsAt;
  }

  #coldDepth(flaggedPc: number): number {
    return this.#context.cold.depth(flaggedPc & ~BEYOND);
  }

  /** A pc with flags, as a number with a short encoding: they are the lowest bits. */
  #exitNumber(flaggedPc: number): number {
    const pc = flaggedPc & ~BEYOND;
    return ((pc - this.#context.plan.codeStart) << FLAGS) | ((flaggedPc & BEYOND) >>> (32 - FLAGS));
  }

  /** Makes an exit with the flag TRAP one with BEYOND. */
  static leaveBeyond(out: CodeWriter, flagsAt: number): void {
    out.setBits(flagsAt, CAPPED >>> (32 - FLAGS));
  }

  /** Behind the innermost cold block, whose results are an operand and the exit number. */
  writeResult(): void {
    const { out, scratch, frame, plan, cold } = this.#context;
    const home = scratch.home(I32, plan.resultHeight % plan.homes);
    frame.beginExit();
    out.localSet(scratch.pc);
    out.localSet(home);
    frame.storeResult(home, plan.resultHeight);
    out.localGet(scratch.pc);
    if (cold.count > 1) out.br(cold.count - 1);
  }

  /** Behind the cold blocks, the frame is complete and the exit number on the stack: leaves. */
  writeLeave(): void {
    const { plan, target, out, scratch, calls } = this.#context;
    calls.anchorLastCall();
    if (target.leaveFunction === undefined || !plan.limits.sharedLeave) {
      out.localSet(scratch.pc);
      callLeave(out, target, scratch.framePointer, scratch.pc, () => out.i32Const(plan.codeStart));
    } else {
      out.localGet(scratch.framePointer);
      out.i32Const(plan.codeStart);
      out.op(Op.call);
      out.u32(target.leaveFunction);
    }
    this.#enter();
  }

  /** Brings the frame up to date and calls the hook, which may name a continuation to go on in. */
  hook(pc: number): void {
    const { out, scratch, frame, walker } = this.#context;
    frame.flushLocals(walker, pc);
    frame.storeStale(walker, pc);
    frame.flushOperands(walker.operands);
    this.#callHook(pc);
    out.localTee(scratch.pc);
    this.#hint(false);
    out.if();
    out.localGet(scratch.pc);
    this.#enter();
    out.end();
  }

  /** Has the hook throw; nothing can follow. */
  throwByHook(): void {
    const { out, walker } = this.#context;
    this.#callHook(THROW);
    out.op(Op.drop);
    out.op(Op.unreachable);
    walker.reachable = false;
  }

  /** Says of the conditional branch that comes next whether it is likely taken. */
  #hint(taken: boolean): void {
    const { options, out } = this.#context;
    options.hints?.add(out.length, taken);
  }

  #callHook(pc: number): void {
    const { out, scratch, target, calls } = this.#context;
    calls.anchorPosition();
    out.localGet(scratch.framePointer);
    out.i32Const(pc);
    out.op(Op.globalGet);
    out.u32(target.instanceGlobal);
    out.op(Op.call);
    out.u32(target.hookFunction!);
  }

  /** Tail-calls the continuation whose slot is on the stack. */
  #enter(): void {
    const { out, plan, target } = this.#context;
    const type = target.resultsType(plan.results);
    out.callIndirect(Op.returnCallIndirect, type, target.continuationTable);
  }
}

/**
 * The code of a function that does for all of a module what is the same where they are left: of type
 * (exit number i32, frame i32, codeStart i32) -> slot.
 */
export function leaveBody(target: EngineTarget): Uint8Array {
  const out = new CodeWriter(target.debugMemory);
  out.u32(0); // no locals
  callLeave(out, target, 1, 0, () => out.localGet(2));
  out.end();
  return out.view();
}

/** Makes the exit number in a local a pc again, and calls `leave`. */
function callLeave(
  out: CodeWriter,
  target: EngineTarget,
  frame: number,
  number: number,
  pushCodeStart: () => void,
): void {
  out.localGet(frame);
  out.localGet(number);
  out.i32Const(FLAGS);
  out.op(Op.i32Rotr);
  pushCodeStart();
  out.op(Op.i32Add);
  out.op(Op.globalGet);
  out.u32(target.instanceGlobal);
  out.i32Const(LEAVE_SLOT);
  out.callIndirect(Op.callIndirect, target.leaveType, target.continuationTable);
}
