/**
 * Emits what moves locals between a function and its frame: spills of what changed, what cold blocks
 * store, and the loads with which a continuation begins.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF, I64, type NumType, type ValType } from '../../wasm/types.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import { type DerivedLocal, NOT_WRITTEN } from './derived-locals.ts';
import { FrameSlots } from './frame-slots.ts';
import { caughtOffset } from './legacy-shape.ts';
import type { LoopEffects } from './loop-effects.ts';
import type { FunctionPlan } from './plan.ts';
import { LEAST_RUN, MOST_RUN } from './run-stores.ts';
import type { EmitTarget } from './target.ts';
import type { Walker } from './walker.ts';

/** From one that is wanted to the next in a run: to begin another takes as many bytes. */
const MOST_OTHERS = 4;

export interface FrameWriterContext {
  readonly plan: FunctionPlan;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly target: EmitTarget;
  /** Number of locals that are the emitted function's parameters. */
  readonly parameters: number;
  /** Number of the function's own locals that are locals of the emitted function. */
  readonly registers: number;
}

export class FrameLocals {
  protected readonly plan: FunctionPlan;
  protected readonly out: CodeWriter;
  protected readonly scratch: ScratchLocals;
  protected readonly slots: FrameSlots;
  /** Parameters are kept by the function's own type; from this index on, locals are all nullable. */
  readonly #nullableFrom: number;
  /** From this index on, locals are in the frame only. */
  readonly #registers: number;
  readonly #store = (local: number): void => this.#storeLocal(local);

  constructor({ plan, out, scratch, target, parameters, registers }: FrameWriterContext) {
    this.plan = plan;
    this.out = out;
    this.scratch = scratch;
    this.slots = new FrameSlots(plan, out, scratch, target);
    this.#nullableFrom = parameters;
    this.#registers = registers;
  }

  /** @param seldom little is stored before an exit, see `FrameSlots` */
  begin(seldom: boolean): void {
    this.slots.begin(seldom);
  }

  /** Where an exit may have come to. */
  beginExit(): void {
    this.slots.settle();
  }

  /** Before the instruction at `pc`, stores the locals that changed since they were last stored. */
  flushLocals({ unsaved }: Walker, pc: number): void {
    unsaved.dirty.take(this.plan.fresh.at(pc), this.#store);
  }

  /**
   * The same before a loop, for what every round would store that comes to a call.
   *
   * @param header pc of the first instruction inside
   */
  flushBeforeLoop({ unsaved }: Walker, { carried }: LoopEffects, header: number): void {
    unsaved.dirty.take(this.plan.fresh.at(header, this.plan.unkept, carried), this.#store);
  }

  /** The same before the call at `pc`: without those that are not kept during calls. */
  flushKeptLocals({ unsaved }: Walker, pc: number): void {
    unsaved.dirty.take(this.plan.fresh.at(pc, this.plan.unkept), this.#store);
  }

  /** Before the branch or `if` at `pc`: what every way from there stores before a call. */
  flushCertainLocals({ unsaved }: Walker, pc: number): void {
    const { certainStores, fresh, unkept } = this.plan;
    const start = certainStores.at(pc);
    if (start === undefined) return;
    const left = fresh.at(pc, unkept);
    const keep = {
      has: (local: number) => !certainStores.has(start, local) || left.has(local),
      hasWord: (word: number) => certainStores.hasNone(start, word) || left.hasWord(word),
    };
    unsaved.dirty.take(keep, this.#store);
  }

  /**
   * Stores those of the locals that differ from what they begin with at any time.
   *
   * @param andOthers others may be stored as well if there are some of these on both sides: they are as
   *   they should be in the frame then, or not looked at
   */
  storeLocals(which: (local: number) => boolean, andOthers: boolean): void {
    const { fresh, derived, keptTypes } = this.plan;
    let first = -1;
    let last = -1;
    let wanted = 0;
    for (let i = 0; i < this.#registers; i++) {
      if (!which(i) || fresh.isConstant(i) || derived.isDerived(i)) continue;
      if (wanted > 0 && (keptTypes[i] !== keptTypes[last] || !this.#joins(last, i, andOthers))) {
        this.#storeRun(first, last, wanted);
        wanted = 0;
      }
      if (wanted++ === 0) first = i;
      last = i;
    }
    if (wanted > 0) this.#storeRun(first, last, wanted);
  }

  /** Whether locals of one type are stored together, and those between them. */
  #joins(from: number, to: number, andOthers: boolean): boolean {
    const { keptTypes, derived } = this.plan;
    const type = keptTypes[from]!;
    if (type.kind === 'ref') return false;
    if (to - from === 1) return true;
    if (!andOthers || to - from > MOST_OTHERS) return false;
    for (let i = from + 1; i < to; i++) {
      if (keptTypes[i] !== type || derived.isDerived(i)) return false;
    }
    return true;
  }

  /** Stores locals, of which so many are wanted: the first and the last one are. */
  #storeRun(first: number, last: number, wanted: number): void {
    if (wanted < LEAST_RUN) {
      this.#storeLocal(first);
      if (last > first) this.#storeLocal(last);
      return;
    }
    const { keptTypes, localOffsets } = this.plan;
    const type = keptTypes[first] as NumType;
    for (let i = first; i <= last; i += MOST_RUN) {
      const locals: number[] = [];
      const end = Math.min(last + 1, i + MOST_RUN);
      for (let k = i; k < end; k++) locals.push(this.scratch.own(k));
      this.slots.storeRun(type, localOffsets[i]!, locals);
    }
  }

  /** Stores the derived locals that do not follow from their inputs before the instruction at `pc`. */
  storeStale({ unsaved }: Walker, pc: number): void {
    for (const local of unsaved.stale) {
      if (!this.plan.fresh.has(local, pc)) this.storeLocal(local);
    }
  }

  /** Gives locals the values that they begin with, where the emitted function has them not so. */
  initLocals(): void {
    const { localTypes, localOffsets, localsEnd, derived } = this.plan;
    if (this.#registers < localTypes.length) {
      this.slots.clear(
        localTypes.slice(this.#registers),
        localOffsets[this.#registers]!,
        localsEnd,
      );
    }
    derived.marks.forEach((mark) => {
      this.#initMark(mark);
    });
  }

  /** What a version begins with that begins before the instruction at `pc`. */
  loadAllLocals(pc: number): void {
    const { keptTypes, localOffsets, fresh, derived } = this.plan;
    this.slots.expectReferences();
    for (let i = 0; i < this.#registers; i++) {
      if (fresh.has(i, pc) || derived.at(i, pc) !== undefined) continue;
      this.slots.load(keptTypes[i]!, localOffsets[i]!);
      this.out.localSet(this.scratch.own(i));
    }
    this.slots.endReferences();
    this.#clearFresh(pc);
    derived.marks.forEach((mark) => {
      if (fresh.has(mark, pc)) this.#initMark(mark);
    });
    for (const each of derived.all) {
      if (fresh.has(each.local, pc) || derived.at(each.local, pc) === undefined) continue;
      this.#pushDerived(each);
      this.setLocal(each.local);
    }
  }

  /** Computes a derived local, with its inputs in their locals. */
  #pushDerived({ local, start, end, mark }: DerivedLocal): void {
    this.pushExpression(start, end);
    if (mark === undefined) return;
    if (this.plan.localTypes[local] === I64) this.out.i64Const(0n);
    else this.out.i32Const(0);
    this.#pushKept(mark);
    this.out.i64Const(NOT_WRITTEN);
    this.out.op(Op.i64LtU);
    this.out.op(Op.select);
  }

  /** Computes what original instructions, `start` to `end`, push that read nothing but locals. */
  protected pushExpression(start: number, end: number): void {
    const { bytes } = this.plan.module;
    const reader = new InstructionReader(bytes, start, end);
    while (reader.read()) {
      const { op, index, pc, next } = reader;
      // What is written on the way has been already.
      if (op === Op.localGet || op === Op.localTee) this.pushLocal(index);
      else this.out.bytes(bytes, pc, next);
    }
  }

  #initMark(mark: number): void {
    this.out.i64Const(NOT_WRITTEN);
    this.#setKept(mark);
  }

  /** Other versions have in locals, and never stored, what is in the frame only in this one. */
  #clearFresh(pc: number): void {
    const { localTypes, localOffsets, localsEnd, fresh } = this.plan;
    let start = this.#registers;
    for (let i = start; i <= fresh.end; i++) {
      if (i < fresh.end && fresh.has(i, pc)) continue;
      if (i > start) {
        const end = localOffsets[i] ?? localsEnd;
        this.slots.clear(localTypes.slice(start, i), localOffsets[start]!, end);
      }
      start = i + 1;
    }
  }

  /**
   * Keeps the exception on the stack that a legacy handler has caught: stored at once, because it is
   * rare and does not change.
   *
   * @param inside number of handlers around this one
   */
  keepCaught(inside: number): void {
    const local = this.scratch.exception(inside);
    this.out.localSet(local);
    this.slots.storeLocal(EXNREF, caughtOffset(this.plan.caughtBase, inside), local);
  }

  /** Takes up what `keepCaught` has kept, in a continuation. */
  loadCaught(inside: number): void {
    this.slots.load(EXNREF, caughtOffset(this.plan.caughtBase, inside));
    this.out.localSet(this.scratch.exception(inside));
  }

  /** `local.get` of one of the function's own, whose declared type may have become nullable. */
  pushLocal(local: number): void {
    this.#pushKept(local);
    if (this.plan.derived.isMark(local)) this.out.op(Op.i32WrapI64);
    if (local >= this.#nullableFrom) this.requireNonNull(this.plan.localTypes[local]!);
  }

  #pushKept(local: number): void {
    const { keptTypes, localOffsets } = this.plan;
    if (local < this.#registers) this.out.localGet(this.scratch.own(local));
    else this.slots.load(keptTypes[local]!, localOffsets[local]!);
  }

  /** `local.set` of one of the function's own. */
  setLocal(local: number): void {
    if (this.plan.derived.isMark(local)) this.out.op(Op.i64ExtendI32U);
    this.#setKept(local);
  }

  #setKept(local: number): void {
    if (local < this.#registers) this.out.localSet(this.scratch.own(local));
    else this.#setFrameLocal(local);
  }

  /** `local.tee`; the value keeps its type on the stack. */
  teeLocal(local: number): void {
    const isMark = this.plan.derived.isMark(local);
    if (isMark) this.out.op(Op.i64ExtendI32U);
    if (local < this.#registers) this.out.localTee(this.scratch.own(local));
    else this.out.localGet(this.#setFrameLocal(local));
    if (isMark) this.out.op(Op.i32WrapI64);
    if (local >= this.#nullableFrom) this.requireNonNull(this.plan.localTypes[local]!);
  }

  /** Stores a local, which has just been written, in the frame. */
  storeLocal(local: number): void {
    if (local < this.#registers) this.#storeLocal(local);
  }

  /** Stores what is on the stack in the local's slot; gives the scratch local that has it as well. */
  #setFrameLocal(local: number): number {
    const type = this.plan.keptTypes[local]!;
    const carrier = this.scratch.carrier(type);
    this.out.localSet(carrier);
    this.slots.storeLocal(type, this.plan.localOffsets[local]!, carrier);
    return carrier;
  }

  #storeLocal(local: number): void {
    // Not pushLocal: a non-nullable local that is not set yet is null.
    const { keptTypes, localOffsets } = this.plan;
    this.slots.storeLocal(keptTypes[local]!, localOffsets[local]!, this.scratch.own(local));
  }

  protected requireNonNull(type: ValType): void {
    if (type.kind === 'ref' && !type.nullable) this.out.op(Op.refAsNonNull);
  }
}
