/**
 * How far a continuation goes before it is left for another one. A body of megabytes must not be
 * emitted and compiled for each stop in it; but a loop, once control is in it, should be complete, or
 * every round of it would go from one continuation to the next.
 */
import type { Construct } from './construct.ts';
import type { FunctionPlan } from './plan.ts';

export interface ByteCap {
  /** Bytes of emitted code after which the version is left at the next instruction. */
  readonly bytes: number;
  /** A loop of up to about so many bytes is emitted whole nevertheless; 0: none is. */
  readonly loopBytes: number;
}

/** Bytes of emitted code for one of the original, about. */
const GROWTH = 3;

export class ByteBudget {
  readonly #plan: FunctionPlan;
  readonly #cap: ByteCap;
  #start = 0;
  /** Length of the code at which the version is left; -1: everywhere. */
  #end = Infinity;
  /** The number of constructs around a loop that is emitted whole. */
  #whole: number | undefined;

  constructor(plan: FunctionPlan, cap: ByteCap) {
    this.#plan = plan;
    this.#cap = cap;
  }

  /**
   * The first instruction comes. What a continuation begins with does not count: however long, one
   * instruction must follow.
   *
   * @param length of the code so far
   * @param constructs around the instruction
   */
  begin(length: number, constructs: readonly Construct[]): void {
    this.#start = length;
    this.#end = length + this.#cap.bytes;
    const loop = constructs.findLastIndex(({ kind }) => kind === 'loop');
    if (loop > 0 && this.#loopSize(constructs[loop]!.pc) <= this.#cap.loopBytes) this.#whole = loop;
  }

  /** Whether the version is left before an instruction in so many constructs. */
  isSpent(length: number, depth: number): boolean {
    if (this.#whole !== undefined) {
      if (depth > this.#whole) return false;
      this.#whole = undefined;
    }
    return length > this.#end;
  }

  /**
   * Whether a loop in so many constructs is entered: if it does not fit, it is better left for a
   * continuation that begins with it.
   */
  enters(loop: number, length: number, depth: number): boolean {
    const { loopBytes, bytes } = this.#cap;
    // Around what is here already, or the loop that the continuation began in.
    if (loopBytes === 0 || (this.#whole !== undefined && depth >= this.#whole)) return true;
    const size = this.#loopSize(loop);
    const atFirst = length - this.#start <= bytes / 4;
    if (length + size <= this.#end || (atFirst && size <= loopBytes)) {
      this.#whole = depth;
      return true;
    }
    return atFirst;
  }

  /** The version is left at the next instruction, whatever that is. */
  get isExhausted(): boolean {
    return this.#end < 0;
  }

  /** Leaves at the next instruction. */
  exhaust(): void {
    this.#end = -1;
  }

  /** Bytes of emitted code, about; 0 for a loop that is small anyway. */
  #loopSize(loop: number): number {
    const end = this.#plan.delimiters.endOf(loop);
    return end === undefined ? 0 : GROWTH * (end - loop);
  }
}
