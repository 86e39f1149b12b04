/**
 * Emits whether an access reaches beyond what a global says of its memory, see `memory-limits.ts`: then it
 * may be out of bounds.
 */
import { Op } from '../../wasm/opcodes.ts';
import { LONG_SPANS, type SizeCheck } from './bounds-check.ts';
import type { CodeWriter } from './code.ts';
import type { MemoryLimit } from './memory-limits.ts';

export class LimitCheck implements SizeCheck {
  flagsAt = -1;
  readonly mayBeWrong = true;
  readonly span: number;
  readonly stretch: number;
  readonly #out: CodeWriter;
  readonly #limit: MemoryLimit;
  readonly #hasGlobal: boolean;
  /** Where the global's index is, or what is subtracted from the first one; -1: it cannot be changed. */
  #at = -1;

  /** @param stretch see `Dominance` */
  constructor(out: CodeWriter, limit: MemoryLimit, span: number, stretch: number) {
    this.#out = out;
    this.#limit = limit;
    this.#hasGlobal = limit.hasGlobal(span);
    this.span = this.#hasGlobal ? limit.covered(span) : span;
    this.stretch = stretch;
  }

  write(push: () => void, ahead: boolean): void {
    const out = this.#out;
    const { first, indexBytes, leastSpan } = this.#limit;
    push();
    out.op(Op.globalGet);
    if (this.#hasGlobal) {
      if (ahead) this.#at = out.length;
      out.paddedU32(this.#limit.global(this.span), indexBytes);
    } else {
      out.u32(first);
      out.op(Op.i32Const);
      if (ahead) this.#at = out.length;
      out.paddedS32(this.span - leastSpan, LONG_SPANS.bytes);
      out.op(Op.i32Sub);
    }
    out.op(Op.i32GeU);
  }

  reaches(span: number): boolean {
    if (this.#at < 0) return false;
    return this.#hasGlobal ? this.#limit.hasGlobal(span) : this.#limit.reaches(span);
  }

  widen(span: number): number {
    const out = this.#out;
    const limit = this.#limit;
    if (this.#hasGlobal) {
      out.patchPaddedU32(this.#at, limit.global(span), limit.indexBytes);
      return limit.covered(span);
    }
    out.patchS32(this.#at, span - limit.leastSpan, LONG_SPANS.bytes);
    return span;
  }
}
