/**
 * The size of the program's memory in a local, while a loop runs in which nothing can make the memory
 * larger: V8 computes it for each check otherwise, and does not take that out of the loop. It does that with
 * the globals of `memory-limits.ts`, which cruise versions have.
 */
import { Op } from '../../wasm/opcodes.ts';
import { PAGE_LOG2 } from './bounds-check.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import type { EmitOptions } from './emit-options.ts';
import type { FunctionPlan } from './plan.ts';

/** The memory whose size it is: most programs have one. */
const MEMORY = 0;

export class LoopMemorySize {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;
  readonly #enabled: boolean;
  /** Number of constructs around the loop; -1: there is none. */
  #level = -1;

  /** @param isKnown checks do not ask for the size */
  constructor(
    plan: FunctionPlan,
    out: CodeWriter,
    scratch: ScratchLocals,
    { hooks, traps }: EmitOptions,
    isKnown: boolean,
  ) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
    const limits = plan.module.memories[MEMORY]?.type.limits;
    // Whoever is stopped at a hook may make the memory larger, as may other threads if it is shared.
    this.#enabled =
      plan.limits.loopMemorySize &&
      traps &&
      !isKnown &&
      hooks === 'none' &&
      limits?.address === 'i32' &&
      limits.max !== limits.min &&
      !limits.shared;
  }

  /** The loop at a pc, in so many constructs, is about to be entered. */
  enter(pc: number, level: number): void {
    if (!this.#enabled || this.#level >= 0) return;
    const effects = this.#plan.loops.get(pc);
    if (effects === undefined || effects.hasCall || effects.growsMemory) return;
    const out = this.#out;
    out.op(Op.memorySize);
    out.u32(MEMORY);
    out.i32Const(PAGE_LOG2);
    out.op(Op.i32Shl);
    out.localSet(this.#scratch.memorySize());
    this.#level = level;
  }

  /** A construct in so many others ends. */
  leave(level: number): void {
    if (level === this.#level) this.#level = -1;
  }

  /** The local with the size of a memory in bytes, modulo 2^32, if there is one here. */
  of(memory: number): number | undefined {
    return memory === MEMORY && this.#level >= 0 ? this.#scratch.memorySize() : undefined;
  }
}
