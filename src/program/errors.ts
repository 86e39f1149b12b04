/**
 * The two ways in which a program is not run to its end, or not at all. Both carry one message that
 * says what is wrong and what to do; the command prints it and turns the class into its exit status.
 */

import { fileError } from '../host/file-error.ts';
import { WasmError } from '../wasm/error.ts';

/** What was asked for is wrong: exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** What was asked for is right, but cannot be started: exit status 125. */
export class StartError extends Error {
  override name = 'StartError';
}

/** Their names mean nothing to who reads the message. */
const OWN = [UsageError, StartError, WasmError];

/** The message of whatever was thrown: JavaScript may throw anything. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) {
    const plain = error.name === 'Error' || OWN.some((Class) => error instanceof Class);
    return plain ? error.message : `${error.name}: ${error.message}`;
  }
  try {
    return String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}

/** What is said of a file that cannot be opened, behind its path. */
export function reason(error: unknown): string {
  return fileError(error) ?? messageOf(error);
}
