/**
 * The operand stack as the instrumenter knows it: for each operand its type, where a frame reader
 * finds its value, and whether the frame slot holds it yet.
 *
 * Where the value is found depends on the original body alone, never on the version of the
 * function that is being emitted: frames are read without knowing which version filled them.
 *
 * Stacks of thousands of operands are valid, so nothing here may look at all of them for each
 * instruction: marks say below which height there is nothing left to do.
 */

import { type RefType, V128, type ValType } from '../../wasm/types.ts';
import { EqualOperands } from './equal-operands.ts';
import type { LocalSet } from './local-set.ts';

/** The operand's value is in its own frame slot (or will be, once it is flushed). */
export const SLOT = -1;
/** The operand is a constant; the instruction that pushed it says which. */
export const CONSTANT = -2;
/**
 * The operand follows from constants and locals that were not written since: by the instructions that
 * pushed it, which are next to each other and are integer operations that cannot trap.
 */
export const DERIVED = -3;
export const NO_HOME = -1;
// A source of 0 or more is a local index: the operand equals that local, which was not written since.
const NO_LOCAL = -1;
/** Bytes of the instructions that derive an operand: address and offset, a comparison, a mask. */
const MOST_BYTES = 12;

/** From this height on, operands are found by their local rather than by looking at each. */
export const INDEX_FROM = 64;

/** Operands that there is room for at first; in a copy, of which many are kept, at least. */
const FIRST_ROOM = 256;
const LEAST_ROOM = 4;
/** Of released stacks, so many are kept, and with no more room than for so many operands. */
const MOST_SPARE = 4;
const MOST_SPARE_ROOM = 1 << 14;

const spare: OperandStack[] = [];

export class OperandStack {
  // Entries at `height` and above are left from operands that were popped: making an array shorter
  // with each pop took a quarter of all the time of instrumenting. Typed arrays, because V8 asks of
  // others at each store whether they are to grow; another array is in their place when they have.
  readonly types: ValType[] = [];
  /** SLOT, CONSTANT, DERIVED or a local index. */
  sources: Int32Array<ArrayBuffer>;
  /** But for SLOT: offsets of the first byte of the instructions that pushed it, and of the byte after. */
  starts: Int32Array<ArrayBuffer>;
  ends: Int32Array<ArrayBuffer>;
  /** For DERIVED: the locals that it follows from, or NO_LOCAL. */
  #firstInputs: Int32Array<ArrayBuffer>;
  #secondInputs: Int32Array<ArrayBuffer>;
  /** 1: the slot holds the value. */
  #clean: Int32Array<ArrayBuffer>;
  /** The scratch local that holds the value as well in the version being emitted, or NO_HOME. */
  homes: Int32Array<ArrayBuffer>;
  /** What is known of the value, see `AddressValues`; 0: nothing. */
  values: Int32Array<ArrayBuffer>;

  /** A vector has been on the stack. */
  hadV128 = false;
  /** The types of the references that have been. */
  readonly hadReferences = new Set<RefType>();
  #height = 0;
  #settledBelow = 0;
  #housedBelow = 0;
  #savedBelow = 0;
  /** Made once the stack is high. */
  #equal: EqualOperands | undefined;

  /** @param room - for so many operands at first */
  constructor(room = FIRST_ROOM) {
    this.sources = new Int32Array(room);
    this.starts = new Int32Array(room);
    this.ends = new Int32Array(room);
    this.#firstInputs = new Int32Array(room);
    this.#secondInputs = new Int32Array(room);
    this.#clean = new Int32Array(room);
    this.homes = new Int32Array(room);
    this.values = new Int32Array(room);
  }

  /** An empty stack: one that has been released, or a new one. */
  static take(): OperandStack {
    return spare.pop() ?? new OperandStack();
  }

  /** It is not used any more, and another function can have it. */
  release(): void {
    if (spare.length === MOST_SPARE || this.sources.length > MOST_SPARE_ROOM) return;
    this.hadV128 = false;
    if (this.hadReferences.size > 0) this.hadReferences.clear();
    this.#height = 0;
    this.#settledBelow = 0;
    this.#housedBelow = 0;
    this.#savedBelow = 0;
    this.#equal = undefined;
    spare.push(this);
  }

  get height(): number {
    return this.#height;
  }

  /**
   * Below this height every operand is a constant, or in its slot, or equals or follows from locals that
   * stay as they are.
   */
  get settledBelow(): number {
    return this.#settledBelow;
  }

  /** Below this height every operand's value is known elsewhere than on the stack. */
  get housedBelow(): number {
    return this.#housedBelow;
  }

  set housedBelow(height: number) {
    this.#housedBelow = height;
  }

  /** Below this height no operand is missing in its slot. */
  get savedBelow(): number {
    return this.#savedBelow;
  }

  set savedBelow(height: number) {
    this.#savedBelow = height;
  }

  push(type: ValType, source: number, start = 0, end = 0): void {
    const height = this.#height++;
    if (height === this.sources.length) this.#grow();
    if (type === V128) this.hadV128 = true;
    else if (type.kind === 'ref') this.hadReferences.add(type);
    this.types[height] = type;
    this.sources[height] = source;
    this.starts[height] = start;
    this.ends[height] = end;
    this.#clean[height] = 0;
    this.homes[height] = NO_HOME;
    this.values[height] = 0;
    if (source >= 0) this.#equal?.push(source, height);
    if (height === INDEX_FROM) this.#equal ??= new EqualOperands(this.sources, this.#height);
  }

  /** Pushes the operand of another stack at a height: what it is, and not where it is held. */
  pushFrom(other: OperandStack, height: number): void {
    const at = this.#height;
    this.push(
      other.types[height]!,
      other.sources[height]!,
      other.starts[height],
      other.ends[height],
    );
    this.#firstInputs[at] = other.#firstInputs[height]!;
    this.#secondInputs[at] = other.#secondInputs[height]!;
  }

  /**
   * Applies an integer operation that cannot trap to the uppermost operands.
   *
   * @param count one or two operands
   * @param pc offset of the instruction
   * @param next offset of the one behind it
   */
  applyInteger(count: 1 | 2, result: ValType, pc: number, next: number): void {
    const left = this.#height - count;
    const isDerived = this.#findInputs(left, pc, next);
    this.truncate(left);
    this.push(result, isDerived ? DERIVED : SLOT, this.starts[left], next);
  }

  /** Of what an instruction makes of the operands from `left` on, sets what it follows from, if it does. */
  #findInputs(left: number, pc: number, next: number): boolean {
    const right = this.#height - 1;
    const { starts, ends, sources } = this;
    if (ends[right] !== pc || next - starts[left]! > MOST_BYTES) return false;
    if (sources[right] === SLOT) return false;
    if (left < right && (sources[left] === SLOT || ends[left] !== starts[right])) return false;
    const first = this.#firstInputs;
    const second = this.#secondInputs;
    if (sources[left] !== DERIVED) {
      first[left] = sources[left]!;
      second[left] = NO_LOCAL;
    }
    if (left === right) return true;
    if (sources[right] !== DERIVED) return this.#addInput(left, sources[right]!);
    return this.#addInput(left, first[right]!) && this.#addInput(left, second[right]!);
  }

  #addInput(height: number, local: number): boolean {
    const first = this.#firstInputs;
    const second = this.#secondInputs;
    if (local < 0 || first[height] === local || second[height] === local) return true;
    if (first[height]! < 0) first[height] = local;
    else if (second[height]! < 0) second[height] = local;
    else return false;
    return true;
  }

  /** Pushes results that only their slots can hold. */
  pushAll(types: readonly ValType[]): void {
    for (let i = 0; i < types.length; i++) this.push(types[i]!, SLOT);
  }

  /** The operands from a height on get the first `count` of these types, which theirs match. */
  widen(from: number, types: readonly ValType[], count: number): void {
    for (let i = 0; i < count; i++) {
      const type = types[i]!;
      if (type.kind !== 'ref') continue;
      this.hadReferences.add(type);
      this.types[from + i] = type;
    }
  }

  truncate(height: number): void {
    if (this.#equal !== undefined) {
      for (let i = this.#height - 1; i >= height; i--) {
        const source = this.sources[i]!;
        if (source >= 0) this.#equal.pop(source, i);
      }
    }
    this.#height = height;
    this.#lowerMarks(height);
    if (this.#settledBelow > height) this.#settledBelow = height;
  }

  pop(count: number): void {
    this.truncate(this.#height - count);
  }

  /** The slot holds the value. Meaningful for operands whose source is SLOT. */
  isClean(height: number): boolean {
    return this.#clean[height] === 1;
  }

  setClean(height: number): void {
    this.#clean[height] = 1;
  }

  /** The type of the operand `depth` below the top. */
  typeAt(depth: number): ValType {
    return this.types[this.#height - 1 - depth]!;
  }

  /** The local is about to change: operands that followed from it keep the old value as their own. */
  detach(local: number): void {
    if (this.#equal !== undefined) {
      this.#equal.take(local, (height) => this.#detach(height));
      return;
    }
    for (let i = this.#height - 1; i >= this.#settledBelow; i--) {
      if (this.#dependsOn(i, local)) this.#detach(i);
    }
  }

  #dependsOn(height: number, local: number): boolean {
    const source = this.sources[height]!;
    if (source !== DERIVED) return source === local;
    return this.#firstInputs[height] === local || this.#secondInputs[height] === local;
  }

  /**
   * Whether an operand equals a local, or follows from some, in all of a construct that is entered above
   * it, and behind.
   *
   * @param writes locals that the construct writes; undefined: any
   */
  stays(height: number, writes: LocalSet | undefined): boolean {
    const source = this.sources[height]!;
    if (writes === undefined || source === SLOT || source === CONSTANT) return false;
    if (source !== DERIVED) return !writes.has(source);
    const first = this.#firstInputs[height]!;
    const second = this.#secondInputs[height]!;
    return !(first >= 0 && writes.has(first)) && !(second >= 0 && writes.has(second));
  }

  #detach(height: number): void {
    this.sources[height] = SLOT;
    this.#clean[height] = 0;
    this.#lowerMarks(height);
  }

  #lowerMarks(height: number): void {
    if (this.#housedBelow > height) this.#housedBelow = height;
    if (this.#savedBelow > height) this.#savedBelow = height;
  }

  /**
   * What entering a construct does to the operands that stay outside: each is now in its slot, or
   * constant, or follows from locals that the construct does not write.
   *
   * @param from height of the innermost construct: those below it have been settled for all of it
   * @param writes locals that the construct writes; undefined: any
   * @returns height of the lowest that follows from locals
   */
  settle(from: number, writes: LocalSet | undefined): number | undefined {
    let equalFrom: number | undefined;
    for (let i = Math.max(from, this.#settledBelow); i < this.#height; i++) {
      if (this.stays(i, writes)) {
        equalFrom ??= i;
      } else if (this.sources[i] !== CONSTANT) {
        this.sources[i] = SLOT;
        this.#clean[i] = 1;
      }
    }
    this.#equal?.clear();
    this.#settledBelow = this.#height;
    this.#housedBelow = this.#height;
    this.#savedBelow = this.#height;
    return equalFrom;
  }

  /** After a construct: operands from a height on may follow from locals that are written now. */
  unsettle(height: number | undefined): void {
    if (height !== undefined && height < this.#settledBelow) this.#settledBelow = height;
  }

  #grow(): void {
    this.sources = grown(this.sources);
    this.starts = grown(this.starts);
    this.ends = grown(this.ends);
    this.#firstInputs = grown(this.#firstInputs);
    this.#secondInputs = grown(this.#secondInputs);
    this.#clean = grown(this.#clean);
    this.homes = grown(this.homes);
    this.values = grown(this.values);
  }

  /** The operands as they are now, for a snapshot. */
  clone(): OperandStack {
    const copy = new OperandStack(Math.max(LEAST_ROOM, this.#height));
    for (let i = 0; i < this.#height; i++) {
      copy.pushFrom(this, i);
      copy.#clean[i] = this.#clean[i]!;
      copy.homes[i] = this.homes[i]!;
    }
    copy.#settledBelow = this.#settledBelow;
    return copy;
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
