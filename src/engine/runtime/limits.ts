/**
 * The limit words: for every function and every version of one, the highest frame base at which
 * its code may go on. LEAVES makes it leave at its next check. See `../instrument/layout.ts`.
 */
import { LEAVES, LIMIT_COUNT, LIMITS, MAX_LIMITS } from '../instrument/layout.ts';
import type { DebugMemory } from './debug-memory.ts';

export class Limits {
  readonly #memory: DebugMemory;
  /** By word: bytes of the frames of the code that owns it. */
  #frameSizes = new Uint32Array(1024);
  /** By word: whether the code is current; if not it leaves. */
  #current = new Uint8Array(1024);
  /** By word: the groups that it is in. */
  readonly #groups = new Map<number, { group: number; words: readonly number[] }[]>();
  #count = 0;
  #allLeave = false;

  constructor(memory: DebugMemory) {
    this.#memory = memory;
  }

  /** How many words are taken: the number of the next one. */
  get count(): number {
    return this.#count;
  }

  /** Everything leaves at its next check: the engine is stepping. */
  get allLeave(): boolean {
    return this.#allLeave;
  }

  set allLeave(value: boolean) {
    if (value === this.#allLeave) return;
    this.#allLeave = value;
    this.publish();
  }

  /**
   * Takes one word for each frame size.
   *
   * @returns the number of the first
   * @throws RangeError when there are none left
   */
  allocate(frameSizes: ArrayLike<number>): number {
    const first = this.#count;
    const count = first + frameSizes.length;
    if (count > MAX_LIMITS) {
      throw new RangeError(
        `too many functions to debug: ${count}, of at most ${MAX_LIMITS} in all modules together`,
      );
    }
    this.#reserve(count);
    this.#frameSizes.set(frameSizes, first);
    this.#current.fill(1, first, count);
    this.#count = count;
    const { words } = this.#memory;
    for (let i = first; i < count; i++) words[(LIMITS >> 2) + i] = this.#value(i);
    Atomics.store(words, LIMIT_COUNT >> 2, count);
    this.#heedInterrupt();
    return first;
  }

  /** Takes the next word for one that is LEAVES if any of these is. */
  allocateGroup(words: readonly number[]): void {
    const group = this.allocate([0]);
    for (const word of words) {
      const groups = this.#groups.get(word);
      if (groups === undefined) this.#groups.set(word, [{ group, words }]);
      else groups.push({ group, words });
    }
  }

  /** Makes the code that owns a word current, or makes it leave at its next check. */
  setCurrent(word: number, current: boolean): void {
    this.#current[word] = current ? 1 : 0;
    Atomics.store(this.#memory.words, (LIMITS >> 2) + word, this.#value(word));
    this.#heedInterrupt();
    for (const { group, words } of this.#groups.get(word) ?? []) {
      this.setCurrent(
        group,
        words.every((each) => this.#current[each] === 1),
      );
    }
  }

  /** Writes all words: after an interrupt cleared them, the stack grew, or stepping began or ended. */
  publish(): void {
    const { words } = this.#memory;
    const first = LIMITS >> 2;
    if (this.#allLeave) words.fill(LEAVES, first, first + this.#count);
    else for (let i = 0; i < this.#count; i++) words[first + i] = this.#value(i);
    this.#heedInterrupt();
  }

  #value(word: number): number {
    if (this.#allLeave || this.#current[word] === 0) return LEAVES;
    const highest = this.#memory.highestBase(this.#frameSizes[word]!);
    return highest > 0 ? highest : LEAVES;
  }

  /** An interrupt that came while limits were written must not be lost. */
  #heedInterrupt(): void {
    if (!this.#memory.interruptRequested) return;
    const first = LIMITS >> 2;
    this.#memory.words.fill(LEAVES, first, first + this.#count);
  }

  #reserve(count: number): void {
    if (count <= this.#current.length) return;
    const capacity = Math.max(count, this.#current.length * 2);
    const frameSizes = new Uint32Array(capacity);
    frameSizes.set(this.#frameSizes);
    this.#frameSizes = frameSizes;
    const current = new Uint8Array(capacity);
    current.set(this.#current);
    this.#current = current;
  }
}
