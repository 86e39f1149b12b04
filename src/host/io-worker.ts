/**
 * The host's part of what lives in preview2-shim's I/O worker. Runs in the debugger's Worker; the
 * I/O worker is nested under it and keeps working while this thread blocks.
 */

import {
  callExtension,
  futureDispose,
  futureSubscribe,
  inputStreamCreate,
} from '@bytecodealliance/preview2-shim/io-worker';
import type { Operation } from './wake-extension.ts';

/** The same file as it runs: TypeScript in development, JavaScript in the package. */
const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const EXTENSION = new URL(`./wake-extension${suffix}`, import.meta.url);

function call(operation: Operation, ...args: unknown[]): number {
  return callExtension(EXTENSION, operation, args) as number;
}

/**
 * Calls `use` with a pollable of the I/O worker that is ready once the word at this index of
 * `control` is no longer `seen`.
 */
export function withWakePollable<T>(
  control: SharedArrayBuffer,
  word: number,
  seen: number,
  use: (pollable: object) => T,
): T {
  const future = call('wake', control, word, seen);
  const pollable = futureSubscribe(future, {}) as unknown as Disposable;
  try {
    return use(pollable);
  } finally {
    // In this order: the I/O worker refuses to drop a future that is still polled.
    pollable[Symbol.dispose]();
    futureDispose(future);
  }
}

/** An `input-stream` over a file that is open in this process, from where it stands. */
export function fileInputStream(fd: number): object {
  return inputStreamCreate(call('file-stream', fd));
}

/** An `input-stream` that is at its end. */
export function emptyInputStream(): object {
  return inputStreamCreate(call('empty-stream'));
}
