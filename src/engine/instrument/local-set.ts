/**
 * A set of local indices. Functions with 50,000 locals and none are both common, and such a set is
 * copied at every branch: so it is a bit vector in pieces, which copies share until one is written.
 * The first 32 locals, more than most functions have, are in no piece but in one number.
 */

const NO_PIECES: (Piece | undefined)[] = [];
const NO_LOCALS: readonly number[] = Object.freeze([]);

/** Locals in a piece. */
const PIECE = 1024;
const PIECE_LOG2 = 10;
const WORDS = PIECE / 32;

interface Piece {
  /**
   * 32 bits each, signed: small arrays of small integers are made faster than typed arrays. The first
   * one of the first piece stays 0.
   */
  readonly words: number[];
  /** More than one set has it: not to be written any more. */
  shared: boolean;
}

/** Of which locals something is to be left alone. */
export interface Keep {
  has(index: number): boolean;
  /** All of the 32 locals from `32 * word` on. */
  hasWord(word: number): boolean;
}

export class LocalSet {
  /** Number of locals that it is about. */
  readonly size: number;
  /** The locals 0 to 31. */
  #first: number;
  /** A piece that is not there is empty. */
  #pieces: (Piece | undefined)[];

  /** @param size number of locals; indices from there on are left out */
  constructor(size: number, first = 0, pieces = NO_PIECES) {
    this.size = size;
    this.#first = first;
    this.#pieces = pieces;
  }

  has(index: number): boolean {
    if (index < 32) return ((this.#first >>> index) & 1) === 1;
    const piece = this.#pieces[index >>> PIECE_LOG2];
    return piece !== undefined && ((piece.words[wordOf(index)]! >>> (index & 31)) & 1) === 1;
  }

  /** It has no member, and has never had one from 32 on. */
  get isEmpty(): boolean {
    return this.#first === 0 && this.#pieces === NO_PIECES;
  }

  add(index: number): void {
    if (index >= this.size) return;
    if (index < 32) this.#first |= 1 << index;
    else this.#writable(index >>> PIECE_LOG2)[wordOf(index)]! |= 1 << (index & 31);
  }

  delete(index: number): void {
    if (index < 32) this.#first &= ~(1 << index);
    else if (this.has(index))
      this.#writable(index >>> PIECE_LOG2)[wordOf(index)]! &= ~(1 << (index & 31));
  }

  /** Adds the indices 0 to `count - 1`. */
  addAll(count: number): void {
    const end = Math.min(count, this.size);
    this.#first |= lowest(end);
    for (let first = 32; first < end; first += 32) {
      this.#writable(first >>> PIECE_LOG2)[wordOf(first)]! |= lowest(end - first);
    }
  }

  clear(): void {
    this.#first = 0;
    this.#pieces = NO_PIECES;
  }

  addFrom(other: LocalSet): void {
    this.#first |= other.#first & lowest(this.size);
    if (this.size <= 32) return;
    for (let i = 0; i < other.#pieces.length; i++) {
      const theirs = other.#pieces[i];
      const ours = this.#pieces[i];
      if (theirs === undefined || theirs === ours || i << PIECE_LOG2 >= this.size) continue;
      if (ours === undefined && (other.size === this.size || this.#holds(i))) {
        theirs.shared = true;
        this.#own()[i] = theirs;
        continue;
      }
      const words = this.#writable(i);
      const count = Math.min(words.length, theirs.words.length);
      for (let w = 0; w < count; w++) words[w]! |= theirs.words[w]!;
      const beyond = this.size - (i << PIECE_LOG2);
      if (beyond < PIECE) words[beyond >>> 5]! &= (1 << (beyond & 31)) - 1;
    }
  }

  /** Takes the members of another set out. */
  deleteFrom(other: LocalSet): void {
    this.#first &= ~other.#first;
    for (let i = 0; i < this.#pieces.length; i++) {
      const theirs = other.#pieces[i]?.words;
      const ours = this.#pieces[i]?.words;
      if (theirs === undefined || ours === undefined) continue;
      if (!theirs.some((word, w) => (word & (ours[w] ?? 0)) !== 0)) continue;
      const words = this.#writable(i);
      const count = Math.min(words.length, theirs.length);
      for (let w = 0; w < count; w++) words[w]! &= ~theirs[w]!;
    }
  }

  clone(): LocalSet {
    // That of nothing stays as it is.
    if (this.size === 0) return this;
    if (this.#pieces === NO_PIECES) return new LocalSet(this.size, this.#first);
    for (const piece of this.#pieces) if (piece !== undefined) piece.shared = true;
    return new LocalSet(this.size, this.#first, this.#pieces.slice());
  }

  /** Takes the members out that `keep` does not have, and calls `visit` with each of them. */
  take(keep: Keep, visit: (index: number) => void): void {
    if (this.#first !== 0) this.#first = takeWord(this.#first, 0, keep, visit);
    for (let p = 0; p < this.#pieces.length; p++) {
      const count = this.#pieces[p]?.words.length ?? 0;
      for (let i = 0; i < count; i++) {
        const before = this.#pieces[p]!.words[i]!;
        if (before === 0) continue;
        const kept = takeWord(before, (p << PIECE_LOG2) + (i << 5), keep, visit);
        if (kept !== before) this.#writable(p)[i] = kept;
      }
    }
  }

  /** The members that neither `other` nor `keep` has; undefined if they are more than `most`. */
  beyond(other: LocalSet, keep: Keep, most: number): readonly number[] | undefined {
    const first = this.#first & ~other.#first;
    if (first === 0 && this.#pieces === NO_PIECES) return NO_LOCALS;
    const found: number[] = [];
    if (!addBeyond(first, 0, keep, most, found)) return undefined;
    for (let p = 0; p < this.#pieces.length; p++) {
      const words = this.#pieces[p]?.words ?? [];
      for (let i = 0; i < words.length; i++) {
        const word = words[i]! & ~(other.#pieces[p]?.words[i] ?? 0);
        if (!addBeyond(word, (p << PIECE_LOG2) + (i << 5), keep, most, found)) return undefined;
      }
    }
    return found;
  }

  /** Calls `visit` with each member, in ascending order. */
  forEach(visit: (index: number) => void): void {
    visitWord(this.#first, 0, visit);
    for (let p = 0; p < this.#pieces.length; p++) {
      const words = this.#pieces[p]?.words ?? [];
      for (let i = 0; i < words.length; i++)
        visitWord(words[i]!, (p << PIECE_LOG2) + (i << 5), visit);
    }
  }

  /** All indices of a piece are in this set's range: another set's can be taken as it is. */
  #holds(piece: number): boolean {
    return (piece + 1) << PIECE_LOG2 <= this.size;
  }

  #own(): (Piece | undefined)[] {
    if (this.#pieces === NO_PIECES) this.#pieces = [];
    return this.#pieces;
  }

  #writable(index: number): number[] {
    const piece = this.#pieces[index];
    if (piece !== undefined && !piece.shared) return piece.words;
    const pieces = this.#own();
    while (pieces.length <= index) pieces.push(undefined);
    const words = piece?.words.slice() ?? new Array<number>(this.#words(index)).fill(0);
    pieces[index] = { words, shared: false };
    return words;
  }

  /** Words of a piece: the last one ends with the set. */
  #words(piece: number): number {
    return Math.min(WORDS, (this.size - (piece << PIECE_LOG2) + 31) >>> 5);
  }
}

function wordOf(index: number): number {
  return (index & (PIECE - 1)) >>> 5;
}

/** A word with the lowest bits set, all or none if the count is beyond its 32. */
function lowest(count: number): number {
  if (count >= 32) return -1;
  return count > 0 ? (1 << count) - 1 : 0;
}

/** Visits the locals of a word, from `first` on, that `keep` does not have; returns those that it has. */
function takeWord(word: number, first: number, keep: Keep, visit: (index: number) => void): number {
  if (keep.hasWord(first >>> 5)) return word;
  let kept = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) {
    const bit = 31 - Math.clz32(rest & -rest);
    if (keep.has(first + bit)) kept |= 1 << bit;
    else visit(first + bit);
  }
  return kept;
}

/** Adds the locals of a word, from `first` on, that `keep` does not have; false if there are too many. */
function addBeyond(word: number, first: number, keep: Keep, most: number, to: number[]): boolean {
  if (word === 0 || keep.hasWord(first >>> 5)) return true;
  for (let rest = word; rest !== 0; rest &= rest - 1) {
    const local = first + 31 - Math.clz32(rest & -rest);
    if (keep.has(local)) continue;
    if (to.length === most) return false;
    to.push(local);
  }
  return true;
}

function visitWord(word: number, first: number, visit: (index: number) => void): void {
  for (let rest = word; rest !== 0; rest &= rest - 1) {
    visit(first + 31 - Math.clz32(rest & -rest));
  }
}
