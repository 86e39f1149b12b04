/**
 * Sums of i32 locals with constant factors, modulo 2^32: what the addresses and conditions of
 * counted loops are made of.
 */

/** With more terms, a sum costs more than what it could save. */
const MOST_TERMS = 4;

export class Affine {
  /** Factors by local, i32 and never 0; in ascending order of the locals. */
  readonly terms: ReadonlyMap<number, number>;
  /** i32. */
  readonly constant: number;

  private constructor(terms: ReadonlyMap<number, number>, constant: number) {
    this.terms = terms;
    this.constant = constant | 0;
  }

  static constant(value: number): Affine {
    return new Affine(new Map(), value);
  }

  static local(index: number): Affine {
    return new Affine(new Map([[index, 1]]), 0);
  }

  /** This and `factor` times the other; undefined if it has too many terms. */
  plus(other: Affine, factor = 1): Affine | undefined {
    const constant = this.constant + Math.imul(other.constant, factor);
    if (other.terms.size === 0) return new Affine(this.terms, constant);
    if (this.terms.size === 0 && factor === 1) return new Affine(other.terms, constant);
    const sum = new Map(this.terms);
    for (const [local, own] of other.terms) {
      const coefficient = ((sum.get(local) ?? 0) + Math.imul(own, factor)) | 0;
      if (coefficient === 0) sum.delete(local);
      else sum.set(local, coefficient);
    }
    if (sum.size > MOST_TERMS) return undefined;
    const sorted = new Map([...sum].sort(([a], [b]) => a - b));
    return new Affine(sorted, constant);
  }

  times(factor: number): Affine {
    return Affine.constant(0).plus(this, factor)!;
  }

  offset(by: number): Affine {
    return new Affine(this.terms, this.constant + by);
  }

  /** The same for sums that differ in their constant alone. */
  get linearKey(): string {
    return [...this.terms].join();
  }
}
