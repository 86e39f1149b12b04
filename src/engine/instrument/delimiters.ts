/**
 * Where the arms of large constructs end, so that code that cannot be reached is passed over without
 * being read: a version that is left after 8 KiB of a body of megabytes must not read all of it.
 */

/** Bytes from which on a construct is worth an entry. */
const LARGE = 4096;

/** Of the constructs that are open in the body that is being read, outermost first. */
const pcs: number[] = [];
/** By open construct: where its own begin in `delimiters`. */
const starts: number[] = [];
const delimiters: number[] = [];

/** One is filled at a time. */
export class Delimiters {
  /** By the pc of a construct: the offsets of its `else`, handlers and `end`, in order. */
  #large: Map<number, readonly number[]> | undefined;
  #depth = 0;
  #count = 0;

  open(pc: number): void {
    pcs[this.#depth] = pc;
    starts[this.#depth++] = this.#count;
  }

  /** Of the construct that was opened last and is not closed. */
  add(offset: number): void {
    delimiters[this.#count++] = offset;
  }

  /** @param end - offset of what ended it */
  close(end: number): void {
    const pc = pcs[--this.#depth]!;
    const start = starts[this.#depth]!;
    if (end - pc >= LARGE) {
      this.#large ??= new Map();
      this.#large.set(pc, delimiters.slice(start, this.#count));
    }
    this.#count = start;
  }

  /** The first one of a construct at or behind `offset`; undefined for constructs that are not large. */
  next(construct: number, offset: number): number | undefined {
    const offsets = this.#large?.get(construct);
    return offsets?.[firstFrom(offsets, offset)];
  }

  /** The last one; undefined for constructs that are not large. */
  endOf(construct: number): number | undefined {
    return this.#large?.get(construct)?.at(-1);
  }
}

/** Index of the first number that is not below `from`. */
function firstFrom(sorted: readonly number[], from: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
