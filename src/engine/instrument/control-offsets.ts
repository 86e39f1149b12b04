/**
 * Where in a body the instructions are that do more than operate on operands. Who follows a body a second
 * time, and only for what control does, reads those and passes over the others: two of three.
 */

const FIRST_ROOM = 1024;

export class ControlOffsets {
  #offsets = new Int32Array(FIRST_ROOM);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Offset of the instruction with a number below {@link count}. */
  at(i: number): number {
    return this.#offsets[i]!;
  }

  /** @param pc behind those added before */
  add(pc: number): void {
    if (this.#count === this.#offsets.length) this.#grow();
    this.#offsets[this.#count++] = pc;
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#offsets.length);
    grown.set(this.#offsets);
    this.#offsets = grown;
  }
}
