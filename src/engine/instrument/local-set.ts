/**
 * A set of local indices. Functions with 50,000 locals and none are both common, and such a set is
 * copied at every branch: so it is a bit vector in pieces, which copies share until one is written.
 */

/** Locals in a piece. */
const PIECE = 1024;
const PIECE_LOG2 = 10;
const WORDS = PIECE / 32;

interface Piece {
  /** 32 bits each, signed: small arrays of small integers are made faster than typed arrays. */
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
  /** A piece that is not there is empty. */
  readonly #pieces: (Piece | undefined)[];

  /** @param size number of locals; indices from there on are left out */
  constructor(size: number, pieces: (Piece | undefined)[] = []) {
    this.size = size;
    this.#pieces = pieces;
  }

  has(index: number): boolean {
    const piece = this.#pieces[index >>> PIECE_LOG2];
    return piece !== undefined && ((piece.words[wordOf(index)]! >>> (index & 31)) & 1) === 1;
  }

  /** It has never had a member. */
  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(index: number): void {
    if (index >= this.size) return;
    this.#writable(index >>> PIECE_LOG2)[wordOf(index)]! |= 1 << (index & 31);
  }

  delete(index: number): void {
    if (this.has(index))
      this.#writable(index >>> PIECE_LOG2)[wordOf(index)]! &= ~(1 << (index & 31));
  }

  /** Adds the indices 0 to `count - 1`. */
  addAll(count: number): void {
    const end = Math.min(count, this.size);
    for (let first = 0; first < end; first += 32) {
      const rest = end - first;
      this.#writable(first >>> PIECE_LOG2)[wordOf(first)]! |= rest >= 32 ? -1 : (1 << rest) - 1;
    }
  }

  clear(): void {
    // Setting a length is slow even where it changes nothing.
    if (this.#pieces.length > 0) this.#pieces.length = 0;
  }

  addFrom(other: LocalSet): void {
    for (let i = 0; i < other.#pieces.length; i++) {
      const theirs = other.#pieces[i];
      const ours = this.#pieces[i];
      if (theirs === undefined || theirs === ours || i << PIECE_LOG2 >= this.size) continue;
      if (ours === undefined && (other.size === this.size || this.#holds(i))) {
        theirs.shared = true;
        this.#pieces[i] = theirs;
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
    for (const piece of this.#pieces) if (piece !== undefined) piece.shared = true;
    return new LocalSet(this.size, this.#pieces.slice());
  }

  /** Takes the members out that `keep` does not have, and calls `visit` with each of them. */
  take(keep: Keep, visit: (index: number) => void): void {
    for (let p = 0; p < this.#pieces.length; p++) {
      const count = this.#pieces[p]?.words.length ?? 0;
      for (let i = 0; i < count; i++) {
        const first = (p << PIECE_LOG2) + (i << 5);
        const before = this.#pieces[p]!.words[i]!;
        if (before === 0 || keep.hasWord(first >>> 5)) continue;
        let kept = 0;
        for (let word = before; word !== 0; word &= word - 1) {
          const bit = 31 - Math.clz32(word & -word);
          if (keep.has(first + bit)) kept |= 1 << bit;
          else visit(first + bit);
        }
        if (kept !== before) this.#writable(p)[i] = kept;
      }
    }
  }

  /** The members that neither `other` nor `keep` has; undefined if they are more than `most`. */
  beyond(other: LocalSet, keep: Keep, most: number): number[] | undefined {
    const found: number[] = [];
    for (let p = 0; p < this.#pieces.length; p++) {
      const words = this.#pieces[p]?.words ?? [];
      for (let i = 0; i < words.length; i++) {
        const first = (p << PIECE_LOG2) + (i << 5);
        let word = words[i]! & ~(other.#pieces[p]?.words[i] ?? 0);
        if (word === 0 || keep.hasWord(first >>> 5)) continue;
        for (; word !== 0; word &= word - 1) {
          const local = first + 31 - Math.clz32(word & -word);
          if (keep.has(local)) continue;
          if (found.length === most) return undefined;
          found.push(local);
        }
      }
    }
    return found;
  }

  /** Calls `visit` with each member, in ascending order. */
  forEach(visit: (index: number) => void): void {
    this.#pieces.forEach((piece, p) => {
      if (piece === undefined) return;
      const { words } = piece;
      for (let i = 0; i < words.length; i++) {
        let word = words[i]!;
        while (word !== 0) {
          const bit = 31 - Math.clz32(word & -word);
          visit((p << PIECE_LOG2) + (i << 5) + bit);
          word &= word - 1;
        }
      }
    });
  }

  /** All indices of a piece are in this set's range: another set's can be taken as it is. */
  #holds(piece: number): boolean {
    return (piece + 1) << PIECE_LOG2 <= this.size;
  }

  #writable(index: number): number[] {
    const pieces = this.#pieces;
    const piece = pieces[index];
    if (piece !== undefined && !piece.shared) return piece.words;
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
