/**
 * Emits one version of a function: the original instructions with the checks, spills and hooks that
 * the version asks for. `cruise.ts` and `continuation.ts` say where it begins.
 *
 *     block $cold
 *       block $body (result R)   ...the instructions...   end
 *       return
 *     end
 *     spill all locals; leave(frame, pc, instance); tail-call what it names
 *
 * Every check branches to $cold and nothing comes back from there: a cold path that returned would
 * be a merge edge in every loop, which costs V8 its load elimination and unrolling.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeValType } from '../../wasm/type-codec.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import { CodeWriter, ScratchLocals } from './code.ts';
import { FrameWriter } from './frame-writer.ts';
import { FRAME_POINTER, LEAVE_SLOT, TRAP } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';
import { TrapChecks } from './trap-checks.ts';
import { type Construct, Walker } from './walker.ts';

/** Before which instructions a version calls the hook. */
export type Hooks = 'none' | 'all' | ReadonlySet<number>;

export interface EmitOptions {
  /** Address of the limit word that the version's checks read; undefined: no checks. */
  readonly limitAddress: number | undefined;
  readonly hooks: Hooks;
  /** Check before each instruction that can trap whether it will. */
  readonly traps: boolean;
  /** The pc of an instruction that may trap by itself: its trap has been reported. */
  readonly trustedPc?: number;
  /** Bytes after which a version with hooks is left at the next instruction. */
  readonly byteCap?: number;
  /** Filled with pairs of (offset in the code, pc) for every instruction that can trap or call. */
  readonly positions?: number[];
}

const EMPTY_BLOCK = 0x40;

/** A label of the emitted code. */
export interface Label {
  /** The construct of the original whose branches go to this label, if any. */
  readonly construct: Construct | undefined;
  readonly role: 'cold' | 'plain' | 'arm' | 'loop-exit' | 'loop-again';
}

export class FunctionEmitter {
  readonly plan: FunctionPlan;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly frame: FrameWriter;
  readonly walker: Walker;
  readonly labels: Label[] = [];
  readonly #target: EmitTarget;
  readonly #options: EmitOptions;
  /** The instruction that the version begins at: already reported, so it has no hook. */
  #unhookedPc = -1;
  /** Only the first time: in a loop, the instruction comes again with other operands. */
  #trustedPc: number;
  readonly #traps: TrapChecks;

  constructor(plan: FunctionPlan, target: EmitTarget, options: EmitOptions) {
    this.plan = plan;
    this.#target = target;
    this.#options = options;
    this.out = new CodeWriter(target.debugMemory);
    this.scratch = new ScratchLocals(plan.localTypes.length);
    this.frame = new FrameWriter(plan, this.out, this.scratch);
    this.walker = new Walker(plan);
    this.#trustedPc = options.trustedPc ?? -1;
    const { walker, frame } = this;
    this.#traps = new TrapChecks({
      module: plan.module,
      out: this.out,
      operands: walker.operands,
      house: () => frame.houseOperands(walker.operands),
      push: (depth) => frame.pushOperand(walker.operands, walker.operands.height - 1 - depth),
      table: (index) => target.table(index),
    });
  }

  /** Opens $cold and $body. */
  begin(): void {
    const { out } = this;
    out.i32Const(0);
    out.load(I32, FRAME_POINTER);
    out.localSet(this.scratch.framePointer);
    this.openBlock([], { construct: undefined, role: 'cold' });
    this.openBlock(this.plan.results, { construct: this.walker.constructs[0]!, role: 'plain' });
  }

  /** After the function's last `end`: the cold block. */
  finish(): void {
    const { out, scratch } = this;
    const target = this.#target;
    out.op(Op.return);
    out.end();
    this.labels.pop();
    this.frame.storeAllLocals();
    out.localGet(scratch.framePointer);
    out.localGet(scratch.pc);
    out.op(Op.globalGet);
    out.u32(target.instanceGlobal);
    out.i32Const(LEAVE_SLOT);
    out.callIndirect(Op.callIndirect, target.leaveType, target.continuationTable);
    this.#enter();
    out.end();
  }

  /**
   * Emits the instructions from `start` until the construct that is innermost now, or with
   * `whole` the one that begins at `start`, has been closed.
   */
  stream(start: number, outerDepth: number, unhooked = -1): void {
    const reader = new InstructionReader(this.plan.module.bytes, start, this.plan.body.end);
    this.#unhookedPc = unhooked;
    do {
      if (!reader.read()) break;
      if (this.walker.concerns(reader)) this.#instruction(reader);
      else this.walker.apply(reader);
    } while (this.walker.constructs.length > outerDepth);
  }

  /** A check: leaves for good, before the instruction at `pc`, if the limit word says so. */
  check(pc: number): void {
    const { limitAddress } = this.#options;
    if (limitAddress === undefined) return;
    const { out, scratch, frame, walker } = this;
    frame.houseOperands(walker.operands);
    out.localGet(scratch.framePointer);
    out.loadLimit(limitAddress);
    out.op(Op.i32GtU);
    this.#leaveIf(pc);
  }

  openBlock(results: readonly ValType[], label: Label): void {
    const { out } = this;
    out.u8(Op.block);
    if (results.length === 0) out.u8(EMPTY_BLOCK);
    else if (results.length === 1) writeValType(out, results[0]!);
    else out.s33(this.#target.resultsType(results));
    this.labels.push(label);
  }

  closeLabel(): Label {
    this.out.end();
    return this.labels.pop()!;
  }

  /** Depth of the innermost emitted label that the original's branches to `construct` mean. */
  labelDepth(construct: Construct): number {
    const { labels } = this;
    for (let i = labels.length - 1; i >= 0; i--) {
      if (labels[i]!.construct === construct) return labels.length - 1 - i;
    }
    throw new Error('a branch out of the function');
  }

  #instruction(reader: InstructionReader): void {
    const { op, pc } = reader;
    if (this.walker.reachable) {
      const left = !this.#beforeInstruction(pc) || !this.#checkTrap(reader);
      this.#trustedPc = -1;
      if (left && op !== Op.else && op !== Op.end) {
        this.walker.apply(reader);
        return;
      }
    }
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
        this.#open(reader);
        return;
      case Op.else:
      case Op.end:
        this.#structure(reader);
        return;
      case Op.br:
      case Op.brIf:
      case Op.brTable:
        this.#branch(reader);
        return;
      case Op.call:
      case Op.callIndirect:
        this.#call(reader);
        return;
      case Op.returnCall:
      case Op.returnCallIndirect:
        this.#setCalleeFrame(0);
        break;
      case Op.localSet:
      case Op.localTee:
        this.#traps.facts.forget(reader.index);
        break;
    }
    this.#copy(reader);
    this.walker.apply(reader);
  }

  /** The hook or the byte cap. False: the version has been left, the instruction is not emitted. */
  #beforeInstruction(pc: number): boolean {
    const { hooks, byteCap } = this.#options;
    if (hooks === 'none' || pc === this.#unhookedPc) {
      this.#unhookedPc = -1;
      return true;
    }
    const { out, scratch, walker } = this;
    if (byteCap !== undefined && out.length > byteCap) {
      this.frame.flushOperands(walker.operands);
      this.#goCold(pc, 0);
      walker.reachable = false;
      return false;
    }
    if (hooks !== 'all' && !hooks.has(pc)) return true;
    this.frame.flushLocals(walker);
    this.frame.flushOperands(walker.operands);
    out.localGet(scratch.framePointer);
    out.i32Const(pc);
    out.op(Op.globalGet);
    out.u32(this.#target.instanceGlobal);
    out.op(Op.call);
    out.u32(this.#target.hookFunction!);
    out.localTee(scratch.pc);
    out.if();
    out.localGet(scratch.pc);
    this.#enter();
    out.end();
    return true;
  }

  #open(reader: InstructionReader): void {
    const { walker, frame } = this;
    const { operands } = walker;
    const { op } = reader;
    const params = this.#paramCount(reader);
    frame.settleOperands(operands, operands.height - params - (op === Op.if ? 1 : 0));
    this.#copy(reader);
    walker.apply(reader);
    this.labels.push({ construct: walker.innermost, role: 'plain' });
    if (op === Op.loop) {
      this.plan.loopWrites.get(reader.pc)?.forEach((local) => {
        this.#traps.facts.forget(local);
      });
    }
    this.#traps.facts.enter();
    if (op === Op.loop) this.check(reader.next);
  }

  #paramCount(reader: InstructionReader): number {
    const type = reader.blockType;
    if (type.kind !== 'index') return 0;
    const { composite } = this.plan.module.types[type.typeIndex]!;
    return composite.kind === 'func' ? composite.params.length : 0;
  }

  #structure(reader: InstructionReader): void {
    const { walker, out } = this;
    const label = this.labels.at(-1)!;
    if (label.role === 'loop-again') {
      this.#closeRestoredLoop();
      return;
    }
    if (reader.op === Op.else) {
      // An arm that a continuation began in is a block: what follows its `else` is dead.
      if (label.role === 'plain') {
        out.op(Op.else);
        this.#traps.facts.alternate();
      }
      walker.apply(reader);
      return;
    }
    // What a continuation knew inside the arm it began in does not hold for branches to its end.
    if (label.role === 'plain' && label.construct?.kind !== 'function') this.#traps.facts.exit();
    else this.#traps.facts.reset();
    this.closeLabel();
    walker.apply(reader);
    if (!walker.reachable && !walker.finished) out.op(Op.unreachable);
  }

  /**
   *     block $exit (result r)
   *       block $again (result p)   ...remainder of the body...   br $exit   end
   *       loop (param p) (result r)   ...the original body...   end
   *     end
   */
  #closeRestoredLoop(): void {
    const { walker, out } = this;
    const loop = walker.innermost;
    const fellThrough = walker.reachable;
    const dirty = walker.dirty.clone();
    this.#traps.facts.reset();
    if (fellThrough) out.br(1);
    this.closeLabel();
    if (walker.leaveRestoredLoop()) {
      // A branch back goes to just after the `loop`: that is not reached again.
      this.stream(loop.pc, walker.constructs.length, loop.pc);
    } else {
      out.op(Op.unreachable);
      walker.operands.pushAll(loop.results);
    }
    this.closeLabel();
    this.#traps.facts.reset();
    walker.join(fellThrough, dirty);
    if (!walker.reachable) out.op(Op.unreachable);
  }

  #branch(reader: InstructionReader): void {
    const { walker, out } = this;
    const depth = (label: number): number => this.labelDepth(walker.target(label));
    out.op(reader.op);
    if (reader.op === Op.brTable) {
      out.u32(reader.labels.length - 1);
      for (const label of reader.labels) out.u32(depth(label));
    } else {
      out.u32(depth(reader.index));
    }
    walker.apply(reader);
  }

  #call(reader: InstructionReader): void {
    const { walker, frame } = this;
    frame.flushLocals(walker);
    frame.flushOperands(walker.operands);
    this.#setCalleeFrame(this.plan.frameSize);
    this.#copy(reader);
    walker.apply(reader);
    this.check(reader.next);
  }

  /** The callee's frame begins `offset` bytes into this one; 0 for a tail call, which replaces it. */
  #setCalleeFrame(offset: number): void {
    const { out } = this;
    out.i32Const(0);
    out.localGet(this.scratch.framePointer);
    if (offset !== 0) {
      out.i32Const(offset);
      out.op(Op.i32Add);
    }
    out.store(I32, FRAME_POINTER);
  }

  #copy(reader: InstructionReader): void {
    this.#options.positions?.push(this.out.length, reader.pc);
    this.#target.instruction(reader, this.out);
  }

  /** With a condition on the stack: leaves before the instruction at `pc`. All operands have homes. */
  #leaveIf(pc: number): void {
    this.out.if();
    this.frame.storeOperands(this.walker.operands);
    this.#goCold(pc, 1);
    this.out.end();
  }

  /** False if the instruction always traps: then the version has been left, and nothing follows. */
  #checkTrap(reader: InstructionReader): boolean {
    if (!this.#options.traps || reader.pc === this.#trustedPc) return true;
    if (TrapChecks.always(reader)) {
      this.frame.flushOperands(this.walker.operands);
      this.#goCold(reader.pc | TRAP, 0);
      this.walker.reachable = false;
      return false;
    }
    if (this.#traps.condition(reader)) this.#leaveIf(reader.pc | TRAP);
    return true;
  }

  /** Branches to the cold block, from inside `extra` labels that are not on the label stack. */
  #goCold(pc: number, extra: number): void {
    this.out.i32Const(pc);
    this.out.localSet(this.scratch.pc);
    this.out.br(this.labels.length - 1 + extra);
  }

  /** Tail-calls the continuation whose slot is on the stack. */
  #enter(): void {
    const type = this.#target.resultsType(this.plan.results);
    this.out.callIndirect(Op.returnCallIndirect, type, this.#target.continuationTable);
  }
}
