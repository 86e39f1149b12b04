/** A set of local indices, as a bit vector: functions with 50,000 locals and none are both common. */
export class LocalSet {
  readonly #words: Uint32Array;

  constructor(size: number, words?: Uint32Array) {
    this.#words = words ?? new Uint32Array((size + 31) >>> 5);
  }

  has(index: number): boolean {
    return ((this.#words[index >>> 5]! >>> (index & 31)) & 1) === 1;
  }

  add(index: number): void {
    this.#words[index >>> 5]! |= 1 << (index & 31);
  }

  /** Adds the indices 0 to `count - 1`. */
  addAll(count: number): void {
    for (let i = 0; i < count; i++) this.add(i);
  }

  clear(): void {
    this.#words.fill(0);
  }

  addFrom(other: LocalSet): void {
    const words = this.#words;
    const others = other.#words;
    for (let i = 0; i < words.length; i++) words[i]! |= others[i]!;
  }

  clone(): LocalSet {
    return new LocalSet(0, this.#words.slice());
  }

  /** Calls `visit` with each member, in ascending order. */
  forEach(visit: (index: number) => void): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) {
      let word = words[i]!;
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word);
        visit((i << 5) + bit);
        word &= word - 1;
      }
    }
  }
}
