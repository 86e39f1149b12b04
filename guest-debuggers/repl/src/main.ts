/** The component's export `debugger`: reads commands until there are no more, or one ends it. */

import type { Debuggee } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { exit } from 'wasi:cli/exit@0.2.12';
import printDebuggerInfo from 'print-debugger-info';
import '../../shared/src/no-finalizers.ts';
import { describeError } from '../../shared/src/describe-error.ts';
import { openStdout } from '../../shared/src/output.ts';
import { LineReader } from './input.ts';
import { Interpreter } from './interpreter.ts';
import { helpText, type Options, parseOptions, UsageError } from './options.ts';
import { Session } from './session.ts';
import { colourStyle, plainStyle } from './style.ts';

const PROMPT = '(witness) ';

const exported = {
  debug(d: Debuggee, args: string[]): void {
    let quit = false;
    try {
      const options = parseOptions(args.slice(1));
      const write = openStdout();
      if (options.help) write(helpText);
      else quit = repl(d, options, write);
    } catch (error) {
      // Uncaught, it would be a bare `unreachable`: the text has to be shown here.
      const isUsage = error instanceof UsageError;
      printDebuggerInfo(isUsage ? error.message : describeError(error));
      if (isUsage) exit({ tag: 'err', val: undefined });
      throw error;
    }
    // A return would let the program run on. Not in the try: this throws.
    if (quit) exit({ tag: 'ok', val: undefined });
  },
};

/** @returns whether the program is to be ended */
function repl(d: Debuggee, options: Options, write: (text: string) => void): boolean {
  const session = new Session(d, { write, style: options.color ? colourStyle : plainStyle });
  const interpreter = new Interpreter(session);
  const input = new LineReader();
  if (!options.echo)
    write('"help" lists the commands. The program has not begun: "run" starts it.\n');
  while (session.ending === undefined) {
    write(PROMPT);
    const line = input.next();
    if (line === undefined) {
      write('\n');
      session.ending = 'quit';
    } else {
      // Where nothing is typed, the transcript would have the answers alone.
      if (options.echo) write(`${line}\n`);
      interpreter.execute(line);
    }
  }
  return session.ending === 'quit' && session.state !== 'ended';
}

// `debugger` is a reserved word of JavaScript, so the export needs another name inside.
export { exported as debugger };
