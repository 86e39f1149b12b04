/**
 * What is known by value, see `AddressValues`: a column for each fact. When a version has been emitted,
 * the next one has its columns, which need not grow again then: in the interpreter, in which all of this
 * begins in a fresh process, that takes longer than what they are for.
 */

/** The bases of values that nothing is known of, and of constants. */
export const NONE = 0;
export const ZERO = 1;

/** Two bases below this, or one and an i32, make a key that a number holds exactly. */
export const MOST_BASES = 2 ** 21;

const FIRST_ROOM = 256;
/** Of released ones, so many are kept, and none with more room. */
const MOST_SPARE = 4;
const MOST_SPARE_ROOM = 1 << 16;

const spare: ValueColumns[] = [];

export class ValueColumns {
  bases = new Int32Array(FIRST_ROOM);
  /** I32, in wider values as well. */
  constants = new Int32Array(FIRST_ROOM);
  /** The value is no more than this, unsigned; infinity if that is not known. */
  mosts = new Float64Array(FIRST_ROOM);
  /** Number of the next value. */
  count = 0;
  /** By two bases, and by a base and a factor: the base of their sum or product, modulo 2^32. */
  #sums: Map<number, number> | undefined;
  #products: Map<number, number> | undefined;

  /** With the values that are numbered as their bases are: NONE and ZERO. */
  static take(): ValueColumns {
    const columns = spare.pop() ?? new ValueColumns();
    columns.count = 0;
    columns.#sums = undefined;
    columns.#products = undefined;
    columns.add(NONE, 0, Infinity);
    columns.add(ZERO, 0, 0);
    return columns;
  }

  /** They are not used any more. */
  release(): void {
    if (spare.length < MOST_SPARE && this.bases.length <= MOST_SPARE_ROOM) spare.push(this);
  }

  /** @returns the number of the new value */
  add(base: number, constant: number, most: number): number {
    const value = this.count++;
    if (value === this.bases.length) this.#grow();
    this.bases[value] = base;
    this.constants[value] = constant;
    this.mosts[value] = most;
    return value;
  }

  /** A new value that nothing is known of: the base of itself. */
  fresh(): number {
    return this.add(this.count, 0, Infinity);
  }

  /** The base of what the sum of two values with these bases differs from by a constant. */
  sumOf(left: number, right: number): number {
    this.#sums ??= new Map();
    return this.#combined(this.#sums, Math.min(left, right) * MOST_BASES + Math.max(left, right));
  }

  /** The same of a value with this base and an i32. */
  productOf(base: number, factor: number): number {
    this.#products ??= new Map();
    return this.#combined(this.#products, base * 2 ** 32 + (factor >>> 0));
  }

  #combined(bases: Map<number, number>, key: number): number {
    let base = bases.get(key);
    if (base === undefined) {
      base = this.fresh();
      bases.set(key, base);
    }
    return base;
  }

  #grow(): void {
    const room = 2 * this.bases.length;
    const { bases, constants, mosts } = this;
    this.bases = new Int32Array(room);
    this.constants = new Int32Array(room);
    this.mosts = new Float64Array(room);
    this.bases.set(bases);
    this.constants.set(constants);
    this.mosts.set(mosts);
  }
}
