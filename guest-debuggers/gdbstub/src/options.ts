/** The component's arguments. */

const PROGRAM = '--program=';

export class UsageError extends Error {
  override name = 'UsageError';
}

export interface Options {
  /** What the program's first module is called, to the client. */
  readonly programName: string | undefined;
}

/** @throws UsageError */
export function parseOptions(args: readonly string[]): Options {
  let programName: string | undefined;
  for (const arg of args) {
    if (!arg.startsWith(PROGRAM) || arg === PROGRAM) {
      throw new UsageError(`unknown argument ${arg}; there is only ${PROGRAM}NAME`);
    }
    programName = arg.slice(PROGRAM.length);
  }
  return { programName };
}
