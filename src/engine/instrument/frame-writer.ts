/**
 * Emits what moves values between a function and its frame: here operands, in `frame-locals.ts` locals.
 *
 * WebAssembly can only reach the top of the operand stack. So before operands can be stored, or
 * looked at by a trap check, those that nothing else knows are popped into scratch locals, their
 * homes, and pushed again. V8's optimizing compiler sees through that; the baseline one pays a move.
 */
import { Op } from '../../wasm/opcodes.ts';
import { I32 } from '../../wasm/types.ts';
import { FrameLocals, type FrameWriterContext } from './frame-locals.ts';
import { CONSTANT, DERIVED, NO_HOME, type OperandStack, SLOT } from './operands.ts';
import { operandOffset } from './plan.ts';
import { isShown } from './references.ts';
import type { Walker } from './walker.ts';

/** So many operands may be missing in their slots at a check, and so many are left to be. */
const MOST_UNSAVED = 32;
const LEFT_UNSAVED = 8;

export class FrameWriter extends FrameLocals {
  /** By home: the height of the operand that got it last, where operands share homes. */
  readonly #owners: Map<number, number> | undefined;

  constructor(context: FrameWriterContext) {
    super(context);
    this.#owners = this.plan.maxHeight > this.plan.homes ? new Map() : undefined;
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
    const out = this.out;
    const top = operands.height - 1;
    if (lowest === top) {
      out.localTee(this.#house(operands, top));
      this.requireNonNull(operands.types[top]!);
      return;
    }
    for (let i = top; i >= lowest; i--) {
      // A derived one needs no home, but a home is pushed with fewer bytes.
      const source = operands.sources[i]!;
      const known = (source !== SLOT && source !== DERIVED) || operands.homes[i] !== NO_HOME;
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

  /** Whether the topmost operand, and no other, is one that its slot does not hold. */
  hasOnlyTopUnsaved(operands: OperandStack): boolean {
    const top = operands.height - 1;
    for (let i = operands.savedBelow; i < top; i++) {
      if (this.#isUnsaved(operands, i)) return false;
    }
    return this.#isUnsaved(operands, top);
  }

  /** Stores the i32 in a local where the operand at a height is in the frame. */
  storeResult(local: number, height: number): void {
    this.slots.storeLocal(I32, operandOffset(this.plan, height), local);
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
    if (this.plan.limits.callersReferences) {
      this.flushOperands(operands);
      return;
    }
    if (operands.savedBelow >= operands.height) return;
    let missing: number[] | undefined;
    let lowest = operands.height;
    const shown = this.#showsOperands(operands);
    for (let i = operands.height - 1; i >= operands.savedBelow; i--) {
      if (!this.#isUnsaved(operands, i)) continue;
      if (!shown && operands.types[i]!.kind === 'ref') {
        lowest = i;
        continue;
      }
      missing ??= [];
      missing.push(i);
    }
    if (missing !== undefined) {
      this.houseOperands(operands);
      for (const i of missing.reverse()) this.#saveOperand(operands, i);
    }
    operands.savedBelow = Math.max(operands.savedBelow, lowest);
  }

  /** Whether a debugger may be shown the operands: those far below are not looked at. */
  #showsOperands({ types, height, hadReferences }: OperandStack): boolean {
    if (hadReferences.size === 0) return true;
    for (let i = height - 1; i >= 0 && i >= height - MOST_UNSAVED; i--) {
      if (!isShown(this.plan.module, types[i]!)) return false;
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
   * those that follow from locals get their slot filled as well if one of these may change inside.
   */
  settleOperands({ operands, innermost }: Walker, height: number, pc: number): void {
    const writes = this.plan.writesBelow?.get(pc);
    for (let i = Math.max(operands.settledBelow, innermost.height); i < height; i++) {
      const source = operands.sources[i]!;
      const isSaved = source === CONSTANT || (source === SLOT && operands.isClean(i));
      if (!isSaved && !operands.stays(i, writes)) {
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
    const out = this.out;
    const source = operands.sources[height]!;
    const home = operands.homes[height]!;
    const type = operands.types[height]!;
    if (source >= 0) {
      this.pushLocal(source);
    } else if (source === CONSTANT) {
      const { bytes } = this.plan.module;
      out.bytes(bytes, operands.starts[height], operands.ends[height]);
    } else if (source === DERIVED && home === NO_HOME) {
      this.pushExpression(operands.starts[height]!, operands.ends[height]!);
    } else {
      if (home !== NO_HOME) out.localGet(home);
      else this.slots.load(type, operandOffset(this.plan, height));
      this.requireNonNull(type);
    }
  }

  #house(operands: OperandStack, height: number): number {
    // One for each height, within bounds: what is below keeps its home while this one is replaced.
    const home = this.scratch.home(operands.types[height]!, height % this.plan.homes);
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
  #isUnsaved(operands: OperandStack, height: number): boolean {
    return operands.sources[height] === SLOT && !operands.isClean(height);
  }

  #saveOperand(operands: OperandStack, height: number): void {
    this.#storeOperand(operands, height);
    operands.setClean(height);
  }

  #storeOperand(operands: OperandStack, height: number): void {
    const type = operands.types[height]!;
    const offset = operandOffset(this.plan, height);
    this.slots.store(type, offset, () => this.pushOperand(operands, height));
  }
}
