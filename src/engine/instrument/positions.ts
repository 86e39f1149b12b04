/** Which instruction of the original is at which offset of an emitted body. */
export class Positions {
  // In the order of the code: the first and the last offset that mean an instruction, and its pc.
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #pcs: number[] = [];
  #shift = 0;

  /**
   * @param first offset of the first byte that means the instruction, behind those added before
   * @param last offset of the instruction itself
   */
  add(first: number, last: number, pc: number): void {
    this.#first.push(first);
    this.#last.push(last);
    this.#pcs.push(pc);
  }

  /** Everything is so many bytes further on. */
  shift(bytes: number): void {
    this.#shift += bytes;
  }

  clear(): void {
    for (const column of [this.#first, this.#last, this.#pcs]) column.length = 0;
  }

  /** The pc of the instruction at an offset, if it is one's. */
  pcAt(offset: number): number | undefined {
    const at = offset - this.#shift;
    let low = 0;
    let high = this.#last.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#last[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low < this.#first.length && this.#first[low]! <= at ? this.#pcs[low] : undefined;
  }
}
