/**
 * What the pre-pass finds of legacy exception handling in a body, and where its state is in a frame.
 * V8 refuses a module that has both kinds of exception handling, so all versions of a function use
 * `try_table`; see `legacy-try.ts`.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { Construct } from './construct.ts';
import { REFERENCE_SIZE } from './references.ts';
import type { Walker } from './walker.ts';

/** Clause kinds of `try_table` that give the exception itself. */
export const CATCH_REF = 1;
export const CATCH_ALL_REF = 3;

export interface LegacyTry {
  /** Tag of each handler, in order; -1 for `catch_all`. */
  readonly tags: number[];
  /** The construct, by its pc, whose handlers get what is thrown in the body. */
  delegate: number | undefined;
}

export class LegacyShape {
  /** Of functions without such constructs. */
  static readonly NONE = new LegacyShape();
  /** By the pc of each `try` that can be reached. */
  readonly tries = new Map<number, LegacyTry>();
  /** The pcs of the constructs that some `delegate` names. */
  readonly delegated = new Set<number>();
  /** The most handlers inside each other. */
  depth = 0;

  /** Called before the walker applies an instruction of code that it does not skip. */
  note(reader: InstructionReader, walker: Walker): void {
    const { op } = reader;
    switch (op) {
      case Op.try:
        this.tries.set(reader.pc, { tags: [], delegate: undefined });
        return;
      case Op.catch:
      case Op.catchAll: {
        this.tries.get(walker.innermost.pc)!.tags.push(op === Op.catch ? reader.index : -1);
        const inside = handlersAround(walker.constructs, walker.constructs.length - 1);
        this.depth = Math.max(this.depth, inside + 1);
        return;
      }
      case Op.delegate: {
        // The label counts from outside the `try`.
        const target = walker.target(reader.index + 1).pc;
        this.tries.get(walker.innermost.pc)!.delegate = target;
        this.delegated.add(target);
        return;
      }
    }
  }
}

/** How many handlers a construct at a level is inside of, itself not counted. */
export function handlersAround(constructs: readonly Construct[], level: number): number {
  let count = 0;
  for (let i = 0; i < level; i++) if (constructs[i]!.kind === 'catch') count++;
  return count;
}

/**
 * Offset in the frame of the exception that a handler has caught, which `rethrow` throws again.
 *
 * @param base behind the operand slots
 * @param inside number of handlers around that one
 */
export function caughtOffset(base: number, inside: number): number {
  return base + REFERENCE_SIZE * inside;
}
