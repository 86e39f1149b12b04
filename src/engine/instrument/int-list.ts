/**
 * A list of i32s that is filled again for each function. Its room stays: arrays that grow with each
 * function anew are most of what instrumenting allocates.
 */

const FIRST_ROOM = 1024;

export class IntList {
  #values = new Int32Array(FIRST_ROOM);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The value with a number below {@link count}. */
  at(i: number): number {
    return this.#values[i]!;
  }

  add(value: number): void {
    if (this.#count === this.#values.length) this.#grow();
    this.#values[this.#count++] = value;
  }

  clear(): void {
    this.#count = 0;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.#values.length);
    grown.set(this.#values);
    this.#values = grown;
  }
}
