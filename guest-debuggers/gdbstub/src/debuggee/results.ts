/** Errors of the world's functions. */

/**
 * What `ask` gives, or undefined if the debuggee answers with one of the world's error codes.
 * Anything else that is thrown goes through.
 */
export function orUndefined<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    // componentize-js throws the error case of a result as an object with a payload.
    if (typeof (error as { payload?: unknown }).payload === 'string') return undefined;
    throw error;
  }
}

/** Whether the debuggee did what `ask` asks for. */
export function succeeds(ask: () => void): boolean {
  return (
    orUndefined(() => {
      ask();
      return true;
    }) === true
  );
}
