/**
 * A debugger that is typed to: its line editor, and what Ctrl-C does. Runs on main.
 *
 * Ctrl-C is the program's while that runs: it stops, and the prompt comes. At an empty prompt it ends
 * everything, and so does a second one that no prompt has come between: the program may be in a
 * host function that does not return.
 */

import { isatty } from 'node:tty';
import type { MessagePort } from 'node:worker_threads';
import type { ChannelBuffers } from '../channel/buffers.ts';
import { requestInterrupt } from '../engine/runtime/interrupt.ts';
import { isRepl } from './inputs.ts';
import { LineEditor } from './line-editor.ts';
import type { RunOptions } from './run-options.ts';

const STDIN = 0;

export interface Interactive {
  /** For the debugger's Worker. */
  readonly port: MessagePort;
  /** Settles when the user leaves at the prompt. */
  readonly left: Promise<void>;
  /** The signal of Ctrl-C has come. False: it is to end everything. */
  interrupt(): boolean;
  close(): void;
}

export interface InteractiveOptions {
  readonly options: RunOptions;
  /** The debugger's. */
  readonly input: number | undefined;
  readonly output: number;
  readonly channel: ChannelBuffers;
  readonly memory: WebAssembly.Memory;
}

/** Undefined if nobody types: the debugger is not made for it, or its input is no terminal. */
export function startInteractive(where: InteractiveOptions): Interactive | undefined {
  const { options, input, output, channel, memory } = where;
  if (!isRepl(options.debugger) || input !== STDIN || !isatty(STDIN) || !isatty(output)) {
    return undefined;
  }
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  let prompts = -1;
  const editor = new LineEditor({ channel, output, onLeave: leave });
  return {
    port: editor.port,
    left,
    interrupt() {
      if (editor.prompting || prompts === editor.prompts) return false;
      prompts = editor.prompts;
      requestInterrupt(memory);
      return true;
    },
    close: () => editor.close(),
  };
}

/** What the built-in REPL is told about where it runs. */
export function replArguments(output: number, typed: boolean): string[] {
  return [...(typed ? [] : ['--echo']), ...(wantsColour(output) ? ['--color'] : [])];
}

/** https://no-color.org: any value but an empty one says no. */
function wantsColour(output: number): boolean {
  const { NO_COLOR, TERM } = process.env as { NO_COLOR?: string; TERM?: string };
  return isatty(output) && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb';
}
