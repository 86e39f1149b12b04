/** The component's export `debugger`. */

import type { Debuggee } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import printDebuggerInfo from 'print-debugger-info';
import { describeError } from '../../shared/src/describe-error.ts';
import { DebuggeeTarget, Killed } from './debuggee/debuggee-target.ts';
import { parseOptions, UsageError } from './options.ts';
import { serve } from './shell.ts';

const exported = {
  /** Returns when the program has ended, or runs on without a client. A trap ends the program. */
  debug(d: Debuggee, args: string[]): void {
    try {
      const { programName } = parseOptions(args.slice(1));
      serve(new DebuggeeTarget(d, programName));
    } catch (error) {
      // Uncaught, it would be a bare `unreachable`: the text has to be shown here.
      printDebuggerInfo(describe(error));
      throw error;
    }
  },
};

function describe(error: unknown): string {
  if (error instanceof UsageError || error instanceof Killed) return error.message;
  return describeError(error);
}

// `debugger` is a reserved word of JavaScript, so the export needs another name inside.
export { exported as debugger };
