/**
 * What i32 values are at most because a condition says so that has been tested, for as long as the
 * test dominates.
 */
import { Op } from '../../wasm/opcodes.ts';
import type { Dominance } from './dominance.ts';

/** So many facts of one base are looked at. */
const MOST_LOOKED_AT = 4;
const NONE = 0;
const MOST_I32 = 0xffff_ffff;

export class ValueRanges {
  readonly #dominance: Dominance;
  /** By base: the latest fact. */
  #latest: Map<number, number> | undefined;
  // By fact.
  readonly #constants: number[] = [0];
  readonly #mosts: number[] = [0];
  readonly #times: number[] = [0];
  /** The one before, of the same base. */
  readonly #previous: number[] = [NONE];

  constructor(dominance: Dominance) {
    this.#dominance = dominance;
  }

  /** From here on, the sum of a base and a constant is no more than `most`, unsigned. */
  note(base: number, constant: number, most: number): void {
    this.#constants.push(constant);
    this.#mosts.push(most);
    this.#times.push(this.#dominance.tick());
    this.#latest ??= new Map();
    const fact = this.#previous.push(this.#latest.get(base) ?? NONE) - 1;
    this.#latest.set(base, fact);
  }

  /** What the sum of a base and a constant is at most, unsigned; infinity if nothing is known. */
  most(base: number, constant: number): number {
    let least = Infinity;
    if (this.#latest === undefined) return least;
    let fact = this.#latest.get(base) ?? NONE;
    for (let looked = 0; fact !== NONE && looked < MOST_LOOKED_AT; looked++) {
      if (this.#dominance.holds(this.#times[fact]!)) {
        // Below what is known, it may have wrapped around.
        const above = (constant - this.#constants[fact]!) | 0;
        const most = this.#mosts[fact]! + above;
        if (above >= 0 && most <= MOST_I32 && most < least) least = most;
      }
      fact = this.#previous[fact]!;
    }
    return least;
  }
}

/** What the result of an i32 instruction is at most, unsigned, if its operands are at most this. */
export function mostOf(
  op: number,
  left: number,
  right: number,
  constant: number | undefined,
): number {
  let most = Infinity;
  if (op === Op.i32And) most = Math.min(left, right);
  else if (op === Op.i32Add) most = left + right;
  else if (op === Op.i32Or || op === Op.i32Xor) {
    const larger = Math.max(left, right);
    if (larger <= MOST_I32) most = 2 ** (32 - Math.clz32(larger)) - 1;
  } else if (constant !== undefined && constant >= 0) {
    if (op === Op.i32Mul) most = left * constant;
    else if (op === Op.i32Shl) most = left * 2 ** (constant & 31);
    else if (op === Op.i32ShrU) most = Math.floor(Math.min(left, MOST_I32) / 2 ** (constant & 31));
    else if (op === Op.i32RemU) most = constant - 1;
  }
  return most <= MOST_I32 ? most : Infinity;
}
