/** The component's export `debugger`: arguments in, exit by return or by a trap. */

import type { Debuggee } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { exit } from 'wasi:cli/exit@0.2.12';
import printDebuggerInfo from 'print-debugger-info';
import { describeError } from '../../shared/src/describe-error.ts';
import { openStdout } from '../../shared/src/output.ts';
import { jsonFormat } from './format-json.ts';
import { textFormat } from './format-text.ts';
import { helpText, parseOptions, UsageError } from './options.ts';
import { trace } from './tracer.ts';

const exported = {
  /**
   * The world gives `debug` no result to fail with: what the user can mend ends in an exit with a
   * failure, anything else in a trap of the component.
   */
  debug(d: Debuggee, args: string[]): void {
    try {
      const options = parseOptions(args.slice(1));
      const write = openStdout();
      if (options.help) write(helpText);
      else {
        trace(
          d,
          options,
          (program) => (options.json ? jsonFormat : textFormat(() => program.moduleCount > 1)),
          write,
        );
      }
    } catch (error) {
      // Uncaught, it would be a bare `unreachable`: the text has to be shown here.
      const isUsage = error instanceof UsageError;
      printDebuggerInfo(isUsage ? error.message : describeError(error));
      if (isUsage) exit({ tag: 'err', val: undefined });
      throw error;
    }
  },
};

// `debugger` is a reserved word of JavaScript, so the export needs another name inside.
export { exported as debugger };
