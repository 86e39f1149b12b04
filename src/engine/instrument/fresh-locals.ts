/**
 * Which locals have still the value that they began with, wherever control came from: none of the
 * writes to them can have been before. Nobody stores those in the frame, and nobody reads them there.
 *
 * That depends on the original body and the pc alone, as all that readers of frames know of it.
 */

import type { Keep, LocalSet } from './local-set.ts';

/** Of the locals behind these, none counts as fresh: continuations clear those that they do not load. */
export const MOST_FRESH = 1024;

export class FreshLocals {
  /** For each local, the greatest pc at which it is fresh. */
  readonly #until: readonly number[];
  /** From this local on, none is ever fresh. */
  readonly end: number;
  /** The least of each 32. */
  readonly #wordUntil: readonly number[];

  /**
   * @param params number of locals that are parameters, or all: these are never fresh
   * @param firstWrites for each local that is written, from which pc on it may have been; see
   *   `FirstWrites`
   */
  constructor(params: number, locals: number, firstWrites: ReadonlyMap<number, number>) {
    this.end = Math.min(locals, MOST_FRESH);
    const until: number[] = [];
    const wordUntil: number[] = [];
    for (let local = 0; local < locals; local++) {
      const mayBe = local >= params && local < MOST_FRESH;
      const last = mayBe ? (firstWrites.get(local) ?? Number.POSITIVE_INFINITY) : -1;
      until.push(last);
      const word = local >>> 5;
      wordUntil[word] = Math.min(wordUntil[word] ?? last, last);
    }
    this.#until = until;
    this.#wordUntil = wordUntil;
  }

  /** Whether the local has its first value before the instruction at `pc`. */
  has(local: number, pc: number): boolean {
    return this.#until[local]! >= pc;
  }

  /** Whether all locals from `32 * word` to `32 * word + 31` have. */
  hasWord(word: number, pc: number): boolean {
    return this.#wordUntil[word]! >= pc;
  }

  /**
   * The locals that have their first value before the instruction at `pc`, and those of the other sets.
   */
  at(pc: number, others?: LocalSet, more?: LocalSet): Keep {
    return new FreshAt(this, pc, others, more);
  }

  /** Nothing writes the local, which is none of the parameters. */
  isConstant(local: number): boolean {
    return this.#until[local] === Number.POSITIVE_INFINITY;
  }
}

class FreshAt implements Keep {
  readonly #fresh: FreshLocals;
  readonly #pc: number;
  readonly #others: LocalSet | undefined;
  readonly #more: LocalSet | undefined;

  constructor(fresh: FreshLocals, pc: number, others?: LocalSet, more?: LocalSet) {
    this.#fresh = fresh;
    this.#pc = pc;
    this.#others = others;
    this.#more = more;
  }

  has(local: number): boolean {
    if (this.#fresh.has(local, this.#pc)) return true;
    return this.#others?.has(local) === true || this.#more?.has(local) === true;
  }

  hasWord(word: number): boolean {
    return this.#fresh.hasWord(word, this.#pc);
  }
}

/** Finds from which pc on each local may have been written: of writes in loops, the outermost loop's. */
export class FirstWrites {
  readonly found = new Map<number, number>();
  #loops = 0;
  #outermost = 0;

  openLoop(pc: number): void {
    if (this.#loops++ === 0) this.#outermost = pc;
  }

  closeLoop(): void {
    this.#loops--;
  }

  write(local: number, pc: number): void {
    if (!this.found.has(local)) this.found.set(local, this.#loops > 0 ? this.#outermost : pc);
  }
}
