/** Whether an instruction on references will trap: null, out of an array's bounds, a failing cast. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import type { CheckContext } from './check-context.ts';

const I32_BLOCK = 0x7f;

/** Depths below the top of the operands of an instruction on an array. */
interface Range {
  readonly array: number;
  readonly index: number;
  /** Undefined: one element. */
  readonly length?: number;
}

/** As `TrapChecks.condition`. */
export function referenceCondition(context: CheckContext, reader: InstructionReader): boolean {
  switch (reader.op) {
    case Op.refAsNonNull:
    case Op.callRef:
    case Op.returnCallRef:
    case Op.structGet:
    case Op.structGetS:
    case Op.structGetU:
    case Op.arrayLen:
    case Op.i31GetS:
    case Op.i31GetU:
      return isNull(context, 0);
    case Op.structSet:
      return isNull(context, 1);
    case Op.arrayGet:
    case Op.arrayGetS:
    case Op.arrayGetU:
      return outside(context, [{ array: 1, index: 0 }]);
    case Op.arraySet:
      return outside(context, [{ array: 2, index: 1 }]);
    case Op.arrayFill:
      return outside(context, [{ array: 3, index: 2, length: 0 }]);
    case Op.arrayCopy:
      return outside(context, [
        { array: 4, index: 3, length: 0 },
        { array: 2, index: 1, length: 0 },
      ]);
    case Op.arrayNew:
    case Op.arrayNewDefault:
      return tooLong(context, reader.index);
    case Op.refCast:
    case Op.refCastNull: {
      const { out } = context;
      context.house();
      context.push(0);
      out.op(reader.op === Op.refCast ? Op.refTest : Op.refTestNull);
      writeHeapType(out, reader.heap);
      out.op(Op.i32Eqz);
      return true;
    }
    default:
      return false;
  }
}

const ELEMENT_SIZE = { i8: 1, i16: 2, i32: 4, f32: 4, i64: 8, f64: 8, v128: 16, ref: 8 } as const;

/**
 * The longest array of a type that V8 makes: what fits into 1 GiB with its header, in steps of 8
 * elements. Found by trying every size of element in Node 26; nothing documents it.
 */
function maxLength(module: Module, typeIndex: number): number {
  const { composite } = module.types[typeIndex]!;
  if (composite.kind !== 'array') throw new Error(`type ${typeIndex} is not an array`);
  const { storage } = composite.element;
  const size = ELEMENT_SIZE[typeof storage === 'string' ? storage : storage.kind];
  const longest = Math.floor((2 ** 30 - 25) / size);
  return longest - (longest % 8);
}

function tooLong(context: CheckContext, typeIndex: number): boolean {
  const { module, out } = context;
  context.house();
  context.push(0);
  out.i32Const(maxLength(module, typeIndex));
  out.op(Op.i32GtU);
  return true;
}

function isNull(context: CheckContext, depth: number): boolean {
  const type = context.operands.typeAt(depth);
  if (type.kind !== 'ref' || !type.nullable) return false;
  context.house();
  context.push(depth);
  context.out.op(Op.refIsNull);
  return true;
}

/** Pushes whether any of the arrays is null, or a range is not within it. */
export function outside(context: CheckContext, ranges: readonly Range[]): boolean {
  const { out } = context;
  context.house();
  for (const { array } of ranges) {
    context.push(array);
    out.op(Op.refIsNull);
  }
  for (let i = 1; i < ranges.length; i++) out.op(Op.i32Or);
  // The length of a null array cannot be asked for.
  out.u8(Op.if);
  out.u8(I32_BLOCK);
  out.i32Const(1);
  out.op(Op.else);
  ranges.forEach((range, i) => {
    beyond(context, range);
    if (i > 0) out.op(Op.i32Or);
  });
  out.end();
  return true;
}

function beyond(context: CheckContext, { array, index, length }: Range): void {
  const { out } = context;
  context.push(index);
  if (length === undefined) {
    context.push(array);
    out.op(Op.arrayLen);
    // V8 asks the same of the instruction itself, in these terms, and knows the answer then.
    out.op(Op.i32LtU);
    out.op(Op.i32Eqz);
    return;
  }
  // In 64 bits, where the sum cannot wrap.
  out.op(Op.i64ExtendI32U);
  context.push(length);
  out.op(Op.i64ExtendI32U);
  out.op(Op.i64Add);
  context.push(array);
  out.op(Op.arrayLen);
  out.op(Op.i64ExtendI32U);
  out.op(Op.i64GtU);
}
