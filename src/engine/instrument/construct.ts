/** A structured instruction that control is inside of, with what is known of the ways to its label. */
import { OpcodeSet } from '../../wasm/opcode-set.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import type { LocalSet } from './local-set.ts';

export type ConstructKind =
  | 'function'
  | 'block'
  | 'loop'
  | 'if'
  | 'else'
  | 'try_table'
  // Of legacy exception handling: the protected arm, then any number of handlers.
  | 'try'
  | 'catch';

export const NO_LABEL = -1;

export interface Construct {
  kind: ConstructKind;
  /** Offset of the opcode; for the function, of the byte before its first instruction. */
  readonly pc: number;
  /** Height of the operand stack below the construct's parameters. */
  readonly height: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Height of the lowest operand outside that equals a local, which nothing inside writes. */
  readonly equalFrom: number | undefined;
  /** A branch that can be reached goes to the construct's label (of a loop: back to its start). */
  branched: boolean;
  /** Locals that differ from the frame when control arrives there, over all branches so far. */
  endDirty: LocalSet | undefined;
  /** In a protected body, this construct's or one around it: an exception may be caught. */
  guarded: boolean;
  /** Labels of the clauses of a `try_table`, counted from outside it. */
  readonly handlers: readonly number[];
  /** A handler of a `try_table` goes to the construct's label. */
  caught: boolean;
  /** Locals that the body writes are stored at once: see `LoopEffects`. */
  readonly storesAtOnce: boolean;
  /** A continuation began in an arm behind which no other arm can be entered. */
  lastArm: boolean;
  /** The same at the `if`, for the arm that begins at `else`. */
  elseDirty: LocalSet | undefined;
  /** Number of the label that the original's branches to it mean, or NO_LABEL: see `Labels`. */
  label: number;
}

/** A construct as it is where a continuation begins inside: nothing has branched to its label yet. */
export function reentered(construct: Construct): Construct {
  return {
    ...construct,
    branched: false,
    caught: false,
    lastArm: construct.kind === 'catch',
    endDirty: undefined,
    elseDirty: undefined,
    label: NO_LABEL,
  };
}

/** What ends an arm of a construct. */
export const DELIMITERS = new OpcodeSet([Op.else, Op.end, Op.catch, Op.catchAll, Op.delegate]);

/** Follows code that cannot be reached, of which only the nesting matters. */
export class DeadCode {
  #nesting: number;

  constructor(nesting = 0) {
    this.#nesting = nesting;
  }

  clone(): DeadCode {
    return new DeadCode(this.#nesting);
  }

  /** Not inside a construct that cannot be reached itself. */
  get isOutermost(): boolean {
    return this.#nesting === 0;
  }

  /** Whether an instruction ends an arm of a construct that can be reached. */
  ends(op: number): boolean {
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
      case Op.try:
      case Op.tryTable:
        this.#nesting++;
        return false;
      case Op.else:
      case Op.catch:
      case Op.catchAll:
        return this.isOutermost;
      case Op.end:
      case Op.delegate:
        if (this.isOutermost) return true;
        this.#nesting--;
        return false;
      default:
        return false;
    }
  }
}
