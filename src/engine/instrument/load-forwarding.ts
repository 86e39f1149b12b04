/**
 * Emits a local in place of a load where that is known to hold the bytes: no access, and no check of
 * its bounds. Code that no compiler has optimized keeps every variable in memory and loads it for each
 * use, and V8 never takes one load of a memory for another.
 *
 * Only locals of the program hold bytes. To keep in others what loads and stores have on the stack made
 * no program faster, and some slower by a twentieth: V8 has more values in registers then.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { AddressValues } from './address-values.ts';
import { CarriedPlaces } from './carried-places.ts';
import type { Construct } from './construct.ts';
import type { Dominance } from './dominance.ts';
import { isAtomic } from './memory-checks.ts';
import { type MemoryFact, MemoryFacts, Place } from './memory-facts.ts';
import { CONSTANT, DERIVED, SLOT } from './operands.ts';
import type { VersionWriter } from './version-writer.ts';

/** By store: the load that reads what it writes; narrow ones, of which it makes something, themselves. */
const CONTENTS = new Map<number, number>([
  [Op.i32Store, Op.i32Load],
  [Op.i64Store, Op.i64Load],
  [Op.f32Store, Op.f32Load],
  [Op.f64Store, Op.f64Load],
  [Op.i32Store8, Op.i32Store8],
  [Op.i32Store16, Op.i32Store16],
]);

/** In optimized code, a smaller part of the loads than one in so many is repeated. */
const SELDOM = 16;
/** Of so many loads one is repeated, or nothing more is looked for. */
const TRIED = 32;

export class LoadForwarding {
  readonly #code: VersionWriter;
  readonly #values: AddressValues;
  readonly #facts: MemoryFacts;
  readonly #carried: CarriedPlaces;
  /** What loops carry is: not where a debugger may write to memory between two instructions. */
  readonly #carries: boolean;
  #enabled: boolean;
  /** The place of the access just read, if `#hasPlace`. */
  readonly #place = new Place();
  #hasPlace = false;
  /** Number of plain loads so far, and of those of what was loaded or stored just before. */
  #loads = 0;
  #repeated = 0;

  constructor(code: VersionWriter, dominance: Dominance, values: AddressValues) {
    this.#code = code;
    this.#values = values;
    this.#facts = new MemoryFacts(dominance);
    this.#carried = new CarriedPlaces(code, dominance, values, this.#facts);
    this.#carries = code.options.hooks === 'none';
    // Where a version stops everywhere, a debugger may write to memory everywhere.
    this.#enabled = code.plan.limits.forwardLoads && code.options.hooks !== 'all';
  }

  /** The version has been emitted. */
  release(): void {
    this.#facts.release();
  }

  /** Anything may be written to memory: by a call, by a debugger, on the way back to a loop. */
  forget(): void {
    this.#facts.clear();
    this.#carried.forget();
  }

  /** Before a `loop`, what its rounds will find in locals is loaded. */
  beforeLoop(reader: InstructionReader): void {
    if (this.#enabled && this.#carries) this.#carried.prepare(reader);
    this.#facts.clear();
  }

  /** Behind its header. */
  beginLoop(): void {
    this.#carried.begin();
  }

  /** Before a branch to a construct. */
  branch(target: Construct): void {
    this.#carried.branch(target);
  }

  /** Before the end of a construct. */
  endConstruct(construct: Construct): void {
    this.#carried.end(construct);
  }

  /**
   * So many bytes may be written, from an address on that is an i32.
   *
   * @param value what is known of the address, see `AddressValues`
   */
  overwrite(memory: number, value: number, bytes: number): void {
    if (!this.#enabled) return;
    const place = this.#placeAt(memory, false, value, 0, bytes);
    this.#facts.overwrite(place);
    this.#carried.overwritten(place, undefined);
  }

  /** A local of the function's own gets the operand on top, before it is popped. */
  write(local: number): void {
    if (!this.#enabled || local >= this.#code.registers) return;
    const { operands } = this.#code.walker;
    const top = operands.height - 1;
    this.#facts.write(local, isComputed(operands.sources[top]!) ? operands.values[top]! : 0);
  }

  /**
   * Emits what the instruction just read would push, if it is a load of what is known.
   *
   * @returns false: it is needed, nothing is emitted
   */
  forward(reader: InstructionReader): boolean {
    if (!isPlainLoad(reader.op)) return false;
    this.#hasPlace = this.#enabled && this.#locate(reader, 0);
    if (!this.#hasPlace) return false;
    if (this.#loads++ >= TRIED && !this.#isUnoptimized) {
      this.#hasPlace = false;
      this.#enabled = false;
      this.#facts.clear();
      return false;
    }
    const carried = this.#carried.take(this.#place, reader.op);
    if (carried !== undefined) {
      this.#repeated++;
      this.#pushed(reader, carried);
      return true;
    }
    const fact = this.#facts.latest(this.#place);
    if (fact === undefined || !this.#facts.holds(fact) || !isReadBy(fact, reader.op)) return false;
    const holder = this.#facts.holder(fact);
    if (holder < 0 && fact.constantStart < 0) return false;
    const { out, plan } = this.#code;
    this.#repeated++;
    // A part of it is another value.
    const value = fact.op === reader.op ? fact.value : this.#values.result(reader.op);
    out.op(Op.drop);
    // A local of the function is not always emitted as one of its type.
    if (holder >= 0) this.#code.frame.pushLocal(holder);
    else out.bytes(plan.module.bytes, fact.constantStart, fact.constantEnd);
    this.#narrow(reader.op, fact.op);
    this.#pushed(reader, value);
    return true;
  }

  #pushed(reader: InstructionReader, value: number): void {
    const { walker } = this.#code;
    walker.apply(reader);
    walker.operands.values[walker.operands.height - 1] = value;
  }

  /** Emits the instruction just read, if it is a load that `forward` was asked for, or a store. */
  emit(reader: InstructionReader): boolean {
    const { op } = reader;
    if (isPlainLoad(op)) this.#load(reader);
    else if (isPlainStore(op)) this.#store(reader);
    else {
      if (mayWriteMemory(reader)) this.forget();
      return false;
    }
    return true;
  }

  #load(reader: InstructionReader): void {
    const { walker } = this.#code;
    const { operands } = walker;
    const value = this.#values.result(reader.op);
    this.#code.copy(reader);
    walker.apply(reader);
    const top = operands.height - 1;
    operands.values[top] = value;
    if (!this.#hasPlace) return;
    const place = this.#place;
    let fact = this.#facts.latest(place);
    if (fact === undefined || fact.op !== reader.op || !this.#facts.holds(fact)) {
      fact = this.#facts.add(place, reader.op, this.#values.operand(top));
    } else {
      this.#repeated++;
    }
    operands.values[top] = fact.value;
    this.#carried.keep(place, reader.op, fact.value);
  }

  #store(reader: InstructionReader): void {
    const first = this.#code.out.length;
    const place = this.#enabled ? this.#note(reader) : undefined;
    this.#code.copy(reader, first);
    this.#code.walker.apply(reader);
    this.#carried.overwritten(place, CONTENTS.get(reader.op));
  }

  /** @returns where it stores; undefined: anywhere */
  #note(reader: InstructionReader): Place | undefined {
    const { operands } = this.#code.walker;
    const place = this.#locate(reader, 1) ? this.#place : undefined;
    const op = CONTENTS.get(reader.op);
    if (place === undefined || op === undefined) {
      this.#facts.overwrite(place);
      return place;
    }
    const top = operands.height - 1;
    const source = operands.sources[top]!;
    const value = this.#values.operand(top);
    const holder = isComputed(source) ? this.#facts.holderOf(value) : source;
    this.#facts.overwrite(place);
    const fact = this.#facts.add(place, op, value);
    if (source === CONSTANT) {
      fact.constantStart = operands.starts[top]!;
      fact.constantEnd = operands.ends[top]!;
    } else if (holder >= 0 && holder < this.#code.registers) {
      this.#facts.setLocal(fact, holder);
    }
    this.#carried.keep(place, op, value);
    return place;
  }

  /** Loads are repeated often. */
  get #isUnoptimized(): boolean {
    return this.#repeated * SELDOM > this.#loads;
  }

  /** Finds the place of the access just read, whose address is below so many operands. */
  #locate(reader: InstructionReader, depth: number): boolean {
    const { plan, walker } = this.#code;
    const { limits } = plan.module.memories[reader.memory]!.type;
    const offset = reader.memOffset32;
    // Other threads may write to shared memory.
    if (limits.shared || !Number.isSafeInteger(offset)) return false;
    const value = this.#values.operand(walker.operands.height - 1 - depth);
    const isWide = limits.address === 'i64';
    this.#placeAt(reader.memory, isWide, value, offset, reader.info.accessBytes!);
    return true;
  }

  /** Sets `#place`, see there. */
  #placeAt(memory: number, wide: boolean, value: number, offset: number, bytes: number): Place {
    const place = this.#place;
    place.memory = memory;
    place.wide = wide;
    place.base = this.#values.base(value);
    place.constant = this.#values.constant(value);
    place.offset = offset;
    place.bytes = bytes;
    return place;
  }

  /** Of a value that a narrow store has written, makes what a load of its bytes reads. */
  #narrow(load: number, store: number): void {
    const { out } = this.#code;
    if (load === Op.i32Load8U || load === Op.i32Load16U) {
      if (store === load) return;
      out.i32Const(load === Op.i32Load8U ? 0xff : 0xffff);
      out.op(Op.i32And);
    } else if (load === Op.i32Load8S || load === Op.i32Load16S) {
      if (store === load) return;
      out.op(load === Op.i32Load8S ? Op.i32Extend8S : Op.i32Extend16S);
    }
  }
}

/** Neither a constant nor a local. */
function isComputed(source: number): boolean {
  return source === SLOT || source === DERIVED;
}

/** Whether a load reads what is known of a place, or what can be made of that. */
function isReadBy({ op }: MemoryFact, load: number): boolean {
  if (op === Op.i32Store8) return load === Op.i32Load8U || load === Op.i32Load8S;
  if (op === Op.i32Store16) return load === Op.i32Load16U || load === Op.i32Load16S;
  return op === load;
}

/** The plain loads and stores of numbers are next to each other. */
function isPlainLoad(op: number): boolean {
  return op >= Op.i32Load && op <= Op.i64Load32U;
}

function isPlainStore(op: number): boolean {
  return op >= Op.i32Store && op <= Op.i64Store32;
}

/** Whether another instruction than those may write to memory, and is no call. */
function mayWriteMemory({ op, info }: InstructionReader): boolean {
  if (op <= 0xff) return false;
  if (op === Op.memoryFill || op === Op.memoryCopy || op === Op.memoryInit) return true;
  if (info.accessBytes === undefined) return false;
  return isAtomic(op) || info.results!.length === 0;
}
