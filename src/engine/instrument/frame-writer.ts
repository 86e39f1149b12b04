/**
 * Emits what moves values between a function and its frame: spills of what changed, the cold block's
 * full spill, and the loads with which a continuation begins.
 *
 * WebAssembly can only reach the top of the operand stack. So before operands can be stored, or
 * looked at by a trap check, those that nothing else knows are popped into scratch locals, their
 * homes, and pushed again. V8's optimizing compiler sees through that; the baseline one pays a move.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF, type ValType } from '../../wasm/types.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import type { DerivedLocal } from './derived-locals.ts';
import { FrameSlots } from './frame-slots.ts';
import { caughtOffset } from './legacy-shape.ts';
import type { LoopEffects } from './loop-effects.ts';
import { CONSTANT, NO_HOME, type OperandStack, SLOT, staysEqual } from './operands.ts';
import { type FunctionPlan, operandOffset } from './plan.ts';
import { isShown } from './references.ts';
import type { EmitTarget } from './target.ts';
import type { Walker } from './walker.ts';

/** So many operands may be missing in their slots at a check, and so many are left to be. */
const MOST_UNSAVED = 32;
const LEFT_UNSAVED = 8;

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

export class FrameWriter {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;
  readonly #slots: FrameSlots;
  /** Parameters are kept by the function's own type; from this index on, locals are all nullable. */
  readonly #nullableFrom: number;
  /** From this index on, locals are in the frame only. */
  readonly #registers: number;
  /** By home: the height of the operand that got it last, where operands share homes. */
  readonly #owners: Map<number, number> | undefined;

  constructor({ plan, out, scratch, target, parameters, registers }: FrameWriterContext) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
    this.#slots = new FrameSlots(plan, out, scratch, target);
    this.#nullableFrom = parameters;
    this.#registers = registers;
    this.#owners = plan.maxHeight > plan.homes ? new Map() : undefined;
  }

  /** @param seldom little is stored before an exit, see `FrameSlots` */
  begin(seldom: boolean): void {
    this.#slots.begin(seldom);
  }

  /** Where an exit may have come to. */
  beginExit(): void {
    this.#slots.settle();
  }

  /** Before the instruction at `pc`, stores the locals that changed since they were last stored. */
  flushLocals(walker: Walker, pc: number): void {
    this.#flush(walker, pc, () => false);
  }

  /**
   * The same before a loop, for what every round would store that comes to a call.
   *
   * @param header pc of the first instruction inside
   */
  flushBeforeLoop(walker: Walker, { carried }: LoopEffects, header: number): void {
    this.#flush(walker, header, (local) => carried.has(local) || this.#isUnkept(local));
  }

  /** The same before the call at `pc`: without those that are not kept during calls. */
  flushKeptLocals(walker: Walker, pc: number): void {
    this.#flush(walker, pc, (local) => this.#isUnkept(local));
  }

  /** Stores what has changed, but for what is fresh at `pc` and what is left as it is. */
  #flush(walker: Walker, pc: number, leaves: (local: number) => boolean): void {
    const { fresh } = this.#plan;
    const keep = {
      has: (local: number) => fresh.has(local, pc) || leaves(local),
      hasWord: (word: number) => fresh.hasWord(word, pc),
    };
    walker.dirty.take(keep, (local) => this.#storeLocal(local));
  }

  #isUnkept(local: number): boolean {
    return this.#plan.unkept?.has(local) === true;
  }

  /** Stores those of the locals that differ from what they begin with at any time. */
  storeLocals(which: (local: number) => boolean): void {
    const { fresh, derived } = this.#plan;
    for (let i = 0; i < this.#registers; i++) {
      if (which(i) && !fresh.isConstant(i) && !derived.isDerived(i)) this.#storeLocal(i);
    }
  }

  /** Stores the derived locals that do not follow from their inputs before the instruction at `pc`. */
  storeStale({ stale }: Walker, pc: number): void {
    for (const local of stale) if (!this.#plan.fresh.has(local, pc)) this.storeLocal(local);
  }

  /** Gives the locals that are in the frame only the values that they begin with. */
  clearFrameLocals(): void {
    const { localTypes, localOffsets, localsEnd } = this.#plan;
    if (this.#registers < localTypes.length) {
      this.#slots.clear(
        localTypes.slice(this.#registers),
        localOffsets[this.#registers]!,
        localsEnd,
      );
    }
  }

  /** What a version begins with that begins before the instruction at `pc`. */
  loadAllLocals(pc: number): void {
    const { localTypes, localOffsets, fresh, derived } = this.#plan;
    this.#slots.expectReferences();
    for (let i = 0; i < this.#registers; i++) {
      if (fresh.has(i, pc) || derived.at(i, pc) !== undefined) continue;
      this.#slots.load(localTypes[i]!, localOffsets[i]!);
      this.#out.localSet(i);
    }
    this.#slots.endReferences();
    this.#clearFresh(pc);
    for (const each of derived.all) {
      if (fresh.has(each.local, pc) || derived.at(each.local, pc) === undefined) continue;
      this.#pushDerived(each);
      this.setLocal(each.local);
    }
  }

  /** Computes a derived local, with its inputs in their locals. */
  #pushDerived({ start, end }: DerivedLocal): void {
    const { bytes } = this.#plan.module;
    const reader = new InstructionReader(bytes, start, end);
    while (reader.read()) {
      const { op, index, pc, next } = reader;
      // What is written on the way has been already.
      if (op === Op.localGet || op === Op.localTee) this.pushLocal(index);
      else this.#out.bytes(bytes, pc, next);
    }
  }

  /** Other versions have in locals, and never stored, what is in the frame only in this one. */
  #clearFresh(pc: number): void {
    const { localTypes, localOffsets, localsEnd, fresh } = this.#plan;
    let start = this.#registers;
    for (let i = start; i <= fresh.end; i++) {
      if (i < fresh.end && fresh.has(i, pc)) continue;
      if (i > start) {
        const end = localOffsets[i] ?? localsEnd;
        this.#slots.clear(localTypes.slice(start, i), localOffsets[start]!, end);
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
    const local = this.#scratch.exception(inside);
    this.#out.localSet(local);
    this.#slots.store(EXNREF, caughtOffset(this.#plan.caughtBase, inside), () =>
      this.#out.localGet(local),
    );
  }

  /** Takes up what `keepCaught` has kept, in a continuation. */
  loadCaught(inside: number): void {
    this.#slots.load(EXNREF, caughtOffset(this.#plan.caughtBase, inside));
    this.#out.localSet(this.#scratch.exception(inside));
  }

  /** Gives a home to every operand that only the operand stack holds. */
  houseOperands(operands: OperandStack): void {
    const { height } = operands;
    let lowest = operands.housedBelow;
    while (lowest < height && !this.#isLost(operands, lowest)) lowest++;
    if (lowest < height) this.#houseFrom(operands, lowest);
    operands.housedBelow = height;
    // Each check has a cold path that stores what is not saved: that must not be hundreds.
    if (height - operands.savedBelow > MOST_UNSAVED) this.#save(operands, height - LEFT_UNSAVED);
  }

  #isLost(operands: OperandStack, height: number): boolean {
    return this.#isUnsaved(operands, height) && operands.homes[height] === NO_HOME;
  }

  #houseFrom(operands: OperandStack, lowest: number): void {
    const out = this.#out;
    const top = operands.height - 1;
    if (lowest === top) {
      out.localTee(this.#house(operands, top));
      this.#requireNonNull(operands.types[top]!);
      return;
    }
    for (let i = top; i >= lowest; i--) {
      const known = operands.sources[i] !== SLOT || operands.homes[i] !== NO_HOME;
      if (known) out.op(Op.drop);
      else out.localSet(this.#house(operands, i));
    }
    for (let i = lowest; i <= top; i++) this.pushOperand(operands, i);
  }

  /** Whether there are operands that their slots do not hold. */
  hasUnsaved(operands: OperandStack): boolean {
    for (let i = operands.savedBelow; i < operands.height; i++) {
      if (this.#isUnsaved(operands, i)) return true;
    }
    return false;
  }

  /** Stores the operands that their slots do not hold, all of them housed; `operands` stays as it is. */
  storeOperands(operands: OperandStack): void {
    for (let i = operands.savedBelow; i < operands.height; i++) {
      if (this.#isUnsaved(operands, i)) this.#storeOperand(operands, i);
    }
  }

  /** Brings the slots of all operands up to date. */
  flushOperands(operands: OperandStack): void {
    this.houseOperands(operands);
    this.#save(operands, operands.height);
  }

  /** The same before a call: without those that are not kept during calls. */
  flushKeptOperands(operands: OperandStack): void {
    if (this.#plan.limits.callersReferences) {
      this.flushOperands(operands);
      return;
    }
    const missing: number[] = [];
    let lowest = operands.height;
    const shown = this.#showsOperands(operands);
    for (let i = operands.height - 1; i >= operands.savedBelow; i--) {
      if (!this.#isUnsaved(operands, i)) continue;
      if (shown || operands.types[i]!.kind !== 'ref') missing.push(i);
      else lowest = i;
    }
    if (missing.length > 0) {
      this.houseOperands(operands);
      for (const i of missing.reverse()) this.#saveOperand(operands, i);
    }
    operands.savedBelow = Math.max(operands.savedBelow, lowest);
  }

  /** Whether a debugger may be shown the operands: those far below are not looked at. */
  #showsOperands({ types, height, hadReferences }: OperandStack): boolean {
    if (hadReferences.size === 0) return true;
    for (let i = height - 1; i >= 0 && i >= height - MOST_UNSAVED; i--) {
      if (!isShown(this.#plan.module, types[i]!)) return false;
    }
    return true;
  }

  /** The same for the operands up to `height`, all of them housed. */
  #save(operands: OperandStack, height: number): void {
    for (let i = operands.savedBelow; i < height; i++) {
      if (this.#isUnsaved(operands, i)) this.#saveOperand(operands, i);
    }
    operands.savedBelow = height;
  }

  /**
   * The same before the construct at `pc` is entered, for the operands below it (`height` of them):
   * those that equal a local get their slot filled as well if the local may change inside.
   */
  settleOperands({ operands, innermost }: Walker, height: number, pc: number): void {
    const writes = this.#plan.writesBelow?.get(pc);
    for (let i = Math.max(operands.settledBelow, innermost.height); i < height; i++) {
      const source = operands.sources[i]!;
      if (staysEqual(source, writes)) continue;
      if (source !== CONSTANT && !(source === SLOT && operands.clean[i])) {
        if (source === SLOT) this.houseOperands(operands);
        this.#saveOperand(operands, i);
      }
      // In a loop, what comes later in the code may take a shared home before it is read here.
      if (this.#owners !== undefined) operands.homes[i] = NO_HOME;
    }
  }

  /** Pushes the operands from `from` up to `to` with their values from the frame. */
  pushOperands(operands: OperandStack, from: number, to: number): void {
    for (let i = from; i < to; i++) this.pushOperand(operands, i);
  }

  /** Pushes the value of the operand at a height, which its slot, a home or a local holds. */
  pushOperand(operands: OperandStack, height: number): void {
    const out = this.#out;
    const source = operands.sources[height]!;
    const home = operands.homes[height]!;
    const type = operands.types[height]!;
    if (source >= 0) {
      this.pushLocal(source);
    } else if (source === CONSTANT) {
      const { bytes } = this.#plan.module;
      out.bytes(bytes, operands.constantStart[height], operands.constantEnd[height]);
    } else {
      if (home !== NO_HOME) out.localGet(home);
      else this.#slots.load(type, operandOffset(this.#plan, height));
      this.#requireNonNull(type);
    }
  }

  /** `local.get` of one of the function's own, whose declared type may have become nullable. */
  pushLocal(local: number): void {
    const type = this.#plan.localTypes[local]!;
    if (local < this.#registers) this.#out.localGet(local);
    else this.#slots.load(type, this.#plan.localOffsets[local]!);
    if (local >= this.#nullableFrom) this.#requireNonNull(type);
  }

  /** `local.set` of one of the function's own. */
  setLocal(local: number): void {
    if (local < this.#registers) this.#out.localSet(local);
    else this.#setFrameLocal(local);
  }

  /** `local.tee`; the value keeps its type on the stack. */
  teeLocal(local: number): void {
    const type = this.#plan.localTypes[local]!;
    if (local < this.#registers) this.#out.localTee(local);
    else this.#out.localGet(this.#setFrameLocal(local));
    if (local >= this.#nullableFrom) this.#requireNonNull(type);
  }

  /** Stores a local, which has just been written, in the frame. */
  storeLocal(local: number): void {
    if (local < this.#registers) this.#storeLocal(local);
  }

  /** Stores what is on the stack in the local's slot; gives the scratch local that has it as well. */
  #setFrameLocal(local: number): number {
    const type = this.#plan.localTypes[local]!;
    const carrier = this.#scratch.carrier(type);
    this.#out.localSet(carrier);
    this.#slots.store(type, this.#plan.localOffsets[local]!, () => this.#out.localGet(carrier));
    return carrier;
  }

  #house(operands: OperandStack, height: number): number {
    // One for each height, within bounds: what is below keeps its home while this one is replaced.
    const home = this.#scratch.home(operands.types[height]!, height % this.#plan.homes);
    this.#evict(operands, home, height);
    operands.homes[height] = home;
    return home;
  }

  /** Saves the operand that a shared home holds. */
  #evict(operands: OperandStack, home: number, height: number): void {
    const owners = this.#owners;
    if (owners === undefined) return;
    const owner = owners.get(home) ?? height;
    owners.set(home, height);
    if (owner === height || owner >= operands.height || operands.homes[owner] !== home) return;
    if (this.#isUnsaved(operands, owner)) this.#saveOperand(operands, owner);
    operands.homes[owner] = NO_HOME;
  }

  /** Its slot does not hold the operand, and nothing else tells what it is. */
  #isUnsaved({ sources, clean }: OperandStack, height: number): boolean {
    return sources[height] === SLOT && !clean[height];
  }

  #saveOperand(operands: OperandStack, height: number): void {
    this.#storeOperand(operands, height);
    operands.clean[height] = true;
  }

  #storeOperand(operands: OperandStack, height: number): void {
    const type = operands.types[height]!;
    const offset = operandOffset(this.#plan, height);
    this.#slots.store(type, offset, () => this.pushOperand(operands, height));
  }

  #requireNonNull(type: ValType): void {
    if (type.kind === 'ref' && !type.nullable) this.#out.op(Op.refAsNonNull);
  }

  #storeLocal(local: number): void {
    // Not pushLocal: a non-nullable local that is not set yet is null.
    this.#slots.store(this.#plan.localTypes[local]!, this.#plan.localOffsets[local]!, () =>
      this.#out.localGet(local),
    );
  }
}
