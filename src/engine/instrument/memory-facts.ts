/**
 * What memory is known to hold: bytes that were loaded into a local, or stored out of one.
 *
 * Code is emitted in an order in which control goes forward, but for the way back to the header of a
 * loop. So what ends a fact does so for all that is emitted behind it, the beginning of a loop ends
 * all facts, and in between a fact holds wherever its moment dominates.
 *
 * Addresses are compared only where they differ by a constant: those with different bases may be the
 * same. An access that did not trap is where the sum of base and constants says modulo 2^32, because
 * no memory reaches beyond; but that another one with the same sum does not trap is certain only if
 * operand and offset are the same as well.
 */
import type { Dominance } from './dominance.ts';

/** So many facts are kept, in a table by their place. A power of two. */
const MOST_FACTS = 64;
/** Each store and each write of a local looks at all that hold. */
const MOST_HOLDING = 32;
const NONE = -1;

/** Where an access is. */
export class Place {
  memory = 0;
  /** The address is an i64. */
  wide = false;
  /** The address operand is this base and this constant, see `AddressValues`. */
  base = 0;
  constant = 0;
  /** The immediate. */
  offset = 0;
  bytes = 0;

  copyFrom(other: Place): void {
    this.memory = other.memory;
    this.wide = other.wide;
    this.base = other.base;
    this.constant = other.constant;
    this.offset = other.offset;
    this.bytes = other.bytes;
  }

  equals(other: Place): boolean {
    return (
      this.base === other.base &&
      this.constant === other.constant &&
      this.offset === other.offset &&
      this.bytes === other.bytes &&
      this.memory === other.memory
    );
  }

  /**
   * Whether accesses that are both in bounds may overlap. The memories are as good as one: they may be
   * the same, imported twice.
   */
  mayOverlap(other: Place): boolean {
    if (this.base !== other.base) return true;
    const distance = other.constant + other.offset - this.constant - this.offset;
    if (this.wide) return distance < this.bytes && -distance < other.bytes;
    return distance >>> 0 < this.bytes || -distance >>> 0 < other.bytes;
  }

  get slot(): number {
    return (Math.imul(this.base, 13) + ((this.constant + this.offset) >> 2)) & (MOST_FACTS - 1);
  }
}

/** Tables of released ones, so many at most: their facts are filled again, by other owners. */
const MOST_SPARE = 4;
const spare: (MemoryFact | undefined)[][] = [];
let owners = 0;

/** Bytes that are known, or that have been before. */
export class MemoryFact {
  /** Number of those that the fact is one of; another's is none. */
  owner = 0;
  readonly place = new Place();
  /** The load that reads the content, or the narrow store that wrote it. */
  op = 0;
  /** Nothing has overwritten them since. */
  holds = false;
  time = 0;
  /** What is known of the content, see `AddressValues`. */
  value = 0;
  /** One of the function's own locals that equals it, and since when. */
  local = NONE;
  localTime = 0;
  /** Of the instruction that pushes the content, if that is constant; else -1. */
  constantStart = NONE;
  constantEnd = NONE;
}

export class MemoryFacts {
  readonly #dominance: Dominance;
  readonly #number = ++owners;
  readonly #table = spare.pop() ?? new Array<undefined>(MOST_FACTS).fill(undefined);
  readonly #holding: MemoryFact[] = [];

  constructor(dominance: Dominance) {
    this.#dominance = dominance;
  }

  /** Nothing is asked any more, and others can have the table. */
  release(): void {
    if (spare.length < MOST_SPARE) spare.push(this.#table);
  }

  /** The latest fact of a place, which may hold no more. */
  latest(place: Place): MemoryFact | undefined {
    const fact = this.#table[place.slot];
    return fact?.owner === this.#number && fact.place.equals(place) ? fact : undefined;
  }

  holds(fact: MemoryFact): boolean {
    return fact.holds && this.#dominance.holds(fact.time);
  }

  /** Notes that a place holds a value from here on, which nothing is known to equal yet. */
  add(place: Place, op: number, value: number): MemoryFact {
    const { slot } = place;
    let fact = this.#table[slot];
    if (fact === undefined) {
      fact = new MemoryFact();
      this.#table[slot] = fact;
    } else if (fact.owner === this.#number) {
      this.#end(fact);
    }
    fact.owner = this.#number;
    fact.place.copyFrom(place);
    fact.op = op;
    fact.holds = true;
    fact.time = this.#dominance.tick();
    fact.value = value;
    fact.local = NONE;
    fact.constantStart = NONE;
    if (this.#holding.length === MOST_HOLDING) this.#end(this.#holding[0]!);
    this.#holding.push(fact);
    return fact;
  }

  /** A local equals the content from here on. */
  setLocal(fact: MemoryFact, local: number): void {
    fact.local = local;
    fact.localTime = this.#dominance.tick();
  }

  /** The local that holds the content, or -1. */
  holder(fact: MemoryFact): number {
    if (fact.local !== NONE && this.#dominance.holds(fact.localTime)) return fact.local;
    return NONE;
  }

  /** A local that holds a value because a place does, or -1. */
  holderOf(value: number): number {
    const holding = this.#holding;
    for (let i = 0; i < holding.length; i++) {
      const fact = holding[i]!;
      if (fact.value !== value) continue;
      const holder = this.holder(fact);
      if (holder !== NONE) return holder;
    }
    return NONE;
  }

  /**
   * A local is written.
   *
   * @param value what is known of its new value; 0: nothing
   */
  write(local: number, value: number): void {
    const holding = this.#holding;
    for (let i = 0; i < holding.length; i++) {
      const fact = holding[i]!;
      if (fact.local === local) fact.local = NONE;
      if (fact.value === value && value !== 0 && this.holder(fact) === NONE) {
        this.setLocal(fact, local);
      }
    }
  }

  /** Bytes are written somewhere; undefined: anywhere. */
  overwrite(place: Place | undefined): void {
    if (place === undefined) {
      this.clear();
      return;
    }
    const holding = this.#holding;
    let kept = 0;
    for (let i = 0; i < holding.length; i++) {
      const fact = holding[i]!;
      if (fact.place.mayOverlap(place)) fact.holds = false;
      else holding[kept++] = fact;
    }
    holding.length = kept;
  }

  /** Anything may be anywhere from here on. */
  clear(): void {
    if (this.#holding.length === 0) return;
    for (const fact of this.#holding) fact.holds = false;
    this.#holding.length = 0;
  }

  #end(fact: MemoryFact): void {
    if (!fact.holds) return;
    fact.holds = false;
    this.#holding.splice(this.#holding.indexOf(fact), 1);
  }
}
