/**
 * The ways out of a version before one of its instructions: for good, through the cold block, and
 * through the hook, which may name a continuation to go on in.
 */
import { Op } from '../../wasm/opcodes.ts';
import type { CallSites } from './call-sites.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import type { ColdBlocks } from './cold-blocks.ts';
import type { EmitOptions } from './emit-options.ts';
import type { FrameWriter } from './frame-writer.ts';
import { BEYOND, CAPPED, LEAVE_SLOT, THROW } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import type { SignatureTest } from './signature-tables.ts';
import type { EmitTarget } from './target.ts';
import type { Walker } from './walker.ts';

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
    out.localGet(scratch.framePointer);
    out.loadLimit(limitAddress);
    out.op(Op.i32GtU);
    this.leaveIf(pc);
  }

  /** A check: leaves for good, before the instruction at `pc`, if something wants to stop. */
  check(pc: number): void {
    const { out, frame, walker, options } = this.#context;
    const { limitAddress } = options;
    if (limitAddress === undefined) return;
    frame.houseOperands(walker.operands);
    out.pollLimit(limitAddress);
    this.leaveIf(pc);
  }

  /** Leaves for good before the instruction at `pc`; nothing can follow. */
  leave(pc: number): void {
    const { out, frame, walker } = this.#context;
    frame.flushOperands(walker.operands);
    frame.storeStale(walker, pc & ~BEYOND);
    this.#setExit(pc);
    out.br(this.#coldDepth(pc));
    walker.reachable = false;
  }

  /**
   * With a condition on the stack: leaves before the instruction at `pc`. All operands have homes.
   *
   * @returns where the flags of `pc` are in the code, for {@link leaveBeyond}
   */
  leaveIf(pc: number): number {
    const { out, frame, walker } = this.#context;
    if (walker.unsaved.stale.length === 0 && !frame.hasUnsaved(walker.operands)) {
      const flagsAt = this.#setExit(pc);
      this.#hint(false);
      out.op(Op.brIf);
      out.u32(this.#coldDepth(pc));
      return flagsAt;
    }
    this.#hint(false);
    out.if();
    frame.storeOperands(walker.operands);
    frame.storeStale(walker, pc & ~BEYOND);
    const flagsAt = this.#setExit(pc);
    out.br(this.#coldDepth(pc) + 1);
    out.end();
    return flagsAt;
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
    this.#leaveUnless(pc, [...conditions, isBeyond], () => {
      pushIndex();
      out.isByte(address, signature);
    });
  }

  /** Leaves before the instruction at `pc` if one of the conditions holds. All operands have homes. */
  leaveIfAny(conditions: readonly (() => void)[], pc: number): void {
    const last = conditions.at(-1);
    if (last === undefined) return;
    this.#leaveUnless(pc, conditions.slice(0, -1), () => {
      last();
      this.#context.out.op(Op.i32Eqz);
    });
  }

  /**
   * Leaves if one of the conditions holds, or the one to stay does not. A branch for each: V8 would make
   * values of them.
   */
  #leaveUnless(pc: number, conditions: readonly (() => void)[], pushStays: () => void): void {
    const { out, frame, walker } = this.#context;
    out.block();
    out.block();
    for (const push of conditions) {
      push();
      this.#hint(false);
      out.brIf(0);
    }
    pushStays();
    this.#hint(true);
    out.brIf(1);
    out.end();
    frame.storeStale(walker, pc & ~BEYOND);
    frame.storeOperands(walker.operands);
    this.#setExit(pc);
    out.br(this.#coldDepth(pc) + 1);
    out.end();
  }

  /** Says where the cold block is entered: of all that is emitted, this is most often. */
  #setExit(pc: number): number {
    const { out, scratch } = this.#context;
    out.op(Op.i32Const);
    const flagsAt = out.length;
    out.s32(this.#exitNumber(pc));
    out.localSet(scratch.pc);
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

  /** Behind the cold blocks, the frame is complete: makes the exit number a pc again and leaves. */
  writeLeave(): void {
    const { plan, target, out, scratch } = this.#context;
    out.localGet(scratch.framePointer);
    out.localGet(scratch.pc);
    out.i32Const(FLAGS);
    out.op(Op.i32Rotr);
    out.i32Const(plan.codeStart);
    out.op(Op.i32Add);
    out.op(Op.globalGet);
    out.u32(target.instanceGlobal);
    out.i32Const(LEAVE_SLOT);
    out.callIndirect(Op.callIndirect, target.leaveType, target.continuationTable);
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
