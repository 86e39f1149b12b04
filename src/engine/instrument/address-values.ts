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

  /** The address that a value is, if that is a constant. */
  known(value: number, wide: boolean): number | undefined {
    if (this.#bases[value] !== ZERO) return undefined;
    const constant = this.#constants[value]!;
    if (!wide) return constant >>> 0;
    return constant >= 0 ? constant : undefined;
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

  /** What an addition or subtraction of the two operands on top makes; NONE if that is nothing known. */
  sum(op: number): number {
    const { operands, sums } = this.#context;
    if (!sums) return NONE;
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
    return this.#add(this.#bases[value]!, constant | 0);
  }

  /** The value of an operand if it has one already. */
  #known(height: number): number {
    const { operands } = this.#context;
    const source = operands.sources[height]!;
    if (source >= 0) return this.#knownLocal(source);
    if (source !== CONSTANT) return operands.values[height]!;
    const constant = this.#integer(operands.constantStart[height]!);
    return constant === undefined ? NONE : this.#add(ZERO, constant);
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
    return this.#add(this.#bases.length, 0);
  }

  #add(base: number, constant: number): number {
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
