/**
 * The skeleton of one version of a function, and the pieces with which it can be left.
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
import { type BlockType, type CatchClause, InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeValType } from '../../wasm/type-codec.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import type { ByteCap } from './byte-budget.ts';
import { CodeWriter, ScratchLocals } from './code.ts';
import { MAX_BODY_BYTES } from './code-limits.ts';
import type { Construct } from './construct.ts';
import { entriesOf } from './entries.ts';
import { FrameWriter } from './frame-writer.ts';
import { CAPPED, FRAME_POINTER, LEAVE_SLOT, THROW, TRAP } from './layout.ts';
import { CATCH_ALL_REF } from './legacy-shape.ts';
import type { FunctionPlan } from './plan.ts';
import type { Positions } from './positions.ts';
import type { EmitTarget } from './target.ts';
import { Walker } from './walker.ts';

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
  /** Throw an exception, which the hook has, in place of the instruction that the version begins at. */
  readonly throws?: boolean;
  /** How many of the function's own locals may be locals of the version; by default all that can. */
  readonly registers?: number;
  /** Run counted loops in chunks of rounds; by default they are. */
  readonly chunks?: boolean;
  /** How long the version may become before it is left for another. */
  readonly cap?: ByteCap;
  /** Filled with where each of the original's instructions is. */
  readonly positions?: Positions;
}

const EMPTY_BLOCK = 0x40;

/** What the emitted code has room for at first: bytes for each of the original, at least, at most. */
const GROWTH = 4;
const LEAST_CAPACITY = 128;
const MOST_CAPACITY = 1 << 16;

/** A label of the emitted code. */
export interface Label {
  /** The construct of the original whose branches go to this label, if any. */
  readonly construct: Construct | undefined;
  readonly role:
    | 'cold'
    | 'plain'
    // The remainder of an arm that a continuation began in.
    | 'arm'
    | 'loop-exit'
    | 'loop-again'
    // The rounds of a counted loop between two checks.
    | 'chunk'
    // Of a legacy `try`: the whole, the protected body, a block that ends where a handler begins.
    | 'try'
    | 'protected'
    | 'handler'
    // Where what a `delegate` hands over arrives.
    | 'pad';
}

export class VersionWriter {
  readonly plan: FunctionPlan;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly frame: FrameWriter;
  readonly walker: Walker;
  /** Number of the function's own locals that are locals here; the others are in the frame only. */
  readonly registers: number;
  readonly labels: Label[] = [];
  /** Index in `labels` of the label that the original's branches to a construct mean. */
  readonly #labelOf = new Map<Construct, number>();
  readonly #target: EmitTarget;
  readonly #options: EmitOptions;
  /** The host may call the function. */
  readonly #entered: boolean;

  /** @param parameters number of locals that are the emitted function's parameters */
  constructor(plan: FunctionPlan, target: EmitTarget, options: EmitOptions, parameters: number) {
    this.plan = plan;
    this.#target = target;
    this.#options = options;
    const expected = GROWTH * (plan.body.end - plan.codeStart) + LEAST_CAPACITY;
    this.out = new CodeWriter(target.debugMemory, Math.min(expected, MOST_CAPACITY));
    this.registers = Math.min(options.registers ?? plan.registers, plan.registers);
    this.scratch = new ScratchLocals(this.registers);
    this.frame = new FrameWriter({
      plan,
      out: this.out,
      scratch: this.scratch,
      target,
      parameters,
      registers: this.registers,
    });
    this.walker = new Walker(plan, this.registers);
    this.#entered = entriesOf(plan.module).has(plan.index);
  }

  /** V8 would not take the body; the rest of it is not emitted. */
  get isTooLarge(): boolean {
    return this.out.length > MAX_BODY_BYTES;
  }

  /** Opens $cold and $body. */
  begin(): void {
    const { out } = this;
    out.i32Const(0);
    out.load(I32, FRAME_POINTER);
    this.frame.begin();
    this.openBlock([], { construct: undefined, role: 'cold' });
    this.openBlock(this.plan.results, { construct: this.walker.constructs[0]!, role: 'plain' });
  }

  /** After the function's last `end`: the cold block. */
  finish(): void {
    const { out, scratch } = this;
    const target = this.#target;
    out.op(Op.return);
    out.end();
    this.#popLabel();
    this.frame.storeAllLocals();
    out.localGet(scratch.framePointer);
    // What `#exitNumber` has made of the pc.
    out.localGet(scratch.pc);
    out.i32Const(1);
    out.op(Op.i32Rotr);
    out.i32Const(this.plan.codeStart);
    out.op(Op.i32Add);
    out.op(Op.globalGet);
    out.u32(target.instanceGlobal);
    out.i32Const(LEAVE_SLOT);
    out.callIndirect(Op.callIndirect, target.leaveType, target.continuationTable);
    this.#enter();
    out.end();
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
    this.leaveIf(pc);
  }

  /**
   * Opens the `try_table` that begins at a construct's pc again, for the remainder of its body: it
   * has no parameters here.
   */
  reopenTryTable(construct: Construct, outer: readonly Construct[]): void {
    const { out } = this;
    const reader = new InstructionReader(this.plan.module.bytes, construct.pc, this.plan.body.end);
    reader.read();
    out.op(Op.tryTable);
    this.#blockType(construct.results);
    this.writeClauses(reader.catches, (label) => outer[outer.length - 1 - label]!);
    this.pushLabel({ construct, role: 'arm' });
  }

  openBlock(results: readonly ValType[], label: Label): void {
    this.out.u8(Op.block);
    this.#blockType(results);
    this.pushLabel(label);
  }

  #blockType(results: readonly ValType[]): void {
    const { out } = this;
    if (results.length === 0) out.u8(EMPTY_BLOCK);
    else if (results.length === 1) writeValType(out, results[0]!);
    else out.s33(this.#target.resultsType(results));
  }

  /** Depth of the innermost label behind a loop. */
  exitDepth(): number {
    const { labels } = this;
    return labels.length - 1 - labels.findLastIndex(({ role }) => role === 'loop-exit');
  }

  /** Opens a `try_table` with the given clauses, their labels counted as emitted. */
  openProtected(results: readonly ValType[], clauses: readonly CatchClause[]): void {
    const { out } = this;
    out.op(Op.tryTable);
    this.#blockType(results);
    out.u32(clauses.length);
    for (const { kind, tag, label } of clauses) {
      out.u8(kind);
      if (tag >= 0) out.u32(this.#target.tag(tag));
      out.u32(label);
    }
    this.pushLabel({ construct: undefined, role: 'protected' });
  }

  /** Writes a `try_table` that hands every exception to the pad in `target`, without its label. */
  openDelegating(type: BlockType | readonly ValType[], target: Construct): void {
    const { out, labels } = this;
    out.op(Op.tryTable);
    if ('kind' in type) this.#sameBlockType(type);
    else this.#blockType(type);
    const pad = labels.findLastIndex((l) => l.construct === target && l.role === 'pad');
    out.u32(1);
    out.u8(CATCH_ALL_REF);
    out.u32(labels.length - 1 - pad);
  }

  #sameBlockType(type: BlockType): void {
    const { out } = this;
    if (type.kind === 'empty') out.u8(EMPTY_BLOCK);
    else if (type.kind === 'value') writeValType(out, type.type);
    else out.s33(type.typeIndex);
  }

  /**
   * Writes the `try_table` just read, without the label that it opens.
   *
   * @param target the construct of each of its clauses' labels
   */
  openTryTable(reader: InstructionReader, target: (label: number) => Construct): void {
    const { out } = this;
    out.op(Op.tryTable);
    this.#sameBlockType(reader.blockType);
    this.writeClauses(reader.catches, target);
  }

  writeClauses(catches: readonly CatchClause[], target: (label: number) => Construct): void {
    const { out } = this;
    out.u32(catches.length);
    for (const { kind, tag, label } of catches) {
      out.u8(kind);
      if (tag >= 0) out.u32(this.#target.tag(tag));
      out.u32(this.labelDepth(target(label)));
    }
  }

  /** A label that was opened. */
  pushLabel(label: Label): void {
    const { construct, role } = label;
    if (construct !== undefined && role !== 'pad') this.#labelOf.set(construct, this.labels.length);
    this.labels.push(label);
  }

  #popLabel(): Label {
    const label = this.labels.pop()!;
    const { construct, role } = label;
    if (construct !== undefined && role !== 'pad') this.#labelOf.delete(construct);
    return label;
  }

  closeLabel(): Label {
    this.out.end();
    return this.#popLabel();
  }

  /** The label of a construct, if it has one here. */
  labelOf(construct: Construct): Label | undefined {
    const index = this.#labelOf.get(construct);
    return index === undefined ? undefined : this.labels[index];
  }

  /** Depth of the emitted label that the original's branches to `construct` mean. */
  labelDepth(construct: Construct): number {
    const index = this.#labelOf.get(construct);
    if (index === undefined) throw new Error('a branch out of the function');
    return this.labels.length - 1 - index;
  }

  /**
   * The original's instruction, with its indices as they are here.
   *
   * @param first offset of what was emitted for it alone
   */
  copy(reader: InstructionReader, first = this.out.length): void {
    this.#options.positions?.add(first, this.out.length, reader.pc);
    this.#target.instruction(reader, this.out);
  }

  /**
   * Before a call. V8's optimizing compiler has no position for one in a `try_table`: stack traces
   * have that of the last instruction before it that can trap by a fault. So there is one here. The
   * `try_table` may be that of a caller into which this function is inlined, so all calls have one in
   * a module with tags. (Looking for a `catch_all` in modules without would cost every one of those.)
   */
  anchorPosition(): void {
    const { out } = this;
    if (!this.walker.innermost.guarded && this.plan.module.tags.length === 0) return;
    out.localGet(this.scratch.framePointer);
    out.load(I32, 0);
    out.op(Op.drop);
  }

  /**
   * After a call: a function that the host may call takes back the room of its callees' frames.
   * Nothing else does, and a host function that calls in a million times would use up the stack.
   */
  takeBack(): void {
    if (this.#entered) this.setCalleeFrame(0);
  }

  /** The callee's frame begins `offset` bytes into this one; 0 for a tail call, which replaces it. */
  setCalleeFrame(offset: number): void {
    const { out } = this;
    out.i32Const(0);
    out.localGet(this.scratch.framePointer);
    if (offset !== 0) {
      out.i32Const(offset);
      out.op(Op.i32Add);
    }
    out.store(I32, FRAME_POINTER);
  }

  /** Brings the frame up to date and calls the hook, which may name a continuation to go on in. */
  hook(pc: number): void {
    const { out, scratch, frame, walker } = this;
    frame.flushLocals(walker);
    frame.flushOperands(walker.operands);
    this.#callHook(pc);
    out.localTee(scratch.pc);
    out.if();
    out.localGet(scratch.pc);
    this.#enter();
    out.end();
  }

  #callHook(pc: number): void {
    const { out } = this;
    this.anchorPosition();
    out.localGet(this.scratch.framePointer);
    out.i32Const(pc);
    out.op(Op.globalGet);
    out.u32(this.#target.instanceGlobal);
    out.op(Op.call);
    out.u32(this.#target.hookFunction!);
  }

  /** Has the hook throw; nothing can follow. */
  throwByHook(): void {
    const { out } = this;
    this.#callHook(THROW);
    out.op(Op.drop);
    out.op(Op.unreachable);
    this.walker.reachable = false;
  }

  /** Leaves for good before the instruction at `pc`; nothing can follow. */
  leave(pc: number): void {
    this.frame.flushOperands(this.walker.operands);
    this.#setExit(pc);
    this.out.br(this.labels.length - 1);
    this.walker.reachable = false;
  }

  /** With a condition on the stack: leaves before the instruction at `pc`. All operands have homes. */
  leaveIf(pc: number): void {
    const { out, frame, labels, walker } = this;
    if (!frame.hasUnsaved(walker.operands)) {
      this.#setExit(pc);
      out.op(Op.brIf);
      out.u32(labels.length - 1);
      return;
    }
    out.if();
    frame.storeOperands(walker.operands);
    this.#setExit(pc);
    out.br(labels.length);
    out.end();
  }

  /** Says where the cold block is entered: of all that is emitted, this is most often. */
  #setExit(pc: number): void {
    this.out.i32Const(this.#exitNumber(pc));
    this.out.localSet(this.scratch.pc);
  }

  /** A pc with flags, as a number with a short encoding: TRAP is bit 0, CAPPED bit 31. */
  #exitNumber(flaggedPc: number): number {
    const pc = flaggedPc & ~(TRAP | CAPPED);
    const flags = ((flaggedPc & TRAP) >>> 31) | ((flaggedPc & CAPPED) << 1);
    return ((pc - this.plan.codeStart) << 1) | flags;
  }

  /** Tail-calls the continuation whose slot is on the stack. */
  #enter(): void {
    const type = this.#target.resultsType(this.plan.results);
    this.out.callIndirect(Op.returnCallIndirect, type, this.#target.continuationTable);
  }
}
