/**
 * Emits whether an access is out of the bounds of its memory. The check may be made to cover later
 * accesses as well: the number of bytes that it looks for is in a place with room for more.
 */
import { Op } from '../../wasm/opcodes.ts';
import type { Limits } from '../../wasm/types.ts';
import type { WideningCheck } from './bounds-facts.ts';
import { pushI64 } from './check-context.ts';
import type { CodeWriter } from './code.ts';
import { Exits } from './exits.ts';
import { PAGE } from './layout.ts';

export const PAGE_LOG2 = 16;
const MOST_I32 = 0x7fff_ffff;
/** Spans of objects, and those with offsets that are addresses of arrays, have room for the like. */
const SHORT = { bytes: 2, most: (1 << 13) - 1 };
export const LONG_SPANS = { bytes: 4, most: (1 << 27) - 1 };
const MOST_SHORT = 4096;

/** A check of whether an access is in bounds. */
export interface SizeCheck extends WideningCheck {
  /** Where the flags of its exit are, once that is emitted. */
  flagsAt: number;
  /** The bytes that it covers, from the address on: a bigint only if no number is exact. */
  readonly span: number | bigint;
  /** What it finds out of bounds may not be. */
  readonly mayBeWrong: boolean;
  /**
   * Pushes whether less than that is in bounds at an address.
   *
   * @param ahead leave room for larger spans
   */
  write(push: () => void, ahead: boolean): void;
}

/** Of the limits asked for last: each access asks, and to make a number of a bigint is slow. */
let asked: Limits | undefined;
let least = 0;

/** The least that the memory ever has, in bytes. */
export function leastBytes(limits: Limits): number {
  if (limits !== asked) {
    asked = limits;
    least = Number(limits.min) * PAGE;
  }
  return least;
}

export class BoundsCheck implements SizeCheck {
  flagsAt = -1;
  readonly span: number | bigint;
  readonly mayBeWrong = false;
  readonly stretch: number;
  readonly #out: CodeWriter;
  readonly #memory: number;
  readonly #limits: Limits;
  /** Where the number of bytes is; -1: it cannot be changed. */
  #spanAt = -1;
  #spanLength = 0;
  /** The largest number that fits there, and that the smallest memory has. */
  #most = 0;

  /** @param stretch see `Dominance` */
  constructor(
    out: CodeWriter,
    memory: number,
    limits: Limits,
    span: number | bigint,
    stretch: number,
  ) {
    this.#out = out;
    this.#memory = memory;
    this.#limits = limits;
    this.span = span;
    this.stretch = stretch;
  }

  write(push: () => void, ahead: boolean): void {
    const { span } = this;
    const least = leastBytes(this.#limits);
    if (span > least) this.#writeAny(BigInt(span), push);
    else this.#writeBelow(Number(span), push, ahead && span <= LONG_SPANS.most);
  }

  /** Can be made to cover so many bytes. */
  reaches(span: number): boolean {
    return this.#spanAt >= 0 && span <= this.#most;
  }

  widen(span: number): number {
    const operand = spanOperand(fixedBytes(this.#limits), span);
    this.#out.patchS32(this.#spanAt, operand, this.#spanLength);
    Exits.leaveBeyond(this.#out, this.flagsAt);
    return span;
  }

  /** The smallest memory has the span: address > size - span, where nothing wraps. */
  #writeBelow(span: number, push: () => void, ahead: boolean): void {
    const out = this.#out;
    const wide = this.#limits.address === 'i64';
    const fixed = fixedBytes(this.#limits);
    push();
    if (fixed === undefined) this.#pushSize(wide);
    out.op(wide ? Op.i64Const : Op.i32Const);
    if (ahead) {
      const room = span <= MOST_SHORT ? SHORT : LONG_SPANS;
      this.#most = Math.min(room.most, leastBytes(this.#limits));
      this.#spanLength = fixed === undefined ? room.bytes : lengthBelow(fixed, this.#most);
      this.#spanAt = out.length;
      out.paddedS32(spanOperand(fixed, span), this.#spanLength);
    } else {
      out.s32(spanOperand(fixed, span));
    }
    if (fixed === undefined) out.op(wide ? Op.i64Sub : Op.i32Sub);
    out.op(wide ? Op.i64GtU : Op.i32GtU);
  }

  #writeAny(span: bigint, push: () => void): void {
    const out = this.#out;
    if (this.#limits.address === 'i32') {
      push();
      out.op(Op.i64ExtendI32U);
      pushI64(out, span);
      out.op(Op.i64Add);
      pushMemoryBytes(out, this.#memory, 'i32');
      out.op(Op.i64GtU);
      return;
    }
    // No address is small enough.
    if (span >> 64n > 0n) {
      out.i32Const(1);
      return;
    }
    push();
    this.#pushSize(true);
    pushI64(out, span);
    out.op(Op.i64Sub);
    out.op(Op.i64GtU);
    this.#pushSize(true);
    pushI64(out, span);
    out.op(Op.i64LtU);
    out.op(Op.i32Or);
  }

  /** Of a 32-bit memory as an i32: 2^32 is 0, and less a span that is right. */
  #pushSize(wide: boolean): void {
    const out = this.#out;
    if (wide) {
      pushMemoryBytes(out, this.#memory, 'i64');
      return;
    }
    out.op(Op.memorySize);
    out.u32(this.#memory);
    out.i32Const(PAGE_LOG2);
    out.op(Op.i32Shl);
  }
}

/** Pushes the size of a memory in bytes as an i64. */
export function pushMemoryBytes(out: CodeWriter, memory: number, address: 'i32' | 'i64'): void {
  out.op(Op.memorySize);
  out.u32(memory);
  if (address === 'i32') out.op(Op.i64ExtendI32U);
  pushI64(out, BigInt(PAGE_LOG2));
  out.op(Op.i64Shl);
}

/** The size of a memory that cannot grow, in bytes, if a constant can hold it. */
function fixedBytes(limits: Limits): number | undefined {
  if (limits.max !== limits.min) return undefined;
  const bytes = leastBytes(limits);
  return limits.address === 'i32' || bytes <= MOST_I32 ? bytes : undefined;
}

/** What is subtracted from the size, or is left of a fixed one. */
function spanOperand(fixed: number | undefined, span: number): number {
  return fixed === undefined ? span : (fixed - span) | 0;
}

/** Bytes of the LEBs of all that spans up to `most` leave of a fixed size. */
function lengthBelow(fixed: number, most: number): number {
  // Where the sign changes in between, that is near one of the two.
  return Math.max(signedLength((fixed - 1) | 0), signedLength((fixed - most) | 0));
}

function signedLength(value: number): number {
  return Math.ceil((33 - Math.clz32(value < 0 ? ~value : value)) / 7);
}
