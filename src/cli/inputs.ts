/**
 * Who reads what: the standard inputs of the program and of the debugger, as file descriptors of the
 * process. Runs on main.
 *
 * Standard input has one reader. A debugger that reads commands from it leaves the program an empty
 * one: both reading, each would take from the other what it happens to get.
 */
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { reason, StartError } from '../program/errors.ts';
import type { RunOptions } from './run-options.ts';

const STDIN = 0;

export interface Inputs {
  readonly program: number;
  /** Undefined: the debugger has no input. */
  readonly debugger: number | undefined;
  close(): void;
}

/** @throws StartError for a file that cannot be read */
export function openInputs(options: RunOptions): Inputs {
  const opened: number[] = [];
  const open = (option: string, path: string) => {
    try {
      const fd = openSync(path, 'r');
      opened.push(fd);
      return fd;
    } catch (error) {
      throw new StartError(`cannot read ${option} ${path}: ${reason(error)}`);
    }
  };
  const { commands, stdin } = options;
  const fromFile = commands !== undefined && commands !== '-';
  const debugger_ = fromFile
    ? open('--commands', commands)
    : readsStdin(options)
      ? STDIN
      : undefined;
  const program =
    stdin !== undefined
      ? open('--stdin', stdin)
      : debugger_ === STDIN
        ? open('--stdin', devNull)
        : STDIN;
  return {
    program,
    debugger: debugger_,
    close: () => {
      for (const fd of opened) closeSync(fd);
    },
  };
}

function readsStdin({ commands, debugger: debugger_, debuggerInherit }: RunOptions): boolean {
  if (commands === '-' || debuggerInherit.has('stdin')) return true;
  return isRepl(debugger_);
}

/** Whether this is the built-in debugger that is made for people. */
export function isRepl(choice: RunOptions['debugger']): boolean {
  return choice.kind === 'built-in' && choice.name === 'repl';
}
