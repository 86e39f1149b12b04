/** How a command fails: with a message for the user, and the session goes on. */

import type { Error as ErrorCode } from 'bytecodealliance:wasmtime/debuggee@44.0.0';

/** What was asked for cannot be done. The message says why and what to do. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** What the world's error codes mean to who reads them. */
const meanings: Readonly<Record<ErrorCode, string>> = {
  'invalid-entity': 'there is no entity with that index',
  'invalid-pc': 'there is no instruction there',
  'invalid-frame': 'there is no frame to do that in',
  'unsupported-type': 'it has a type that the debugger world cannot express',
  'mismatched-type': 'the values have the wrong number or types',
  'non-wasm-frame': 'that frame is one of the host',
  'alloc-failure': 'the host could not allocate it',
  'breakpoint-update': 'the breakpoint could not be put into the code',
  'read-only': 'it is immutable',
  'out-of-bounds': 'it is out of bounds',
  'memory-grow-failure': 'the memory cannot grow by that much',
  'execution-trap': 'the call ended in a trap or in an exception that nothing caught',
};

export function meaning(code: string): string {
  return Object.hasOwn(meanings, code) ? meanings[code as ErrorCode] : code;
}

/** The error code of the world that was thrown, if it was one. */
export function errorCode(error: unknown): string | undefined {
  // componentize-js throws the error case of a result as an object with a payload.
  const payload = (error as { payload?: unknown } | null | undefined)?.payload;
  return typeof payload === 'string' ? payload : undefined;
}

/**
 * Does `work`, with the world's error codes as messages.
 * @throws CommandError `WHAT: MEANING`
 */
export function explaining<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw new CommandError(`${what}: ${meaning(code)}`);
  }
}
