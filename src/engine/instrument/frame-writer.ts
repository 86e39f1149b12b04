/**
 * Emits what moves values between a function and its frame: spills of what changed, the cold block's
 * full spill, and the loads with which a continuation begins.
 *
 * WebAssembly can only reach the top of the operand stack. So before operands can be stored, or
 * looked at by a trap check, those that nothing else knows are popped into scratch locals, their
 * homes, and pushed again. V8's optimizing compiler sees through that; the baseline one pays a move.
 */
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF, type ValType } from '../../wasm/types.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import { FrameSlots } from './frame-slots.ts';
import { caughtOffset } from './legacy-shape.ts';
import { CONSTANT, NO_HOME, type OperandStack, SLOT } from './operands.ts';
import { type FunctionPlan, operandOffset } from './plan.ts';
import type { EmitTarget } from './target.ts';
import type { Walker } from './walker.ts';

export class FrameWriter {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;
  readonly #slots: FrameSlots;
  /** Parameters are kept by the function's own type; from this index on, locals are all nullable. */
  readonly #nullableFrom: number;

  /** @param parameters number of locals that are the emitted function's parameters */
  constructor(
    plan: FunctionPlan,
    out: CodeWriter,
    scratch: ScratchLocals,
    target: EmitTarget,
    parameters: number,
  ) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
    this.#slots = new FrameSlots(plan, out, scratch, target);
    this.#nullableFrom = parameters;
  }

  /** Takes the frame pointer from the stack. */
  begin(): void {
    this.#slots.begin();
  }

  /** Stores the locals that changed since they were last stored. */
  flushLocals(walker: Walker): void {
    walker.dirty.forEach((local) => {
      this.#storeLocal(local);
    });
    walker.dirty.clear();
  }

  storeAllLocals(): void {
    for (let i = 0; i < this.#plan.localTypes.length; i++) this.#storeLocal(i);
  }

  loadAllLocals(): void {
    const { localTypes, localOffsets } = this.#plan;
    for (let i = 0; i < localTypes.length; i++) {
      this.#slots.load(localTypes[i]!, localOffsets[i]!);
      this.#out.localSet(i);
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
    const out = this.#out;
    const lowest = operands.sources.findIndex(
      (source, i) => source === SLOT && !operands.clean[i] && operands.homes[i] === NO_HOME,
    );
    if (lowest < 0) return;
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

  /** Stores the operands that their slots do not hold, all of them housed; `operands` stays as it is. */
  storeOperands(operands: OperandStack): void {
    for (let i = 0; i < operands.height; i++) {
      if (operands.sources[i] === SLOT && !operands.clean[i]) this.#storeOperand(operands, i);
    }
  }

  /** Brings the slots of all operands up to date. */
  flushOperands(operands: OperandStack): void {
    this.houseOperands(operands);
    this.storeOperands(operands);
    for (let i = 0; i < operands.height; i++) operands.clean[i] = true;
  }

  /**
   * The same before a construct is entered, for the operands below it (`height` of them): those that
   * equal a local get their slot filled as well, because the local may change inside.
   */
  settleOperands(operands: OperandStack, height: number): void {
    for (let i = 0; i < height; i++) {
      const source = operands.sources[i]!;
      if (source === CONSTANT || (source === SLOT && operands.clean[i])) continue;
      if (source === SLOT) this.houseOperands(operands);
      this.#storeOperand(operands, i);
      operands.clean[i] = true;
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
    this.#out.localGet(local);
    if (local >= this.#nullableFrom) this.#requireNonNull(this.#plan.localTypes[local]!);
  }

  /** `local.tee`; the value keeps its type on the stack. */
  teeLocal(local: number): void {
    this.#out.localTee(local);
    if (local >= this.#nullableFrom) this.#requireNonNull(this.#plan.localTypes[local]!);
  }

  #house(operands: OperandStack, height: number): number {
    // One for each height: what is below keeps its home while this one is replaced.
    const home = this.#scratch.temporary(operands.types[height]!, height);
    operands.homes[height] = home;
    return home;
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
