/**
 * Where in the frame most of a function's calls leave their result. Behind a call, all else is stored
 * already: an exit that takes the result along to one place, where that is stored, is a third as long as
 * one that stores it itself. Most calls that have a result have an i32, which no operand is below.
 */
import { I32 } from '../../wasm/types.ts';
import type { OperandStack } from './operands.ts';

/** There are too few for a place of their own. */
export const NONE = -1;
const LEAST_CALLS = 3;
/** Results above more operands are not looked at. */
const HEIGHTS = 8;

export class CallResults {
  /** By height; most functions have none. */
  #calls: number[] | undefined;

  /** Behind a call. */
  note(operands: OperandStack): void {
    const top = operands.height - 1;
    if (top < 0 || top >= HEIGHTS || operands.types[top] !== I32) return;
    this.#calls ??= new Array<number>(HEIGHTS).fill(0);
    this.#calls[top]!++;
  }

  /** Height of the operand that most results are. */
  height(): number {
    const calls = this.#calls;
    if (calls === undefined) return NONE;
    let most = 0;
    for (let height = 1; height < HEIGHTS; height++) {
      if (calls[height]! > calls[most]!) most = height;
    }
    return calls[most]! < LEAST_CALLS ? NONE : most;
  }
}
