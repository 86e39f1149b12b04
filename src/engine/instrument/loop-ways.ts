/** Which ways control takes through the body of an innermost loop, for who reads that once. */
import { Op } from '../../wasm/opcodes.ts';

/** Constructs are counted from the loop's body on: it is outside of all of them. */
export class LoopWays {
  /** While more constructs than this are open, only some rounds come by. */
  #certainUpTo = Infinity;
  /** Constructs that were opened in code that cannot be reached, and that code itself; 0: none. */
  #dead = 0;

  get isDead(): boolean {
    return this.#dead > 0;
  }

  /** What ends next is the construct that became dead, not one that began in dead code. */
  get endsDead(): boolean {
    return this.#dead <= 1;
  }

  /** Whether each round comes by, with so many constructs open. */
  isCertain(open: number): boolean {
    return open <= this.#certainUpTo;
  }

  /** A branch with so many constructs open, which may be taken: out of the loop, or to an end in it. */
  branch(label: number, open: number): void {
    const level = open - 1 - label;
    if (level >= 0) this.#certainUpTo = Math.min(this.#certainUpTo, level);
  }

  /** A construct has ended, and so many are open. */
  ended(open: number): void {
    if (open <= this.#certainUpTo) this.#certainUpTo = Infinity;
  }

  /** Nothing can reach what follows. */
  die(): void {
    this.#dead = 1;
  }

  /**
   * An instruction in code that cannot be reached.
   *
   * @returns `else` or `end` where it can be reached again; undefined: not yet; `refused`: such a loop is
   *   not read
   */
  stepDead(op: number): 'else' | 'end' | 'refused' | undefined {
    if (op === Op.block || op === Op.if) this.#dead++;
    else if (op === Op.loop || op === Op.tryTable || op === Op.try) return 'refused';
    else if (op === Op.end || (op === Op.else && this.#dead === 1)) {
      if (--this.#dead === 0) return op === Op.end ? 'end' : 'else';
    }
    return undefined;
  }
}
