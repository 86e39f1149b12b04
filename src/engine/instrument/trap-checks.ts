/**
 * What tells, before an instruction that can trap, whether it will: an i32 on the stack that is not
 * zero if so. Exactly then: the check is what a debugger sees as the trap.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import { BoundsFacts } from './bounds-facts.ts';
import type { CodeWriter } from './code.ts';
import { CONSTANT, type OperandStack } from './operands.ts';
import { referenceCondition } from './reference-checks.ts';
import { type Bounds, truncationBounds } from './truncation.ts';

/** What the checks need of the emitter. */
export interface CheckContext {
  readonly module: Module;
  readonly out: CodeWriter;
  readonly operands: OperandStack;
  /** Makes every operand's value available. */
  house(): void;
  /** Pushes the value of the operand `depth` below the top. */
  push(depth: number): void;
  /** The index in the emitted module of a table of the original. */
  table(index: number): number;
}

const PAGE_LOG2 = 16;

export class TrapChecks {
  readonly facts = new BoundsFacts();
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** Whether the instruction just read always traps. */
  static always(reader: InstructionReader): boolean {
    return reader.op === Op.unreachable;
  }

  /** Pushes the condition and returns true, or returns false if the instruction cannot trap here. */
  condition(reader: InstructionReader): boolean {
    const { info, op } = reader;
    if (info.accessBytes !== undefined) return this.#access(reader, info.accessBytes);
    switch (op) {
      case Op.i32DivS:
      case Op.i32DivU:
      case Op.i32RemS:
      case Op.i32RemU:
        return this.#division(op === Op.i32DivS, false);
      case Op.i64DivS:
      case Op.i64DivU:
      case Op.i64RemS:
      case Op.i64RemU:
        return this.#division(op === Op.i64DivS, true);
      case Op.callIndirect:
      case Op.returnCallIndirect:
        return this.#indirect(reader);
      case Op.memoryFill:
        return this.#range([[reader.index, 2]], 0);
      case Op.memoryCopy:
        return this.#range(
          [
            [reader.index, 2],
            [reader.index2, 1],
          ],
          0,
        );
      case Op.tableCopy:
        return this.#tableCopy(reader);
      default: {
        const bounds = truncationBounds(op);
        if (bounds !== undefined) return this.#truncation(bounds);
        return referenceCondition(this.#context, reader);
      }
    }
  }

  #access(reader: InstructionReader, bytes: number): boolean {
    const { module, operands, out } = this.#context;
    const { memory } = reader;
    const depth = reader.info.operands?.length ?? 0;
    const height = operands.height - 1 - depth;
    const { limits } = module.memories[memory]!.type;
    const span = reader.memOffset + BigInt(bytes);
    const source = operands.sources[height]!;
    const aligned = !isAtomic(reader) || bytes === 1;
    const covered = source >= 0 && this.facts.covers(memory, source, span);
    if (covered && aligned) return false;
    if (source >= 0 && !covered) this.facts.add(memory, source, span);
    this.#context.house();
    const push = (): void => this.#context.push(depth);
    if (limits.address === 'i64') this.#bounds64(memory, limits.min, span, push);
    else this.#bounds32(memory, limits.min, span, push);
    if (!aligned) {
      this.#misaligned(reader, bytes, limits.address === 'i64', push);
      out.op(Op.i32Or);
    }
    if (reader.op === Op.memoryAtomicWait32 || reader.op === Op.memoryAtomicWait64) {
      // Waiting on a memory that is not shared traps whatever the address.
      if (!limits.shared) {
        out.i32Const(1);
        out.op(Op.i32Or);
      }
    }
    return true;
  }

  /** A memory of at most 4 GiB: in 32 bits where the smallest memory holds the span, else in 64. */
  #bounds32(memory: number, minPages: bigint, span: bigint, push: () => void): void {
    const { out } = this.#context;
    push();
    if (minPages << BigInt(PAGE_LOG2) >= span) {
      // address > size - span; a size of exactly 2^32 wraps to 0 and the difference is right.
      this.#sizeInBytes(memory, false);
      out.i32Const(Number(BigInt.asIntN(32, span)));
      out.op(Op.i32Sub);
      out.op(Op.i32GtU);
      return;
    }
    out.op(Op.i64ExtendI32U);
    this.#i64(span);
    out.op(Op.i64Add);
    this.#sizeInBytes(memory, true);
    out.op(Op.i64GtU);
  }

  #bounds64(memory: number, minPages: bigint, span: bigint, push: () => void): void {
    const { out } = this.#context;
    push();
    this.#sizeInBytes64(memory);
    this.#i64(span);
    out.op(Op.i64Sub);
    out.op(Op.i64GtU);
    if (minPages << BigInt(PAGE_LOG2) >= span) return;
    this.#sizeInBytes64(memory);
    this.#i64(span);
    out.op(Op.i64LtU);
    out.op(Op.i32Or);
  }

  #misaligned(reader: InstructionReader, bytes: number, wide: boolean, push: () => void): void {
    const { out } = this.#context;
    push();
    const offset = reader.memOffset % BigInt(bytes);
    if (wide) out.op(Op.i32WrapI64);
    out.i32Const(Number(offset));
    out.op(Op.i32Add);
    out.i32Const(bytes - 1);
    out.op(Op.i32And);
    out.i32Const(0);
    out.op(Op.i32Ne);
  }

  #division(overflows: boolean, wide: boolean): boolean {
    const { operands, out } = this.#context;
    const top = operands.height - 1;
    const divisor = operands.sources[top] === CONSTANT ? this.#constant(top) : undefined;
    const mayBeZero = divisor === undefined || divisor === 0n;
    const mayOverflow = overflows && (divisor === undefined || divisor === -1n);
    if (!mayBeZero && !mayOverflow) return false;
    this.#context.house();
    if (mayBeZero) {
      this.#context.push(0);
      out.op(wide ? Op.i64Eqz : Op.i32Eqz);
    }
    if (mayOverflow) {
      this.#context.push(1);
      if (wide) this.#i64(-(1n << 63n));
      else out.i32Const(-0x8000_0000);
      out.op(wide ? Op.i64Eq : Op.i32Eq);
      this.#context.push(0);
      if (wide) this.#i64(-1n);
      else out.i32Const(-1);
      out.op(wide ? Op.i64Eq : Op.i32Eq);
      out.op(Op.i32And);
      if (mayBeZero) out.op(Op.i32Or);
    }
    return true;
  }

  /** Not (low < x and x < high), which a NaN fulfils too. */
  #truncation(bounds: Bounds): boolean {
    const { out } = this.#context;
    this.#context.house();
    this.#context.push(0);
    out.bytes(bounds.low);
    out.op(bounds.aboveLow);
    this.#context.push(0);
    out.bytes(bounds.high);
    out.op(bounds.belowHigh);
    out.op(Op.i32And);
    out.op(Op.i32Eqz);
    return true;
  }

  /** Beyond the table, null, or of another type: the last two are one `ref.test`. */
  #indirect(reader: InstructionReader): boolean {
    const { module, out } = this.#context;
    this.#context.house();
    const table = this.#context.table(reader.index2);
    this.#context.push(0);
    out.op(Op.tableSize);
    out.u32(table);
    const wide = module.tables[reader.index2]!.type.limits.address === 'i64';
    out.op(wide ? Op.i64GeU : Op.i32GeU);
    out.u8(Op.if);
    out.u8(0x7f);
    out.i32Const(1);
    out.op(Op.else);
    this.#context.push(0);
    out.op(Op.tableGet);
    out.u32(table);
    out.op(Op.refTest);
    writeHeapType(out, reader.index);
    out.op(Op.i32Eqz);
    out.end();
    return true;
  }

  /** memory.fill and memory.copy: for each memory, [address, address + length) at operand depths. */
  #range(
    ranges: readonly (readonly [memory: number, addressDepth: number])[],
    lengthDepth: number,
  ): boolean {
    const { module, out } = this.#context;
    this.#context.house();
    const wide = (memory: number): boolean =>
      module.memories[memory]!.type.limits.address === 'i64';
    // The length has the narrower of the two address types.
    const wideLength = ranges.every(([memory]) => wide(memory));
    ranges.forEach(([memory, depth], i) => {
      // address > size or length > size - address, all in 64 bits.
      this.#push64(depth, wide(memory));
      this.#sizeInBytes64or32(memory, wide(memory));
      out.op(Op.i64GtU);
      this.#push64(lengthDepth, wideLength);
      this.#sizeInBytes64or32(memory, wide(memory));
      this.#push64(depth, wide(memory));
      out.op(Op.i64Sub);
      out.op(Op.i64GtU);
      out.op(Op.i32Or);
      if (i > 0) out.op(Op.i32Or);
    });
    return true;
  }

  #tableCopy(reader: InstructionReader): boolean {
    const { module, out } = this.#context;
    this.#context.house();
    const wide = (table: number): boolean => module.tables[table]!.type.limits.address === 'i64';
    const sides = [
      [reader.index, 2],
      [reader.index2, 1],
    ] as const;
    const wideLength = sides.every(([table]) => wide(table));
    const size = (table: number): void => {
      out.op(Op.tableSize);
      out.u32(this.#context.table(table));
      if (!wide(table)) out.op(Op.i64ExtendI32U);
    };
    sides.forEach(([table, depth], i) => {
      this.#push64(depth, wide(table));
      size(table);
      out.op(Op.i64GtU);
      this.#push64(0, wideLength);
      size(table);
      this.#push64(depth, wide(table));
      out.op(Op.i64Sub);
      out.op(Op.i64GtU);
      out.op(Op.i32Or);
      if (i > 0) out.op(Op.i32Or);
    });
    return true;
  }

  #push64(depth: number, wide: boolean): void {
    this.#context.push(depth);
    if (!wide) this.#context.out.op(Op.i64ExtendI32U);
  }

  #sizeInBytes64or32(memory: number, wide: boolean): void {
    if (wide) this.#sizeInBytes64(memory);
    else this.#sizeInBytes(memory, true);
  }

  /** The size of a 32-bit memory: as an i32, modulo 2^32, or as an i64. */
  #sizeInBytes(memory: number, wide: boolean): void {
    const { out } = this.#context;
    out.op(Op.memorySize);
    out.u32(memory);
    if (wide) {
      out.op(Op.i64ExtendI32U);
      this.#i64(BigInt(PAGE_LOG2));
      out.op(Op.i64Shl);
    } else {
      out.i32Const(PAGE_LOG2);
      out.op(Op.i32Shl);
    }
  }

  #sizeInBytes64(memory: number): void {
    const { out } = this.#context;
    out.op(Op.memorySize);
    out.u32(memory);
    this.#i64(BigInt(PAGE_LOG2));
    out.op(Op.i64Shl);
  }

  #i64(value: bigint): void {
    this.#context.out.op(Op.i64Const);
    this.#context.out.s64(value);
  }

  /** The value of an integer constant on the operand stack, signed. */
  #constant(height: number): bigint {
    const { module, operands } = this.#context;
    return readIntegerConstant(module.bytes, operands.constantStart[height]!);
  }
}

/** Value of the i32.const or i64.const at a byte offset, signed. */
function readIntegerConstant(bytes: Uint8Array, offset: number): bigint {
  let value = 0n;
  let shift = 0n;
  for (let i = offset + 1; ; i++) {
    const byte = bytes[i]!;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) return BigInt.asIntN(Number(shift), value);
  }
}

function isAtomic(reader: InstructionReader): boolean {
  return reader.op >>> 16 === 0xfe;
}
