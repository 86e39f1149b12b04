/**
 * Which memory accesses need no check of their own because an earlier one covers them: for addresses
 * that served, how many bytes from there on are in bounds. Memories never shrink and a value does not
 * change, so what has been found holds wherever the check dominates.
 *
 * An address that is larger than one that is in bounds by less than the bytes that are known there
 * does not wrap, so that addresses may be compared by their constants.
 */
import type { AddressValues } from './address-values.ts';
import type { Dominance } from './dominance.ts';

/** So many facts of one base are looked at. */
const MOST_LOOKED_AT = 8;
const NONE = 0;

/** A check in the code that can be made to cover more. */
export interface WideningCheck {
  /** The number of {@link Dominance.stretch} that it is in. */
  readonly stretch: number;
  reaches(bytes: number): boolean;
  /** @returns the bytes that it covers then */
  widen(bytes: number): number;
}

export class BoundsFacts {
  readonly #dominance: Dominance;
  readonly #values: AddressValues;
  /** By memory, then by base: the latest fact. */
  readonly #latest: Map<number, number>[] = [];
  // By fact.
  readonly #constants: number[] = [0];
  /** Bytes from there on. */
  readonly #spans: number[] = [0];
  readonly #times: number[] = [0];
  readonly #checks: (WideningCheck | undefined)[] = [undefined];
  /** The one before, of the same base. */
  readonly #previous: number[] = [NONE];

  constructor(dominance: Dominance, values: AddressValues) {
    this.#dominance = dominance;
    this.#values = values;
  }

  /**
   * Whether an access is in bounds because an earlier check says so, or can be made to: where both
   * are executed or none, that check is made wider.
   *
   * @param wide the address is an i64
   * @param value of the address
   * @param bytes from there to the end of the access
   */
  covers(memory: number, wide: boolean, value: number, bytes: number): boolean {
    const latest = this.#latest[memory];
    if (latest === undefined) return false;
    const base = this.#values.base(value);
    const constant = this.#values.constant(value);
    let looked = 0;
    let after = NONE;
    let widening = NONE;
    for (let fact = latest.get(base) ?? NONE; fact !== NONE && looked < MOST_LOOKED_AT; looked++) {
      const previous = this.#previous[fact]!;
      if (this.#dominance.holds(this.#times[fact]!)) {
        const end = bytes + distance(this.#constants[fact]!, constant, wide);
        if (end <= this.#spans[fact]!) return true;
        if (widening === NONE && this.#canReach(fact, end)) widening = fact;
        after = fact;
      } else if (after === NONE) {
        latest.set(base, previous);
      } else {
        this.#previous[after] = previous;
      }
      fact = previous;
    }
    if (widening === NONE) return false;
    const span = bytes + distance(this.#constants[widening]!, constant, wide);
    this.#spans[widening] = this.#checks[widening]!.widen(span);
    return true;
  }

  /** An access has been checked. */
  add(memory: number, value: number, bytes: number, check: WideningCheck | undefined): void {
    let latest = this.#latest[memory];
    if (latest === undefined) {
      latest = new Map();
      this.#latest[memory] = latest;
    }
    const base = this.#values.base(value);
    this.#constants.push(this.#values.constant(value));
    this.#spans.push(bytes);
    this.#times.push(this.#dominance.tick());
    this.#checks.push(check);
    const fact = this.#previous.push(latest.get(base) ?? NONE) - 1;
    latest.set(base, fact);
  }

  #canReach(fact: number, bytes: number): boolean {
    const check = this.#checks[fact];
    return check?.stretch === this.#dominance.stretch && check.reaches(bytes);
  }
}

/** From one constant up to another; where addresses do not wrap, infinity if it is below. */
function distance(from: number, to: number, wide: boolean): number {
  if (!wide) return (to - from) >>> 0;
  return to >= from ? to - from : Infinity;
}
