/** The debugger's own command line. */

import { nearest } from '../../shared/src/near-names.ts';

export interface Options {
  /** Print each command that is read: for an input that is not a terminal. */
  readonly echo: boolean;
  readonly color: boolean;
  readonly help: boolean;
}

/** The user asked for something that cannot be done; the message is for them. */
export class UsageError extends Error {
  override name = 'UsageError';
}

const names = ['--echo', '--color', '--help'];

export const helpText = `repl: debug with commands, read from standard input

  --echo            print each command behind the prompt, for input that is not a terminal
  --color           colours, as terminals understand them
  --help            print this text; the program runs on undisturbed
`;

/**
 * Reads the arguments that follow the debugger's name.
 * @throws UsageError naming the argument that is wrong
 */
export function parseOptions(args: readonly string[]): Options {
  for (const arg of args) {
    if (names.includes(arg)) continue;
    throw new UsageError(`unknown option '${arg}'; ${advice(arg)}`);
  }
  return {
    echo: args.includes('--echo'),
    color: args.includes('--color'),
    help: args.includes('--help'),
  };
}

/** `trace` is the default where nobody types, so its options are given without its name. */
function advice(arg: string): string {
  if (/^--(break|step|depth|max-stops|json)\b/.test(arg)) return 'trace has it: add -D trace';
  const [near] = nearest(arg, names, 1);
  return near === undefined ? '--help lists the options' : `did you mean ${near}?`;
}
