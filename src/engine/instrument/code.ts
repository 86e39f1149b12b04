/**
 * Writing instructions: the few that instrumentation adds, with the debug memory's index and the
 * sequence of scratch locals that one emitted function needs.
 */
import { EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeValType } from '../../wasm/type-codec.ts';
import { EXNREF, I32, I64, type NumType, type ValType } from '../../wasm/types.ts';
import { storageType } from './references.ts';

// In the order of `ordinal`. By the names of types, V8 would look them up in a hash table each time.
const ALIGN_LOG2 = [2, 3, 2, 3, 4] as const;
const LOAD = [Op.i32Load, Op.i64Load, Op.f32Load, Op.f64Load, Op.v128Load] as const;
const STORE = [Op.i32Store, Op.i64Store, Op.f32Store, Op.f64Store, Op.v128Store] as const;

function ordinal({ kind }: NumType): 0 | 1 | 2 | 3 | 4 {
  if (kind === 'i32') return 0;
  if (kind === 'i64') return 1;
  if (kind === 'f32') return 2;
  return kind === 'f64' ? 3 : 4;
}

export class CodeWriter extends ByteWriter {
  readonly #memory: number;

  /**
   * @param debugMemory index of the debug memory in the module that the code goes into
   * @param room as for `ByteWriter`
   */
  constructor(debugMemory: number, room: number | Uint8Array<ArrayBuffer> = 256) {
    super(room);
    this.#memory = debugMemory;
  }

  op(id: number): void {
    if (id <= 0xff) this.u8(id);
    else {
      this.u8(id >>> 16);
      this.u32(id & 0xffff);
    }
  }

  i32Const(value: number): void {
    this.u8(Op.i32Const);
    this.s32(value);
  }

  i64Const(value: bigint): void {
    this.u8(Op.i64Const);
    this.s64(value);
  }

  localGet(index: number): void {
    this.u8(Op.localGet);
    this.u32(index);
  }

  localSet(index: number): void {
    this.u8(Op.localSet);
    this.u32(index);
  }

  localTee(index: number): void {
    this.u8(Op.localTee);
    this.u32(index);
  }

  brIf(depth: number): void {
    this.u8(Op.brIf);
    this.u32(depth);
  }

  br(depth: number): void {
    this.u8(Op.br);
    this.u32(depth);
  }

  end(): void {
    this.u8(Op.end);
  }

  /** A locals vector, one run for each type. */
  localTypes(types: readonly ValType[]): void {
    this.u32(types.length);
    for (const type of types) {
      this.u32(1);
      writeValType(this, type);
    }
  }

  /** `if` without parameters and results. */
  if(): void {
    this.u8(Op.if);
    this.u8(EMPTY_BLOCK_TYPE);
  }

  /** `block` without parameters. */
  block(result?: ValType): void {
    this.u8(Op.block);
    if (result === undefined) this.u8(EMPTY_BLOCK_TYPE);
    else writeValType(this, result);
  }

  callIndirect(op: number, type: number, table: number): void {
    this.u8(op);
    this.u32(type);
    this.u32(table);
  }

  /** Load from the debug memory; the address is on the stack. */
  load(type: NumType, offset: number): void {
    const index = ordinal(type);
    this.op(LOAD[index]);
    this.#memarg(ALIGN_LOG2[index], offset);
  }

  /** Load of a byte of the debug memory that is certain to be made; the address is on the stack. */
  loadByteAtomically(): void {
    this.op(Op.i32AtomicLoad8U);
    this.#memarg(0, 0);
  }

  /**
   * Whether a byte of the debug memory has a value (0 to 255); the address is on the stack. Compared as
   * an i64: as an i32, V8 makes the load an operand of the comparison, and then loads once more.
   */
  isByte(offset: number, value: number): void {
    this.#compareByte(offset, value, Op.i64Eq);
  }

  /** The same, whether it has another value. */
  isNotByte(offset: number, value: number): void {
    this.#compareByte(offset, value, Op.i64Ne);
  }

  #compareByte(offset: number, value: number, comparison: number): void {
    this.op(Op.i64Load8U);
    this.#memarg(0, offset);
    this.op(Op.i64Const);
    this.s64(BigInt(value));
    this.op(comparison);
  }

  /** Store to the debug memory; the address and the value are on the stack. */
  store(type: NumType, offset: number): void {
    const index = ordinal(type);
    this.op(STORE[index]);
    this.#memarg(ALIGN_LOG2[index], offset);
  }

  /**
   * Load of a limit word, which another thread may write. Not atomic: V8 checks the alignment of an
   * atomic access with four instructions, at each of the polls that every loop and call has. It
   * takes one load of a memory for another only where nothing but plain code is in between, and not in
   * another round of a loop, as it does with globals, where it removes the poll; that it stays so is
   * tested with loops that nothing but an interrupt ends.
   */
  loadLimit(address: number): void {
    this.i32Const(0);
    this.u8(Op.i32Load);
    this.#memarg(2, address);
  }

  /** Not 0 if the limit word makes its code leave whatever its frame: shorter than a comparison. */
  pollLimit(address: number): void {
    this.i32Const(0);
    this.op(Op.i32Load8U);
    this.#memarg(0, address);
  }

  #memarg(alignLog2: number, offset: number): void {
    if (this.#memory === 0) this.u8(alignLog2);
    else {
      this.u8(alignLog2 | 0x40);
      this.u32(this.#memory);
    }
    this.u32(offset);
  }
}

/** Scratch locals that every version has. */
export const FIXED_SCRATCH = 3;
/** How many more one with several calls has. */
export const CALL_SCRATCH = 1;

/** How many more a version with counted loops has. */
export const CHUNK_SCRATCH = 3;

/** How many more one whose loops hand on so many places at most: they are of four types. */
export function carriedScratch(places: number): number {
  return 4 * places;
}

export interface ChunkLocals {
  /** Rounds of this chunk (i32). */
  readonly rounds: number;
  /** What the counter is after them (i32). */
  readonly end: number;
  /** i64. */
  readonly distance: number;
}

/** Locals that instrumentation adds to a function's own, and where those are then. */
export class ScratchLocals {
  /** The frame's base address (i32). */
  readonly framePointer: number;
  /** The index of the frame in the arrays of references (i32); only set where the function has some. */
  readonly referenceIndex: number;
  /** The number of the exit that was taken, or the result of a hook (i32). */
  readonly pc: number;
  readonly #first: number;
  readonly #types: ValType[];
  /** From this one on, the function's own locals have the next index: it is the frame pointer's. */
  readonly #shiftedFrom: number;
  readonly #exceptions: number[] = [];
  // Most functions need none of these.
  #homes: Map<ValType, number[]> | undefined;
  #carriers: Map<ValType, number> | undefined;
  #carried: Map<ValType, number[]> | undefined;
  #chunk: ChunkLocals | undefined;
  #calleeFrame: number | undefined;

  /**
   * @param own number of the function's own
   * @param parameter the index of the frame pointer if it is a parameter: the last one
   */
  constructor(own: number, parameter?: number) {
    this.#shiftedFrom = parameter ?? own;
    if (parameter === undefined) {
      this.#types = [I32, I32, I32];
      this.#first = own;
      this.framePointer = own;
    } else {
      this.#types = [I32, I32];
      this.#first = own + 1;
      this.framePointer = parameter;
    }
    this.referenceIndex = this.#first + this.#types.length - 1;
    this.pc = this.referenceIndex - 1;
  }

  /** The index of one of the function's own locals. */
  own(local: number): number {
    return local < this.#shiftedFrom ? local : local + 1;
  }

  /** The index of a scratch local for operands of a type; different for different ordinals. */
  home(valueType: ValType, ordinal: number): number {
    const type = storageType(valueType);
    this.#homes ??= new Map();
    return this.#numbered(this.#homes, type, ordinal);
  }

  /** The local of a type for a value between two instructions. */
  carrier(valueType: ValType): number {
    const type = storageType(valueType);
    this.#carriers ??= new Map();
    let local = this.#carriers.get(type);
    if (local === undefined) {
      local = this.#add(type);
      this.#carriers.set(type, local);
    }
    return local;
  }

  /** The locals of the chunk of a counted loop; there is one such loop at a time. */
  chunk(): ChunkLocals {
    this.#chunk ??= { rounds: this.#add(I32), end: this.#add(I32), distance: this.#add(I64) };
    return this.#chunk;
  }

  /** The local of a type for what a loop carries in place of memory; different for different ordinals. */
  carried(type: NumType, ordinal: number): number {
    this.#carried ??= new Map();
    return this.#numbered(this.#carried, type, ordinal);
  }

  /** The local for the frame pointer of callees (i32). */
  calleeFrame(): number {
    this.#calleeFrame ??= this.#add(I32);
    return this.#calleeFrame;
  }

  /** The local for the exception that a legacy handler inside `inside` others has caught. */
  exception(inside: number): number {
    let local = this.#exceptions[inside];
    if (local === undefined) {
      local = this.#add(EXNREF);
      this.#exceptions[inside] = local;
    }
    return local;
  }

  /** Writes a locals vector: `own` of the function's, then these. */
  encode(own: readonly ValType[], out: ByteWriter): void {
    const count = own.length + this.#types.length;
    let runs = 0;
    for (let i = 0; i < count; i = this.#runEnd(own, i)) runs++;
    out.u32(runs);
    for (let i = 0; i < count; ) {
      const end = this.#runEnd(own, i);
      out.u32(end - i);
      writeValType(out, this.#typeAt(own, i));
      i = end;
    }
  }

  #typeAt(own: readonly ValType[], i: number): ValType {
    return i < own.length ? storageType(own[i]!) : this.#types[i - own.length]!;
  }

  /** The first of the locals behind `start` that has another type. */
  #runEnd(own: readonly ValType[], start: number): number {
    const count = own.length + this.#types.length;
    const type = this.#typeAt(own, start);
    let end = start + 1;
    while (end < count && this.#typeAt(own, end) === type) end++;
    return end;
  }

  #numbered(byType: Map<ValType, number[]>, type: ValType, ordinal: number): number {
    let locals = byType.get(type);
    if (locals === undefined) {
      locals = [];
      byType.set(type, locals);
    }
    locals[ordinal] ??= this.#add(type);
    return locals[ordinal];
  }

  #add(type: ValType): number {
    return this.#first + this.#types.push(type) - 1;
  }
}
