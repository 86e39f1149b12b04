/**
 * Where the ways out of a version lead: blocks around its body, one in the other, behind which the
 * frame is completed and the version is left.
 *
 *     block $clean
 *       block $few
 *         block $all
 *           ...the body...
 *         end
 *         store the locals that $few does not
 *       end
 *       store some locals
 *     end
 *     leave
 *
 * One more, inside $all, takes an operand along, which it stores and goes on to $clean: see
 * `call-results.ts`.
 *
 * Everything that is stored behind a block is kept for that in a register, or on V8's stack, from
 * where it was last written up to the last exit to that block: also what the frame has long since.
 * Behind calls that is everything, so those exits do not go where everything is stored. (A block for
 * each exit would need the least registers, and make the code more than twice as large.)
 */
import { I32 } from '../../wasm/types.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { Labels } from './labels.ts';
import { type Keep, LocalSet } from './local-set.ts';
import type { FunctionPlan } from './plan.ts';
import type { Walker } from './walker.ts';

/** As many locals are stored behind $few. */
const FEW = 8;
/** With fewer locals, or no calls, there is but $all. */
const LEAST_LOCALS = 3;

export interface ColdBlocksContext {
  readonly plan: FunctionPlan;
  readonly frame: FrameWriter;
  readonly walker: Walker;
  readonly labels: Labels;
  /** Number of the function's own locals that are locals of the emitted function. */
  readonly registers: number;
}

export class ColdBlocks {
  readonly #context: ColdBlocksContext;
  readonly #none: LocalSet;
  readonly #few: LocalSet;
  #fewCount = 0;
  /** How many blocks there are; that with the number 0 is the outermost. */
  readonly count: number;

  constructor(context: ColdBlocksContext) {
    const { plan, registers } = context;
    this.#context = context;
    this.#none = new LocalSet(registers);
    this.#few = new LocalSet(registers);
    const isOne = plan.isLeaf || registers < LEAST_LOCALS || !plan.limits.coldBlocks;
    this.count = isOne ? 1 : 3;
  }

  /**
   * Whether an exit before the instruction at `pc` may go to where only the operand on the top is stored:
   * it is one that most calls leave, and nothing else is missing in the frame.
   */
  takesResult(pc: number): boolean {
    const { plan, frame, walker } = this.#context;
    const { operands, unsaved } = walker;
    if (operands.height - 1 !== plan.resultHeight || operands.types[plan.resultHeight] !== I32)
      return false;
    if (unsaved.stale.length > 0 || !frame.hasOnlyTopUnsaved(operands)) return false;
    return this.count === 1 || this.#isClean(plan.fresh.at(pc));
  }

  /** Depth of the label behind which the operand on the top is stored. */
  get resultDepth(): number {
    return this.#context.labels.coldDepth(this.count);
  }

  /** Depth of the label that an exit before the instruction at `pc` branches to. */
  depth(pc: number): number {
    return this.#context.labels.coldDepth(this.count === 1 ? 0 : this.#numberFor(pc));
  }

  #numberFor(pc: number): number {
    const { walker, plan } = this.#context;
    const fresh = plan.fresh.at(pc);
    if (this.#isClean(fresh)) return 0;
    const more = walker.unsaved.dirty.beyond(this.#few, fresh, FEW - this.#fewCount);
    if (more === undefined) return 2;
    for (const local of more) this.#few.add(local);
    this.#fewCount += more.length;
    return 1;
  }

  /** Whether the frame has all locals. */
  #isClean(fresh: Keep): boolean {
    const { dirty } = this.#context.walker.unsaved;
    return dirty.beyond(this.#none, fresh, 0) !== undefined;
  }

  /** What is behind the end of the block with a number. */
  write(number: number): void {
    const { frame } = this.#context;
    frame.beginExit();
    if (number === this.count - 1) frame.storeLocals((local) => !this.#few.has(local), true);
    else if (number === 1) frame.storeLocals((local) => this.#few.has(local), false);
  }
}
