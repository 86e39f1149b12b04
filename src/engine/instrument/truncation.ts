/** The open ranges in which the trapping float-to-integer truncations are defined. */
import { Op } from '../../wasm/opcodes.ts';

export interface Bounds {
  /** Instructions that push the bounds. */
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  /** Comparison opcodes for `x ? low` and `x ? high`. */
  readonly aboveLow: number;
  readonly belowHigh: number;
}

function constant(wide: boolean, value: number): Uint8Array {
  const bytes = new Uint8Array(wide ? 9 : 5);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, wide ? Op.f64Const : Op.f32Const);
  if (wide) view.setFloat64(1, value, true);
  else view.setFloat32(1, value, true);
  return bytes;
}

/** @param inclusive whether the low bound itself is in range */
function range(wide: boolean, low: number, inclusive: boolean, high: number): Bounds {
  const above = wide ? [Op.f64Gt, Op.f64Ge] : [Op.f32Gt, Op.f32Ge];
  return {
    low: constant(wide, low),
    high: constant(wide, high),
    aboveLow: above[inclusive ? 1 : 0]!,
    belowHigh: wide ? Op.f64Lt : Op.f32Lt,
  };
}

// Where the integer type's least value less one has no exact float, the least value itself bounds.
const BOUNDS: ReadonlyMap<number, Bounds> = new Map<number, Bounds>([
  [Op.i32TruncF32S, range(false, -(2 ** 31), true, 2 ** 31)],
  [Op.i32TruncF32U, range(false, -1, false, 2 ** 32)],
  [Op.i32TruncF64S, range(true, -(2 ** 31) - 1, false, 2 ** 31)],
  [Op.i32TruncF64U, range(true, -1, false, 2 ** 32)],
  [Op.i64TruncF32S, range(false, -(2 ** 63), true, 2 ** 63)],
  [Op.i64TruncF32U, range(false, -1, false, 2 ** 64)],
  [Op.i64TruncF64S, range(true, -(2 ** 63), true, 2 ** 63)],
  [Op.i64TruncF64U, range(true, -1, false, 2 ** 64)],
]);

/** Undefined for every other instruction, those that saturate included. */
export function truncationBounds(op: number): Bounds | undefined {
  return BOUNDS.get(op);
}
