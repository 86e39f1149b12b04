/** The bits of a frame's locals and operands. */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import { NOT_WRITTEN } from '../instrument/derived-locals.ts';
import { applyInteger, type Integer } from '../instrument/integer-operations.ts';
import { CONSTANT, DERIVED, SLOT } from '../instrument/operands.ts';
import { operandOffset } from '../instrument/plan.ts';
import { type Hierarchy, hierarchyOf, isBottom } from '../instrument/references.ts';
import type { Frame } from './frames.ts';

/** A number or vector with all its bits: i32 and f32 as u32, i64 and f64 as u64, v128 as 16 bytes. */
export type Bits =
  | { readonly type: 'i32' | 'f32'; readonly bits: number }
  | { readonly type: 'i64' | 'f64'; readonly bits: bigint }
  | { readonly type: 'v128'; readonly bits: Uint8Array };

/** A value of a frame: bits, or a reference with the byte address of its place; null has none. */
export type FrameValue =
  | Bits
  | { readonly type: 'ref'; readonly hierarchy: Hierarchy; readonly address: number | undefined };

/** Reads a value of a numeric type; references are not kept in memory. */
export function readBits(view: DataView, address: number, type: ValType): Bits {
  switch (type.kind) {
    case 'i32':
    case 'f32':
      return { type: type.kind, bits: view.getUint32(address, true) };
    case 'i64':
    case 'f64':
      return { type: type.kind, bits: view.getBigUint64(address, true) };
    case 'v128':
      return { type: 'v128', bits: new Uint8Array(view.buffer, address, 16).slice() };
    case 'ref':
      throw new Error('references are not kept in the debug memory');
  }
}

export function writeBits(view: DataView, address: number, value: Bits): void {
  switch (value.type) {
    case 'i32':
    case 'f32':
      view.setUint32(address, value.bits, true);
      return;
    case 'i64':
    case 'f64':
      view.setBigUint64(address, value.bits, true);
      return;
    case 'v128':
      new Uint8Array(view.buffer, address, 16).set(value.bits);
  }
}

/** Parameters, then locals. */
export function frameLocals(frame: Frame, view: DataView): FrameValue[] {
  return frame.fn.plan.localTypes.map((_, i) => localValue(view, frame, i));
}

/** Operands, the bottom of the stack first. */
export function frameOperands(frame: Frame, view: DataView): FrameValue[] {
  const { operands } = frame.snapshot;
  const { plan } = frame.fn;
  return Array.from({ length: operands.height }, (_, i) => {
    const type = operands.types[i]!;
    const source = operands.sources[i]!;
    if (source === CONSTANT) {
      if (type.kind === 'ref') {
        return { type: 'ref', hierarchy: hierarchyOf(plan.module, type), address: undefined };
      }
      return constant(plan.module.bytes, operands.starts[i]!, operands.ends[i]!);
    }
    if (source === DERIVED)
      return derivedValue(view, frame, operands.starts[i]!, operands.ends[i]!);
    if (source !== SLOT) return localValue(view, frame, source);
    return readValue(view, frame, operandOffset(plan, i), type);
  });
}

function localValue(view: DataView, frame: Frame, local: number): FrameValue {
  const { localTypes, localOffsets, fresh, derived } = frame.fn.plan;
  const { pc } = frame.snapshot;
  const type = localTypes[local]!;
  if (fresh.has(local, pc)) return firstValue(frame, type);
  const from = derived.at(local, pc);
  if (from !== undefined) {
    const { mark } = from;
    if (mark !== undefined && !isWritten(view, frame, mark)) return firstValue(frame, type);
    return derivedValue(view, frame, from.start, from.end);
  }
  return readValue(view, frame, localOffsets[local]!, type);
}

/** Whether a mark, which has the local's value in its lower half, has been written. */
function isWritten(view: DataView, frame: Frame, mark: number): boolean {
  const { fresh, localOffsets } = frame.fn.plan;
  if (fresh.has(mark, frame.snapshot.pc)) return false;
  return view.getBigUint64(frame.base + localOffsets[mark]!, true) < NOT_WRITTEN;
}

/** What follows from the values of other locals. */
function derivedValue(view: DataView, frame: Frame, start: number, end: number): Bits {
  const stack: Integer[] = [];
  const reader = new InstructionReader(frame.fn.plan.module.bytes, start, end);
  while (reader.read()) {
    // What is written on the way is read before that.
    if (reader.op === Op.localGet || reader.op === Op.localTee) {
      stack.push((localValue(view, frame, reader.index) as Bits).bits as Integer);
    } else {
      applyInteger(reader, stack);
    }
  }
  const bits = stack[0]!;
  return typeof bits === 'bigint' ? { type: 'i64', bits } : { type: 'i32', bits };
}

/** What locals begin with. */
function firstValue(frame: Frame, type: ValType): FrameValue {
  switch (type.kind) {
    case 'i32':
    case 'f32':
      return { type: type.kind, bits: 0 };
    case 'i64':
    case 'f64':
      return { type: type.kind, bits: 0n };
    case 'v128':
      return { type: 'v128', bits: new Uint8Array(16) };
    case 'ref': {
      const hierarchy = hierarchyOf(frame.fn.plan.module, type);
      return { type: 'ref', hierarchy, address: undefined };
    }
  }
}

function readValue(view: DataView, frame: Frame, offset: number, type: ValType): FrameValue {
  const address = frame.base + offset;
  if (type.kind !== 'ref') return readBits(view, address, type);
  const hierarchy = hierarchyOf(frame.fn.plan.module, type);
  // A type whose only value is null is not stored: what lies there is another frame's.
  return { type: 'ref', hierarchy, address: isBottom(type) ? undefined : address };
}

function constant(bytes: Uint8Array, start: number, end: number): Bits {
  const reader = new InstructionReader(bytes, start, end);
  reader.read();
  switch (reader.op) {
    case Op.i32Const:
      return { type: 'i32', bits: reader.i32 >>> 0 };
    case Op.f32Const:
      return { type: 'f32', bits: reader.i32 >>> 0 };
    case Op.i64Const:
      return { type: 'i64', bits: BigInt.asUintN(64, reader.i64) };
    case Op.f64Const:
      return { type: 'f64', bits: BigInt.asUintN(64, reader.i64) };
    case Op.v128Const:
      return { type: 'v128', bits: reader.immediateBytes.slice() };
    default:
      throw new Error(`${reader.info.name} pushes no constant`);
  }
}
