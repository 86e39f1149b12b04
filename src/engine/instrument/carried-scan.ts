/**
 * Reads the body of an innermost loop once, for the places in memory that its rounds hand on: loaded
 * in a round, at an address that stays the same. What is found is worth trying, no more: the emitted
 * code is right whatever is (`carried-places.ts`).
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { LocalSet } from './local-set.ts';
import { LoopWays } from './loop-ways.ts';
import { isAtomic } from './memory-checks.ts';

/** Larger loops are left alone. */
export const MOST_CARRIED_BYTES = 4096;
const MOST_OFFSET = 0xffff_ffff;

/** A place that every round finds at the same address. */
export interface CarriedPlace {
  readonly memory: number;
  /** The local that is the address operand; -1: it is `constant`. */
  readonly base: number;
  readonly constant: number;
  /** The immediate, in bytes. */
  readonly offset: number;
  /** Opcode of the load of all its bytes. */
  readonly load: number;
  /** Other writes, which may overlap, are not in every round: it is loaded again behind each. */
  readonly reloads: boolean;
}

interface Found {
  readonly place: Omit<CarriedPlace, 'reloads'>;
  /** Loads, those in each round twice. */
  weight: number;
  /** Ordinal of the last access. */
  last: number;
  /** An access of other bytes overlaps. */
  mixed: boolean;
}

interface Write {
  readonly ordinal: number;
  readonly source: number;
  /** Each round does it. */
  readonly certain: boolean;
}

const LOADS = new Map<number, number>([
  [Op.i32Store, Op.i32Load],
  [Op.i64Store, Op.i64Load],
  [Op.f32Store, Op.f32Load],
  [Op.f64Store, Op.f64Load],
]);
const WHOLE = new Set(LOADS.values());

/** An operand that is no local and no constant; those are the index, and numbers below this. */
const OTHER = -1;

/**
 * @param loop offset of the `loop` instruction; of an innermost one of at most {@link MOST_CARRIED_BYTES}
 * @param end offset behind the function's body
 * @param writes locals that the loop writes
 * @param most places
 */
export function carriedPlaces(
  module: Module,
  loop: number,
  end: number,
  writes: LocalSet,
  most: number,
): readonly CarriedPlace[] {
  const reader = new InstructionReader(module.bytes, loop, end);
  reader.read();
  if (reader.blockType.kind === 'index') return [];
  return new CarriedScan(reader, writes).run(most);
}

class CarriedScan {
  readonly #reader: InstructionReader;
  readonly #writes: LocalSet;
  readonly #found = new Map<string, Found>();
  readonly #stores: Write[] = [];
  #ordinal = 0;
  readonly #ways = new LoopWays<number>(OTHER);

  constructor(reader: InstructionReader, writes: LocalSet) {
    this.#reader = reader;
    this.#writes = writes;
  }

  run(most: number): readonly CarriedPlace[] {
    const reader = this.#reader;
    for (;;) {
      if (!reader.read()) return [];
      if (reader.op === Op.end && this.#ways.endsLoop) break;
      if (!this.#step()) return [];
    }
    return [...this.#found.values()]
      .filter((found) => !found.mixed && found.weight > 0)
      .sort((a, b) => b.weight - a.weight)
      .slice(0, most)
      .flatMap((found) => this.#judge(found));
  }

  /** What others write last must be behind them again at the end of the round, or be seldom. */
  #judge({ place, last }: Found): CarriedPlace[] {
    const source = sourceOf(place);
    const others = this.#stores.filter((store) => store.source !== source);
    const reloads = others.some(({ ordinal }) => ordinal > last);
    if (reloads && others.some(({ certain }) => certain)) return [];
    return [{ ...place, reloads }];
  }

  /** False: such a loop is left alone. */
  #step(): boolean {
    const reader = this.#reader;
    const followed = this.#ways.step(reader);
    if (followed !== undefined) return followed === 'followed';
    const { stack } = this.#ways;
    switch (reader.op) {
      case Op.brTable:
        // With an interpreter's cases there is too much to keep in registers as it is.
        return false;
      case Op.localGet:
        stack.push(this.#writes.has(reader.index) ? OTHER : reader.index);
        return true;
      case Op.localSet:
        stack.pop();
        return true;
      case Op.localTee:
        return true;
      case Op.i32Const:
        stack.push(OTHER - 1 - (reader.i32 >>> 0));
        return true;
      default:
        return this.#plain();
    }
  }

  /** Anything else, if it has a fixed signature: no calls, and nothing that writes much. */
  #plain(): boolean {
    const { op, info } = this.#reader;
    if (info.results === undefined || op === Op.memoryGrow || isBulk(op) || isAtomic(op)) {
      return false;
    }
    const { stack } = this.#ways;
    const operands = info.operands?.length ?? 0;
    if (info.accessBytes !== undefined) this.#access(stack.at(-1 - operands) ?? OTHER);
    stack.length = Math.max(0, stack.length - (info.params?.length ?? operands + 1));
    for (let i = 0; i < info.results.length; i++) stack.push(OTHER);
    return true;
  }

  /** @param source what the address is */
  #access(source: number): void {
    const { op, info, memory, memOffset32: offset } = this.#reader;
    const isStore = info.results!.length === 0;
    const ordinal = this.#ordinal++;
    const certain = this.#ways.isCertain;
    if (isStore) this.#stores.push({ ordinal, source, certain });
    // What is loaded again has its offset written in 32 bits; a memory of 64 may have larger ones.
    if (source === OTHER || offset > MOST_OFFSET) return;
    const load = isStore ? LOADS.get(op) : op;
    if (load === undefined || !WHOLE.has(load)) {
      this.#mix(source, memory, offset, info.accessBytes!);
      return;
    }
    const key = `${source} ${memory} ${offset} ${load}`;
    let found = this.#found.get(key);
    if (found === undefined) {
      const isLocal = source >= 0;
      const base = isLocal ? source : -1;
      const constant = isLocal ? 0 : OTHER - 1 - source;
      const place = { memory, base, constant, offset, load };
      found = { place, weight: 0, last: ordinal, mixed: false };
      this.#found.set(key, found);
    }
    found.last = ordinal;
    if (!isStore) found.weight += certain ? 2 : 1;
  }

  /** An access of other than all bytes of a number: places that it overlaps are none. */
  #mix(source: number, memory: number, offset: number, bytes: number): void {
    for (const found of this.#found.values()) {
      const { place } = found;
      if (sourceOf(place) !== source || place.memory !== memory) continue;
      const distance = place.offset - offset;
      if (distance < bytes && distance > -8) found.mixed = true;
    }
  }
}

function sourceOf({ base, constant }: Omit<CarriedPlace, 'reloads'>): number {
  return base >= 0 ? base : OTHER - 1 - constant;
}

/** Bulk instructions and those of tables, behind the saturating truncations. */
function isBulk(op: number): boolean {
  return op >>> 16 === 0xfc && (op & 0xffff) > 7;
}
