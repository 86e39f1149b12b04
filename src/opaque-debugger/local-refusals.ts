/** How a local debuggee says no. */
import { NoFrame } from '../engine/runtime/resumption.ts';
import { MismatchedValues } from '../engine/runtime/value-row.ts';
import { DebuggeeError } from './opaque-debugger.ts';

/** @throws DebuggeeError invalid-entity */
export function entry<T>(space: readonly T[], index: number, what: string): T {
  const found = space[index];
  if (found !== undefined) return found;
  throw new DebuggeeError('invalid-entity', `there is no ${what} ${index}`);
}

/**
 * What the engine refuses is an error that the world knows.
 * @throws DebuggeeError invalid-frame, mismatched-type
 */
export function refused(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof NoFrame) throw new DebuggeeError('invalid-frame', error.message);
    if (error instanceof MismatchedValues) {
      throw new DebuggeeError('mismatched-type', error.message);
    }
    throw error;
  }
}
