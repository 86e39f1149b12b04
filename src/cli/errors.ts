/**
 * The two ways in which the command ends without running the program to its end. Both carry one
 * message that says what is wrong and what to do; `main.ts` prints it and turns the class into
 * the exit status.
 */

/** The command line is wrong: exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command line is right, but Witness cannot start what it asks for: exit status 125. */
export class StartError extends Error {
  override name = 'StartError';
}

/** The message of whatever was thrown: JavaScript may throw anything. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) {
    return error.name === 'Error' || error instanceof UsageError || error instanceof StartError
      ? error.message
      : `${error.name}: ${error.message}`;
  }
  try {
    return String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}
