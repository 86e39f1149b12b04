/**
 * What the i32 and i64 values of locals and operands have in common: each is a base, which nothing is
 * known of, and a constant that is added to it, modulo 2^32 or 2^64. Two accesses at the same base
 * differ by a number that is known.
 *
 * A value is a number here; the same number, the same value, but not the other way round. It means
 * what it means in the present round of the loops around.
 */
import { Op } from '../../wasm/opcodes.ts';
import type { Dominance } from './dominance.ts';
import { CONSTANT, type OperandStack } from './operands.ts';

/** No value, and the base of constants. */
const NONE = 0;
const ZERO = 1;

const MOST_I32 = 0xffff_ffff;

export interface AddressValuesContext {
  readonly bytes: Uint8Array;
  readonly operands: OperandStack;
  readonly dominance: Dominance;
  /** Number of the function's own. */
  readonly locals: number;
  /** Follow sums and copies; else only locals that are written once are known again. */
  readonly sums: boolean;
}

export class AddressValues {
  readonly #context: AddressValuesContext;
  /** By value. */
  readonly #bases: number[] = [NONE, ZERO];
  /** By value: i32, in wider values as well. */
  readonly #constants: number[] = [0, 0];
  /** By value: it is no more than this, unsigned. */
  readonly #mosts: number[] = [Infinity, 0];
  /** By local: its value, and since when. */
  readonly #values: number[];
  readonly #times: number[];

  constructor(context: AddressValuesContext) {
    this.#context = context;
    this.#values = new Array<number>(context.locals).fill(NONE);
    this.#times = new Array<number>(context.locals).fill(0);
  }

  base(value: number): number {
    return this.#bases[value]!;
  }

  constant(value: number): number {
    return this.#constants[value]!;
  }

  /** What a value is at most, unsigned; infinity if nothing is known. */
  most(value: number): number {
    return this.#mosts[value]!;
  }

  /** The value of the operand at a height. */
  operand(height: number): number {
    const known = this.#known(height);
    if (known !== NONE) return known;
    const { operands } = this.#context;
    const source = operands.sources[height]!;
    if (source >= 0) return this.#local(source);
    const value = this.#fresh();
    operands.values[height] = value;
    return value;
  }

  /** A local gets the operand on top, before it is popped. */
  write(local: number): void {
    const { operands, dominance, sums } = this.#context;
    this.#values[local] = sums ? this.#known(operands.height - 1) : NONE;
    this.#times[local] = dominance.tick();
  }

  /** A local may have been written. */
  forget(local: number): void {
    this.#values[local] = NONE;
    this.#times[local] = this.#context.dominance.tick();
  }

  /** What an instruction makes of the operands on top, before it is applied; NONE if nothing is known. */
  result(op: number): number {
    if (!this.#context.sums) return NONE;
    switch (op) {
      case Op.i32Add: {
        const sum = this.#sum(op);
        return sum === NONE ? this.#bounded(op) : sum;
      }
      case Op.i32Sub:
      case Op.i64Add:
      case Op.i64Sub:
        return this.#sum(op);
      default:
        return this.#bounded(op);
    }
  }

  #bounded(op: number): number {
    const most = this.#mostOf(op);
    return most <= MOST_I32 ? this.#add(this.#bases.length, 0, most) : NONE;
  }

  /** What the result of an i32 instruction is at most, unsigned. */
  #mostOf(op: number): number {
    if (op === Op.i32Load8U) return 0xff;
    if (op === Op.i32Load16U) return 0xffff;
    const top = this.#context.operands.height - 1;
    const right = this.#known(top);
    const by = this.#mosts[right]!;
    const left = this.#mosts[this.#known(top - 1)]!;
    switch (op) {
      case Op.i32And:
        return Math.min(left, by);
      case Op.i32Add:
        return left + by;
      case Op.i32Or:
      case Op.i32Xor: {
        const larger = Math.max(left, by);
        return larger <= MOST_I32 ? 2 ** (32 - Math.clz32(larger)) - 1 : Infinity;
      }
    }
    if (this.#bases[right] !== ZERO || by > MOST_I32) return Infinity;
    switch (op) {
      case Op.i32Mul:
        return left * by;
      case Op.i32Shl:
        return left * 2 ** (by & 31);
      case Op.i32ShrU:
        return Math.floor(Math.min(left, MOST_I32) / 2 ** (by & 31));
      case Op.i32RemU:
        return by - 1;
    }
    return Infinity;
  }

  #sum(op: number): number {
    const { operands } = this.#context;
    const top = operands.height - 1;
    const right = this.#known(top);
    const isSum = op === Op.i32Add || op === Op.i64Add;
    if (right !== NONE && this.#bases[right] === ZERO) {
      const by = this.#constants[right]!;
      return this.#offset(this.operand(top - 1), isSum ? by : -by, op);
    }
    if (!isSum) return NONE;
    const left = this.#known(top - 1);
    if (left === NONE || this.#bases[left] !== ZERO) return NONE;
    return this.#offset(this.operand(top), this.#constants[left]!, op);
  }

  #offset(value: number, by: number, op: number): number {
    const constant = this.#constants[value]! + by;
    const isWide = op === Op.i64Add || op === Op.i64Sub;
    if (isWide && constant !== (constant | 0)) return NONE;
    const most = this.#mosts[value]! + by;
    const isBounded = by >= 0 && most <= MOST_I32;
    return this.#add(this.#bases[value]!, constant | 0, isBounded ? most : Infinity);
  }

  /** The value of an operand if it has one already. */
  #known(height: number): number {
    const { operands } = this.#context;
    const source = operands.sources[height]!;
    if (source >= 0) return this.#knownLocal(source);
    if (source !== CONSTANT) return operands.values[height]!;
    const constant = this.#integer(operands.constantStart[height]!);
    if (constant === undefined) return NONE;
    return this.#add(ZERO, constant, constant >= 0 ? constant : Infinity);
  }

  #knownLocal(local: number): number {
    const value = this.#values[local]!;
    if (value === NONE) return NONE;
    return this.#context.dominance.holds(this.#times[local]!) ? value : NONE;
  }

  #local(local: number): number {
    const { dominance } = this.#context;
    // It is what it has been since it was written, or may have been.
    this.#times[local] = dominance.since(this.#times[local]!);
    const value = this.#fresh();
    this.#values[local] = value;
    return value;
  }

  #fresh(): number {
    return this.#add(this.#bases.length, 0, Infinity);
  }

  #add(base: number, constant: number, most: number): number {
    this.#mosts.push(most);
    this.#constants.push(constant);
    return this.#bases.push(base) - 1;
  }

  /** The i32.const or i64.const at an offset, if it is an i32. */
  #integer(start: number): number | undefined {
    const { bytes } = this.#context;
    const op = bytes[start];
    if (op !== Op.i32Const && op !== Op.i64Const) return undefined;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[++start]!;
      value |= (byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (shift < 28) return (value << (25 - shift)) >> (25 - shift);
      return op === Op.i32Const || byte <= 7 || byte >= 0x78 ? value : undefined;
    }
    return undefined;
  }
}
