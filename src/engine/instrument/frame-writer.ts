/**
 * Emits what moves values between a function and its frame: spills of what changed, the cold block's
 * full spill, and the loads with which a continuation begins.
 */
import type { CodeWriter, ScratchLocals } from './code.ts';
import { CONSTANT, type OperandStack, SLOT } from './operands.ts';
import { type FunctionPlan, operandOffset } from './plan.ts';
import type { Walker } from './walker.ts';

export class FrameWriter {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;

  constructor(plan: FunctionPlan, out: CodeWriter, scratch: ScratchLocals) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
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
      this.#out.localGet(this.#scratch.framePointer);
      this.#out.load(localTypes[i]!, localOffsets[i]!);
      this.#out.localSet(i);
    }
  }

  /**
   * Stores the operands that only the operand stack holds. WebAssembly can only reach the top, so
   * everything above the lowest of them goes through scratch locals and back.
   */
  flushOperands(operands: OperandStack): void {
    const lowest = operands.sources.findIndex((s, i) => s === SLOT && !operands.clean[i]);
    if (lowest >= 0) this.#flushFrom(operands, lowest);
  }

  /**
   * The same before a construct is entered, for the operands below it (`height` of them): those that
   * equal a local get a slot of their own as well, because the local may change inside.
   */
  settleOperands(operands: OperandStack, height: number): void {
    for (let i = 0; i < height; i++) {
      const source = operands.sources[i]!;
      if (source < 0) continue;
      this.#out.localGet(this.#scratch.framePointer);
      this.#out.localGet(source);
      this.#out.store(operands.types[i]!, operandOffset(this.#plan, i));
    }
    const lowest = operands.sources.findIndex(
      (s, i) => i < height && s === SLOT && !operands.clean[i],
    );
    if (lowest >= 0) this.#flushFrom(operands, lowest);
  }

  /** Stores a scratch local as the operand at `height`. */
  storeOperand(local: number, operands: OperandStack, height: number): void {
    this.#out.localGet(this.#scratch.framePointer);
    this.#out.localGet(local);
    this.#out.store(operands.types[height]!, operandOffset(this.#plan, height));
  }

  /** Pushes the operands from `from` up to `to` with their values from the frame. */
  pushOperands(operands: OperandStack, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      if (operands.sources[i] === SLOT) {
        this.#out.localGet(this.#scratch.framePointer);
        this.#out.load(operands.types[i]!, operandOffset(this.#plan, i));
      } else {
        this.#pushKnown(operands, i);
      }
    }
  }

  #flushFrom(operands: OperandStack, lowest: number): void {
    const out = this.#out;
    const top = operands.height - 1;
    const temporaries: number[] = [];
    // A single operand on top stays where it is.
    if (lowest === top) {
      const local = this.#scratch.temporary(operands.types[top]!, 0);
      out.localTee(local);
      this.storeOperand(local, operands, top);
      operands.clean[top] = true;
      return;
    }
    for (let i = top; i >= lowest; i--) {
      if (operands.sources[i] === SLOT) {
        const local = this.#scratch.temporary(operands.types[i]!, i - lowest);
        out.localSet(local);
        temporaries[i] = local;
      } else {
        out.op(0x1a); // drop: it can be pushed again without having been kept
      }
    }
    for (let i = lowest; i <= top; i++) {
      const local = temporaries[i];
      if (local === undefined) {
        this.#pushKnown(operands, i);
        continue;
      }
      if (!operands.clean[i]) {
        this.storeOperand(local, operands, i);
        operands.clean[i] = true;
      }
      out.localGet(local);
    }
  }

  #pushKnown(operands: OperandStack, i: number): void {
    const source = operands.sources[i]!;
    if (source === CONSTANT) {
      const { bytes } = this.#plan.module;
      this.#out.bytes(bytes, operands.constantStart[i], operands.constantEnd[i]);
    } else {
      this.#out.localGet(source);
    }
  }

  #storeLocal(local: number): void {
    this.#out.localGet(this.#scratch.framePointer);
    this.#out.localGet(local);
    this.#out.store(this.#plan.localTypes[local]!, this.#plan.localOffsets[local]!);
  }
}
