/**
 * Places in memory whose content the rounds of an innermost loop hand on in scratch locals: their loads
 * become reads of a local, and a value goes from a store to the next round without going through
 * memory. Variables of unoptimized code are such, and every round of its loops waits for their stores.
 *
 * All stores stay, so memory is at each exit what it has to be. A local equals its place from where it
 * got the value on, in what that dominates, until something else may write there; where that is so at
 * a branch back to the header, the place is loaded again.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { F32, F64, I32, I64, type NumType } from '../../wasm/types.ts';
import type { AddressValues } from './address-values.ts';
import { type CarriedPlace, carriedPlaces, MOST_CARRIED_BYTES } from './carried-scan.ts';
import type { Construct } from './construct.ts';
import type { Dominance } from './dominance.ts';
import { type MemoryFacts, Place } from './memory-facts.ts';
import type { VersionWriter } from './version-writer.ts';

/** Numbers by the load of all their bytes. */
const NUMBERS = new Map<number, { type: NumType; bytes: number; alignLog2: number }>([
  [Op.i32Load, { type: I32, bytes: 4, alignLog2: 2 }],
  [Op.i64Load, { type: I64, bytes: 8, alignLog2: 3 }],
  [Op.f32Load, { type: F32, bytes: 4, alignLog2: 2 }],
  [Op.f64Load, { type: F64, bytes: 8, alignLog2: 3 }],
]);

/** A moment that dominates none. */
const NEVER = -1;

interface Carried {
  readonly from: CarriedPlace;
  readonly place: Place;
  readonly local: number;
  /** It equals the place since `time`, where that dominates. */
  valid: boolean;
  time: number;
  /** What is known of the content, and since when; see `AddressValues`. */
  value: number;
  valueTime: number;
}

export class CarriedPlaces {
  readonly #code: VersionWriter;
  readonly #dominance: Dominance;
  readonly #values: AddressValues;
  readonly #facts: MemoryFacts;
  readonly #carried: Carried[] = [];
  /** The loop, behind its header. */
  #loop: Construct | undefined;

  constructor(
    code: VersionWriter,
    dominance: Dominance,
    values: AddressValues,
    facts: MemoryFacts,
  ) {
    this.#code = code;
    this.#dominance = dominance;
    this.#values = values;
    this.#facts = facts;
  }

  /** Before a loop: loads what its rounds will hand on, of places that are known to be in bounds. */
  prepare({ pc }: InstructionReader): void {
    this.#end();
    const { plan, walker } = this.#code;
    if (!walker.reachable) return;
    const effects = plan.loops.get(pc);
    const most = plan.limits.carriedPlaces;
    if (most === 0 || effects === undefined) return;
    if (effects.hasCall || effects.hasLoop || effects.end - pc > MOST_CARRIED_BYTES) return;
    for (const from of carriedPlaces(plan.module, pc, plan.body.end, effects.writes, most)) {
      this.#load(from);
    }
  }

  #load(from: CarriedPlace): void {
    const { plan, out, scratch, registers } = this.#code;
    const { limits } = plan.module.memories[from.memory]!.type;
    const wide = limits.address === 'i64';
    if (limits.shared || from.base >= registers || (wide && from.base < 0)) return;
    const { type, bytes } = NUMBERS.get(from.load)!;
    const address =
      from.base < 0 ? this.#values.absolute(from.constant) : this.#values.local(from.base);
    const place = new Place();
    place.memory = from.memory;
    place.wide = wide;
    place.base = this.#values.base(address);
    place.constant = this.#values.constant(address);
    place.offset = from.offset;
    place.bytes = bytes;
    const fact = this.#facts.latest(place);
    // Of a place that has not been accessed, nobody knows whether it is in bounds.
    if (fact === undefined || !this.#dominance.holds(fact.time)) return;
    const local = scratch.carried(type, this.#carried.length);
    this.#carried.push({
      from,
      place,
      local,
      valid: true,
      time: 0,
      value: 0,
      valueTime: NEVER,
    });
    const holder = this.#facts.holds(fact) && fact.op === from.load ? this.#facts.holder(fact) : -1;
    if (holder >= 0) this.#code.frame.pushLocal(holder);
    else this.#pushContent(from);
    out.localSet(local);
  }

  /** Behind the header of the loop: what has been loaded is in the locals. */
  begin(): void {
    if (this.#carried.length === 0) return;
    const time = this.#dominance.tick();
    for (const carried of this.#carried) carried.time = time;
    this.#loop = this.#code.walker.innermost;
  }

  /** Before a branch to a construct: back to the header, all places are in their locals. */
  branch(target: Construct): void {
    if (target !== this.#loop) return;
    for (const carried of this.#carried) {
      if (!this.#holds(carried)) this.#reload(carried);
    }
  }

  /** A construct ends. */
  end(construct: Construct): void {
    if (construct === this.#loop) this.#end();
  }

  #end(): void {
    this.#carried.length = 0;
    this.#loop = undefined;
  }

  /** The next instruction may write anything. */
  forget(): void {
    for (const carried of this.#carried) carried.valid = false;
  }

  /**
   * Emits what a load of a place would push, with the address on the stack.
   *
   * @returns the number of the value, see `AddressValues`; undefined: no local has it, nothing is
   *   emitted
   */
  take(place: Place, load: number): number | undefined {
    const carried = this.#find(place, load);
    if (carried === undefined || !this.#holds(carried)) return undefined;
    const { out } = this.#code;
    out.op(Op.drop);
    out.localGet(carried.local);
    if (!this.#dominance.holds(carried.valueTime)) this.#know(carried, this.#values.unknown());
    return carried.value;
  }

  /**
   * The content of a place is on the stack: behind a load, or before a store.
   *
   * @param value its number, see `AddressValues`
   */
  keep(place: Place, load: number, value: number): void {
    const carried = this.#find(place, load);
    if (carried === undefined) return;
    this.#code.out.localTee(carried.local);
    if (!this.#holds(carried)) {
      carried.valid = true;
      carried.time = this.#dominance.tick();
    }
    this.#know(carried, value);
  }

  /**
   * Bytes are written by the instruction just emitted; undefined: anywhere.
   *
   * @param load the load that reads them; undefined: none does
   */
  overwritten(place: Place | undefined, load: number | undefined): void {
    for (const carried of this.#carried) {
      if (place !== undefined) {
        if (carried.from.load === load && carried.place.equals(place)) continue;
        if (!carried.place.mayOverlap(place)) continue;
      }
      const { valid } = carried;
      carried.valid = false;
      if (valid && carried.from.reloads && this.#holdsTime(carried)) this.#reload(carried);
    }
  }

  #reload(carried: Carried): void {
    this.#pushContent(carried.from);
    this.#code.out.localSet(carried.local);
    carried.valid = true;
    carried.valueTime = NEVER;
    if (!this.#holdsTime(carried)) carried.time = this.#dominance.tick();
  }

  #pushContent({ base, constant, memory, offset, load }: CarriedPlace): void {
    const { out, frame } = this.#code;
    if (base < 0) out.i32Const(constant);
    else frame.pushLocal(base);
    out.op(load);
    const { alignLog2 } = NUMBERS.get(load)!;
    out.u8(memory === 0 ? alignLog2 : alignLog2 | 0x40);
    if (memory > 0) out.u32(memory);
    out.u32(offset);
  }

  #know(carried: Carried, value: number): void {
    carried.value = value;
    carried.valueTime = this.#dominance.tick();
  }

  #find(place: Place, load: number): Carried | undefined {
    return this.#carried.find(({ from, place: own }) => from.load === load && own.equals(place));
  }

  #holds(carried: Carried): boolean {
    return carried.valid && this.#holdsTime(carried);
  }

  #holdsTime({ time }: Carried): boolean {
    return this.#dominance.holds(time);
  }
}
