/**
 * Where the arms of large constructs end, so that code that cannot be reached is passed over without
 * being read: a version that is left after 8 KiB of a body of megabytes must not read all of it.
 */

/** Bytes from which on a construct is worth an entry. */
const LARGE = 4096;

export class Delimiters {
  /** By the pc of a construct: the offsets of its `else`, handlers and `end`, in order. */
  #large: Map<number, readonly number[]> | undefined;
  readonly #open: { readonly pc: number; readonly offsets: number[] }[] = [];

  open(pc: number): void {
    this.#open.push({ pc, offsets: [] });
  }

  /** Of the construct that was opened last and is not closed. */
  add(offset: number): void {
    this.#open.at(-1)!.offsets.push(offset);
  }

  /** @param end - offset of what ended it */
  close(end: number): void {
    const { pc, offsets } = this.#open.pop()!;
    if (end - pc < LARGE) return;
    this.#large ??= new Map();
    this.#large.set(pc, offsets);
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
