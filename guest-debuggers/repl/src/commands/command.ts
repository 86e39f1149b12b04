/** What a command is. */

import type { Session } from '../session.ts';

export interface Command {
  readonly name: string;
  /** Other words for it; a short one wins over abbreviations of other commands. */
  readonly aliases?: readonly string[];
  /** What comes after the name: `[N]`, `LOCATION [if CONDITION]`. */
  readonly usage?: string;
  /** One line, for the list. */
  readonly summary: string;
  /** More lines, for `help COMMAND`. */
  readonly details?: string;
  readonly group: Group;
  /** An empty line does it again: with the same arguments, or without. */
  readonly repeat?: 'same' | 'bare';
  /** What its argument can be, for completion. */
  readonly completes?: 'function' | 'command' | 'global' | 'local' | readonly string[];
  /** @throws CommandError */
  run(session: Session, args: string): void;
}

export const groups = ['breakpoints', 'running', 'frames', 'data', 'code', 'session'] as const;
export type Group = (typeof groups)[number];
