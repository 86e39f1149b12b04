/**
 * Code without branches that calls something and then traps by `unreachable`: what compilers make of
 * calls that never return, such as of the functions that report a failed assertion or an index out of
 * bounds. It runs once, if at all, and then nothing of its function does. So cruise versions have none of
 * it, with all that is stored for such calls: they leave where it begins, for a continuation.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { OpcodeSet } from '../../wasm/opcode-set.ts';
import { Op } from '../../wasm/opcodes.ts';
import { isCall } from './loop-effects.ts';

/** Control may come to what follows from elsewhere, or go elsewhere from here. */
const DIVIDES = new OpcodeSet([
  ...[Op.block, Op.loop, Op.if, Op.else, Op.end, Op.tryTable, Op.try, Op.catch, Op.catchAll],
  ...[Op.delegate, Op.br, Op.brIf, Op.brTable, Op.brOnNull, Op.brOnNonNull, Op.brOnCast],
  Op.brOnCastFail,
]);

export class DeadEnds {
  /** The pcs at which they begin and end, ascending. */
  readonly found: number[] = [];
  #start: number;
  #calls = 0;

  /** @param codeStart of the function */
  constructor(codeStart: number) {
    this.#start = codeStart;
  }

  /**
   * Before an instruction that has no fixed signature and can be reached, or ends what can be.
   *
   * @returns how many calls the dead end has that this instruction ends
   */
  note({ op, pc, next }: InstructionReader): number {
    if (isCall(op)) {
      this.#calls++;
    } else if (op === Op.unreachable && this.#calls > 0) {
      this.found.push(this.#start, pc);
      return this.#calls;
    } else if (DIVIDES.has(op)) {
      this.#start = next;
      this.#calls = 0;
    }
    return 0;
  }
}
