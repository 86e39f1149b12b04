/**
 * Which operands equal which local, by chains through the operand stack: a write of the local finds
 * them without a look at the others.
 */
export class EqualOperands {
  /** By local: height of the uppermost operand that equals it. */
  readonly #uppermost = new Map<number, number>();
  /** By height: that of the next lower operand with the same local, or -1. */
  readonly #lower: number[] = [];

  /** @param sources - of the operands so far, the `count` lowest */
  constructor(sources: Int32Array, count: number) {
    for (let i = 0; i < count; i++) if (sources[i]! >= 0) this.push(sources[i]!, i);
  }

  push(local: number, height: number): void {
    this.#lower[height] = this.#uppermost.get(local) ?? -1;
    this.#uppermost.set(local, height);
  }

  /** Takes away the operand at `height`, above which there is none any more. */
  pop(local: number, height: number): void {
    const lower = this.#lower[height]!;
    if (lower < 0) this.#uppermost.delete(local);
    else this.#uppermost.set(local, lower);
  }

  /** Takes away all that equal a local, from above. */
  take(local: number, visit: (height: number) => void): void {
    for (let i = this.#uppermost.get(local) ?? -1; i >= 0; i = this.#lower[i]!) visit(i);
    this.#uppermost.delete(local);
  }

  clear(): void {
    if (this.#uppermost.size > 0) this.#uppermost.clear();
  }
}
