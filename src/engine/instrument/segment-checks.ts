/** Whether making or filling an array from a segment will trap. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { FieldType } from '../../wasm/types.ts';
import { type CheckContext, pushI64, segmentSide } from './check-context.ts';
import { outside } from './reference-checks.ts';

const STORAGE_BYTES = { i8: 1, i16: 2, i32: 4, f32: 4, i64: 8, f64: 8, v128: 16 } as const;

/** As `TrapChecks.condition`. */
export function arraySegmentCondition(context: CheckContext, reader: InstructionReader): boolean {
  switch (reader.op) {
    case Op.arrayNewData:
    case Op.arrayNewElem:
      context.house();
      beyondSegment(context, reader);
      return true;
    case Op.arrayInitData:
    case Op.arrayInitElem:
      outside(context, [{ array: 3, index: 2, length: 0 }]);
      beyondSegment(context, reader);
      context.out.op(Op.i32Or);
      return true;
    default:
      return false;
  }
}

/** offset + length * size of an element > the segment's length, in 64 bits, where nothing wraps. */
function beyondSegment(context: CheckContext, reader: InstructionReader): void {
  const { out } = context;
  const data = reader.op === Op.arrayNewData || reader.op === Op.arrayInitData;
  const { depth, size } = segmentSide(context, data ? 'data' : 'elem', reader.index2, 1);
  context.push(0);
  out.op(Op.i64ExtendI32U);
  if (data) {
    pushI64(out, BigInt(elementBytes(context, reader.index)));
    out.op(Op.i64Mul);
  }
  context.push(depth);
  out.op(Op.i64ExtendI32U);
  out.op(Op.i64Add);
  size();
  out.op(Op.i64GtU);
}

function elementBytes(context: CheckContext, type: number): number {
  const { composite } = context.module.types[type]!;
  if (composite.kind !== 'array') throw new Error(`type ${type} is not an array`);
  return storageBytes(composite.element);
}

function storageBytes({ storage }: FieldType): number {
  const kind = typeof storage === 'string' ? storage : storage.kind;
  if (kind === 'ref') throw new Error('no reference has bytes in a data segment');
  return STORAGE_BYTES[kind];
}
