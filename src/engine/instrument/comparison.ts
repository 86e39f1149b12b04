/** Comparisons of i32 values, as what they say of how large one is. */
import { Op } from '../../wasm/opcodes.ts';

const MOST_I32 = 0xffff_ffff;
const MOST_SIGNED = 0x7fff_ffff;

/** That one value is at most another, or less if `strict`. */
export interface Comparison {
  readonly small: number;
  readonly large: number;
  readonly strict: boolean;
}

/** What it says if it is not so. */
export function opposite({ small, large, strict }: Comparison): Comparison {
  return { small: large, large: small, strict: !strict };
}

interface Order {
  readonly signed: boolean;
  readonly strict: boolean;
  /** The left operand is the large one. */
  readonly turned: boolean;
}

/** By opcode from i32.lt_s on. */
const ORDERS: readonly Order[] = [
  { signed: true, strict: true, turned: false },
  { signed: false, strict: true, turned: false },
  { signed: true, strict: true, turned: true },
  { signed: false, strict: true, turned: true },
  { signed: true, strict: false, turned: false },
  { signed: false, strict: false, turned: false },
  { signed: true, strict: false, turned: true },
  { signed: false, strict: false, turned: true },
];

/**
 * Whether a comparison tells anything of values that are at most this, unsigned: of signed ones, neither
 * may be below 0.
 */
export function tells(op: number, left: number, right: number): boolean {
  const order = ORDERS[op - Op.i32LtS];
  if (order === undefined || Math.min(left, right) > MOST_I32) return false;
  return !order.signed || Math.max(left, right) <= MOST_SIGNED;
}

/** By the opcode of a comparison that tells something, of two values. */
export function comparisonOf(op: number, left: number, right: number): Comparison {
  const { strict, turned } = ORDERS[op - Op.i32LtS]!;
  return turned ? { small: right, large: left, strict } : { small: left, large: right, strict };
}
