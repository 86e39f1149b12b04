/**
 * A cursor over the instructions of a function body or constant expression (core spec 3.0, section
 * 5.4).
 *
 * Decoding allocates nothing for common instructions: their immediates land in fields of the cursor.
 * 64-bit immediates are kept as numbers as long as they are short and become bigints when asked for.
 */

import { type BlockType, EMPTY_BLOCK, readBlockType } from './block-type.ts';
import { ByteReader } from './byte-reader.ts';
import { type CatchClause, readCatches } from './catch-clauses.ts';
import { WasmError } from './error.ts';
import {
  type ImmediateKind,
  isPrefix,
  Op,
  type Opcode,
  opcode,
  plainOpcode,
  prefixedOpcode,
} from './opcodes.ts';
import { readHeapType, readResultType } from './type-codec.ts';
import { FUNCREF, type HeapType, type RefType, refType, type ValType } from './types.ts';

const NO_LABELS: readonly number[] = Object.freeze([]);
const NO_CATCHES: readonly CatchClause[] = Object.freeze([]);
const NO_TYPES: readonly ValType[] = Object.freeze([]);
const NO_BYTES = new Uint8Array(0);
const UNREACHABLE: Opcode = opcode(Op.unreachable)!;

type FrequentKind =
  | ('none' | 'local' | 'i32' | 'memarg')
  | ('label' | 'func' | 'global' | 'block' | 'i64');

/**
 * Reads one instruction at a time. The fields describe the instruction last read; only those that
 * its immediate kind names are meaningful, the others hold what an earlier instruction left.
 */
export class InstructionReader {
  /** Opcode id, see {@link Opcode.id}. */
  op: number = Op.unreachable;
  /** Byte offset of the opcode. */
  pc = 0;
  /** Byte offset of the instruction after this one. */
  next: number;
  info: Opcode = UNREACHABLE;
  /** Byte offset behind the opcode. */
  immediatesStart = 0;

  /**
   * First index: label, function, type, local, global, table, tag, data or element segment; memory of
   * `memory.*`. Where there are two, the first one in the binary (call_indirect: type; memory.copy and
   * table.copy: destination; memory.init: data segment; table.init: element segment; struct.get: type).
   */
  index = 0;
  /** Second index (call_indirect: table; copies: source; memory.init: memory; array.new_fixed: length). */
  index2 = 0;
  blockType: BlockType = EMPTY_BLOCK;
  /** br_table: the targets, the default last. */
  labels: readonly number[] = NO_LABELS;
  catches: readonly CatchClause[] = NO_CATCHES;
  /** Alignment of a memory access as a power of two. */
  align = 0;
  /** Memory index of a memory access. */
  memory = 0;
  lane = 0;
  /** ref.null, ref.test, ref.cast (without its nullability, which the opcode says). */
  heap: HeapType = 'any';
  /** br_on_cast and br_on_cast_fail. */
  castFrom: RefType = FUNCREF;
  castTo: RefType = FUNCREF;
  selectTypes: readonly ValType[] = NO_TYPES;
  /** i32.const, signed; f32.const: its bits, signed. */
  i32 = 0;
  /** v128.const and i8x16.shuffle: 16 bytes, a view of the module. */
  immediateBytes: Uint8Array = NO_BYTES;

  readonly #input: ByteReader;
  /** The memarg offset or i64.const, as a number where it is short. */
  #short = 0;
  #long: bigint | undefined;
  /** Where a longer i64.const is, which hardly anybody asks for; -1: it has been read. */
  #longAt = -1;

  /** @throws RangeError if `start..end` is not within `bytes` */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#input = new ByteReader(bytes, start, end);
    this.next = start;
  }

  /** Continues reading at `offset`, the beginning of an instruction. */
  seek(offset: number): void {
    this.next = offset;
  }

  /** Offset of a memory access, in bytes. */
  get memOffset(): bigint {
    return this.#long ?? BigInt(this.#short);
  }

  /** The same as a number: exact where addresses are 32 bits wide. */
  get memOffset32(): number {
    return this.#long === undefined ? this.#short : Number(this.#long);
  }

  /** i64.const, signed; f64.const: its bits, signed. */
  get i64(): bigint {
    if (this.op === Op.f64Const) {
      const { buffer, byteOffset } = this.#input.source;
      return new DataView(buffer, byteOffset + this.immediatesStart, 8).getBigInt64(0, true);
    }
    if (this.#longAt >= 0) {
      this.#long = new ByteReader(this.#input.source, this.#longAt).s64();
      this.#longAt = -1;
    }
    return this.#long ?? BigInt(this.#short);
  }

  /**
   * Reads the instruction at `next`.
   *
   * @returns false at the end of the range
   * @throws WasmError if the opcode is unknown or an immediate malformed or cut off
   */
  read(): boolean {
    const input = this.#input;
    const pc = this.next;
    if (pc >= input.end) return false;
    input.offset = pc + 1;
    this.pc = pc;
    const first = input.source[pc]!;
    let info = plainOpcode(first);
    if (info === undefined) {
      if (!isPrefix(first)) throw unknownOpcode(first.toString(16), pc);
      const sub = input.u32();
      info = prefixedOpcode(first, sub);
      if (info === undefined) throw unknownOpcode(`${first.toString(16)} ${sub.toString(16)}`, pc);
    }
    this.info = info;
    this.op = info.id;
    this.immediatesStart = input.offset;
    this.#readImmediates(info, input);
    this.next = input.offset;
    return true;
  }

  // Ordered by how often compilers emit the kinds; what is rare stands apart, because V8 compiles a
  // function again when it comes to a case for the first time.
  #readImmediates(info: Opcode, input: ByteReader): void {
    switch (info.immediate) {
      case 'none':
        return;
      case 'local':
        this.index = input.u32();
        return;
      case 'i32':
        this.i32 = input.s32();
        return;
      case 'memarg':
        this.#readMemarg(input);
        return;
      case 'label':
      case 'func':
      case 'global':
        this.index = input.u32();
        return;
      case 'block':
        this.blockType = readBlockType(input);
        return;
      case 'i64':
        this.#readI64(input);
        return;
      default:
        this.#readSeldom(info.immediate, input);
    }
  }

  #readSeldom(immediate: Exclude<ImmediateKind, FrequentKind>, input: ByteReader): void {
    switch (immediate) {
      case 'type':
      case 'table':
      case 'memory':
      case 'data':
      case 'elem':
      case 'tag':
        this.index = input.u32();
        return;
      case 'f64':
        input.skip(8);
        return;
      case 'f32': {
        const at = input.offset;
        const bytes = input.source;
        input.skip(4);
        this.i32 =
          bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
        return;
      }
      case 'type-table':
      case 'table-table':
      case 'memory-memory':
      case 'data-memory':
      case 'elem-table':
      case 'type-field':
      case 'type-type':
      case 'type-data':
      case 'type-elem':
      case 'type-u32':
        this.index = input.u32();
        this.index2 = input.u32();
        return;
      case 'labels':
        this.labels = readLabels(input);
        return;
      case 'lane':
        this.lane = input.u8();
        return;
      case 'memarg-lane':
        this.#readMemarg(input);
        this.lane = input.u8();
        return;
      case 'shuffle':
      case 'v128':
        this.immediateBytes = input.bytes(16);
        return;
      case 'heap':
        this.heap = readHeapType(input);
        return;
      case 'select-types':
        this.selectTypes = readResultType(input);
        return;
      case 'try-table':
        this.blockType = readBlockType(input);
        this.catches = readCatches(input);
        return;
      case 'br-cast':
        this.#readBranchCast(input);
        return;
      case 'fence':
        if (input.u8() !== 0) throw new WasmError('zero byte expected', input.offset - 1);
        return;
      default:
        immediate satisfies never;
    }
  }

  #readMemarg(input: ByteReader): void {
    const at = input.offset;
    const flags = input.u32();
    if (flags >= 0x80) throw new WasmError('malformed memop flags', at);
    // Bit 6 says that a memory index follows (multi-memory); the alignment is in the others.
    this.align = flags & 0x3f;
    this.memory = flags & 0x40 ? input.u32() : 0;
    const start = input.offset;
    const byte = input.u8();
    if (byte < 0x80) {
      this.#short = byte;
      this.#long = undefined;
      return;
    }
    // The width of an offset is that of the memory's addresses, which only validation can check.
    let value = byte & 0x7f;
    for (let scale = 0x80; scale <= 0x20_0000; scale *= 0x80) {
      const more = input.u8();
      value += (more & 0x7f) * scale;
      if (more < 0x80) {
        this.#short = value;
        this.#long = undefined;
        return;
      }
    }
    input.offset = start;
    this.#long = input.u64();
  }

  #readI64(input: ByteReader): void {
    const start = input.offset;
    this.#longAt = -1;
    let value = 0;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = input.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const unused = 25 - shift;
        this.#short = (value << unused) >> unused;
        this.#long = undefined;
        return;
      }
    }
    this.#longAt = start;
    input.offset = start;
    input.skipS64();
  }

  #readBranchCast(input: ByteReader): void {
    const at = input.offset;
    const flags = input.u8();
    if (flags > 3) throw new WasmError(`malformed cast flags ${flags}`, at);
    this.index = input.u32();
    this.castFrom = refType((flags & 1) !== 0, readHeapType(input));
    this.castTo = refType((flags & 2) !== 0, readHeapType(input));
  }
}

function unknownOpcode(hex: string, pc: number): WasmError {
  return new WasmError(`illegal opcode ${hex}`, pc);
}

function readLabels(input: ByteReader): number[] {
  const labels: number[] = [];
  // The default label follows the counted ones.
  for (let rest = input.count('labels'); rest >= 0; rest--) labels.push(input.u32());
  return labels;
}
