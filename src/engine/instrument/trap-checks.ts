/**
 * What tells, before an instruction that can trap, whether it will: an i32 on the stack that is not
 * zero if so. Exactly then: the check is what a debugger sees as the trap.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { OpcodeSet } from '../../wasm/opcode-set.ts';
import { allOpcodes, Op } from '../../wasm/opcodes.ts';
import type { SizeCheck } from './bounds-check.ts';
import { type CheckContext, pushI64 } from './check-context.ts';
import { MemoryChecks } from './memory-checks.ts';
import { CONSTANT } from './operands.ts';
import { referenceCondition } from './reference-checks.ts';
import { arraySegmentCondition } from './segment-checks.ts';
import { TableChecks } from './table-checks.ts';
import { type Bounds, truncationBounds } from './truncation.ts';

export class TrapChecks {
  readonly #context: CheckContext;
  readonly #memory: MemoryChecks;
  readonly #table: TableChecks;

  constructor(context: CheckContext) {
    this.#context = context;
    this.#memory = new MemoryChecks(context);
    this.#table = new TableChecks(context);
  }

  /** The condition that was pushed has got its exit, whose flags are at an offset of the code. */
  left(flagsAt: number): void {
    this.#memory.left(flagsAt);
  }

  /** See `MemoryChecks`. */
  ahead(memory: number, value: number, bytes: number): SizeCheck | undefined {
    return this.#memory.ahead(memory, value, bytes);
  }

  /** Whether the instruction just read always traps. */
  static always(reader: InstructionReader): boolean {
    return reader.op === Op.unreachable;
  }

  /** Whether the instruction just read throws an exception: that is reported before it does. */
  static throws({ op }: InstructionReader): boolean {
    return op === Op.throw || op === Op.throwRef || op === Op.rethrow;
  }

  /** Pushes the condition and returns true, or returns false if the instruction cannot trap here. */
  condition(reader: InstructionReader): boolean {
    const { info, op } = reader;
    if (info.accessBytes !== undefined) return this.#memory.access(reader, info.accessBytes);
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
        return this.#table.indirect(reader);
      case Op.memoryFill:
        return this.#memory.fill(reader);
      case Op.memoryCopy:
        return this.#memory.copy(reader);
      case Op.memoryInit:
        return this.#memory.init(reader);
      case Op.tableGet:
        return this.#table.get(reader);
      case Op.tableSet:
        return this.#table.set(reader);
      case Op.tableFill:
        return this.#table.fill(reader);
      case Op.tableCopy:
        return this.#table.copy(reader);
      case Op.tableInit:
        return this.#table.init(reader);
      default: {
        const bounds = truncationBounds(op);
        if (bounds !== undefined) return this.#truncation(bounds);
        return (
          referenceCondition(this.#context, reader) || arraySegmentCondition(this.#context, reader)
        );
      }
    }
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
      if (wide) pushI64(out, -(1n << 63n));
      else out.i32Const(-0x8000_0000);
      out.op(wide ? Op.i64Eq : Op.i32Eq);
      this.#context.push(0);
      if (wide) pushI64(out, -1n);
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

  /** The value of an integer constant on the operand stack, signed. */
  #constant(height: number): bigint {
    const { module, operands } = this.#context;
    return readIntegerConstant(module.bytes, operands.starts[height]!);
  }
}

const NUMERIC_PREFIX = 0xfd;

/** What may trap or throw. Of the instructions with a prefix, all but those that only compute vectors. */
export const MAY_TRAP = new OpcodeSet([
  ...[Op.unreachable, Op.throw, Op.throwRef, Op.rethrow, Op.tableGet, Op.tableSet],
  ...[Op.callIndirect, Op.callRef, Op.returnCallIndirect, Op.returnCallRef, Op.refAsNonNull],
  ...allOpcodes()
    .filter(({ id, accessBytes }) => {
      if (accessBytes !== undefined || isDivision(id)) return true;
      if (truncationBounds(id) !== undefined) return true;
      return id > 0xff && id >>> 16 !== NUMERIC_PREFIX;
    })
    .map(({ id }) => id),
]);

/** Integer division or remainder. */
export function isDivision(op: number): boolean {
  return (op >= Op.i32DivS && op <= Op.i32RemU) || (op >= Op.i64DivS && op <= Op.i64RemU);
}

/** Value of the i32.const or i64.const at a byte offset, signed. */
export function readIntegerConstant(bytes: Uint8Array, offset: number): bigint {
  let value = 0n;
  let shift = 0n;
  for (let i = offset + 1; ; i++) {
    const byte = bytes[i]!;
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte < 0x80) return BigInt.asIntN(Number(shift), value);
  }
}
