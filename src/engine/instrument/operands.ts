/**
 * The operand stack as the instrumenter knows it: for each operand its type, where a frame reader
 * finds its value, and whether the frame slot holds it yet.
 *
 * Where the value is found depends on the original body alone, never on the version of the
 * function that is being emitted: frames are read without knowing which version filled them.
 */
import { type RefType, V128, type ValType } from '../../wasm/types.ts';

/** The operand's value is in its own frame slot (or will be, once it is flushed). */
export const SLOT = -1;
/** The operand is a constant; the instruction that pushed it says which. */
export const CONSTANT = -2;
export const NO_HOME = -1;
// A source of 0 or more is a local index: the operand equals that local, which was not written since.

export class OperandStack {
  readonly types: ValType[] = [];
  /** SLOT, CONSTANT or a local index. */
  readonly sources: number[] = [];
  /** For constants: offsets of the pushing instruction's first byte and of the byte after it. */
  readonly constantStart: number[] = [];
  readonly constantEnd: number[] = [];
  /** The slot holds the value. Meaningful for operands whose source is SLOT. */
  readonly clean: boolean[] = [];
  /** The scratch local that holds the value as well in the version being emitted, or NO_HOME. */
  readonly homes: number[] = [];

  /** A vector has been on the stack. */
  hadV128 = false;
  /** The types of the references that have been. */
  readonly hadReferences = new Set<RefType>();

  get height(): number {
    return this.types.length;
  }

  push(type: ValType, source: number, start = 0, end = 0): void {
    if (type === V128) this.hadV128 = true;
    else if (type.kind === 'ref') this.hadReferences.add(type);
    this.types.push(type);
    this.sources.push(source);
    this.constantStart.push(start);
    this.constantEnd.push(end);
    this.clean.push(false);
    this.homes.push(NO_HOME);
  }

  /** Pushes results that only their slots can hold. */
  pushAll(types: readonly ValType[]): void {
    for (const type of types) this.push(type, SLOT);
  }

  truncate(height: number): void {
    this.types.length = height;
    this.sources.length = height;
    this.constantStart.length = height;
    this.constantEnd.length = height;
    this.clean.length = height;
    this.homes.length = height;
  }

  pop(count: number): void {
    this.truncate(this.types.length - count);
  }

  /** The type of the operand `depth` below the top. */
  typeAt(depth: number): ValType {
    return this.types[this.types.length - 1 - depth]!;
  }

  /** The local is about to change: operands that were equal to it keep the old value as their own. */
  detach(local: number): void {
    const sources = this.sources;
    for (let i = sources.length - 1; i >= 0; i--) {
      if (sources[i] === local) {
        sources[i] = SLOT;
        this.clean[i] = false;
        this.homes[i] = NO_HOME;
      }
    }
  }

  /** What entering a construct does to the operands below it: each is now in its slot, or constant. */
  settle(height: number): void {
    for (let i = 0; i < height; i++) {
      if (this.sources[i] !== CONSTANT) {
        this.sources[i] = SLOT;
        this.clean[i] = true;
      }
    }
  }

  /** The operands as they are now, for a snapshot. */
  clone(): OperandStack {
    const copy = new OperandStack();
    for (let i = 0; i < this.types.length; i++) {
      copy.push(this.types[i]!, this.sources[i]!, this.constantStart[i], this.constantEnd[i]);
      copy.clean[i] = this.clean[i]!;
    }
    return copy;
  }
}
