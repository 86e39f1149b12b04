/** What the checks before instructions that can trap share. */
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { AddressValues } from './address-values.ts';
import type { CodeWriter } from './code.ts';
import type { Dominance } from './dominance.ts';
import type { MemoryLimit } from './memory-limits.ts';
import type { OperandStack } from './operands.ts';
import type { SegmentKind } from './segments.ts';
import type { SignatureTest } from './signature-tables.ts';

/** What the checks need of the emitter. */
export interface CheckContext {
  readonly module: Module;
  readonly out: CodeWriter;
  readonly operands: OperandStack;
  readonly dominance: Dominance;
  readonly values: AddressValues;
  /** Whether a check before the instruction at a pc may be one for accesses behind it as well. */
  mayLookAhead(pc: number): boolean;
  /** Bytes that such a check is for, at least. */
  readonly leastSpan: number;
  /** How far into a memory accesses certainly may reach, if that is known without its size. */
  readonly memoryLimit: (memory: number) => MemoryLimit | undefined;
  /** Makes every operand's value available, before the condition is pushed. */
  house(): void;
  /** Pushes the value of the operand `depth` below the top. */
  push(depth: number): void;
  /** The index in the emitted module of a table of the original. */
  table(index: number): number;
  /** How code tells that an element of a table of the original certainly has a type, if it can. */
  signature(table: number, typeIndex: number): SignatureTest | undefined;
  /** The index in the emitted module of the global with a segment's length; undefined: it is 0. */
  segmentLength(kind: SegmentKind, index: number): number | undefined;
}

/** Where a bulk instruction reads or writes. */
export interface Side {
  /** How far below the top of the operand stack its first index or address is. */
  readonly depth: number;
  /** That operand is an i64. */
  readonly wide: boolean;
  /** Pushes the present size as an i64. */
  size(): void;
}

/**
 * Pushes whether a bulk instruction reaches beyond the end on any side: first + length > size or, where
 * that may wrap around, first > size or length > size - first, all in 64 bits. The length is the operand
 * on top: an i32 if any side's index or address is.
 */
export function pushBeyond(context: CheckContext, sides: readonly Side[]): void {
  const { out } = context;
  const push64 = (depth: number, wide: boolean): void => {
    context.push(depth);
    if (!wide) out.op(Op.i64ExtendI32U);
  };
  context.house();
  // The length has the narrower of the address types.
  const wideLength = sides.every(({ wide }) => wide);
  sides.forEach(({ depth, wide, size }, i) => {
    push64(depth, wide);
    if (!wide) {
      push64(0, false);
      out.op(Op.i64Add);
    }
    size();
    out.op(Op.i64GtU);
    if (wide) {
      push64(0, wideLength);
      size();
      push64(depth, true);
      out.op(Op.i64Sub);
      out.op(Op.i64GtU);
      out.op(Op.i32Or);
    }
    if (i > 0) out.op(Op.i32Or);
  });
}

/** The side of a segment: its present length, in bytes or elements. */
export function segmentSide(
  context: CheckContext,
  kind: SegmentKind,
  index: number,
  depth: number,
): Side {
  const { out } = context;
  const size = (): void => {
    const global = context.segmentLength(kind, index);
    if (global === undefined) {
      pushI64(out, 0n);
      return;
    }
    out.op(Op.globalGet);
    out.u32(global);
    out.op(Op.i64ExtendI32U);
  };
  return { depth, wide: false, size };
}

export function pushI64(out: CodeWriter, value: bigint): void {
  out.op(Op.i64Const);
  out.s64(value);
}
