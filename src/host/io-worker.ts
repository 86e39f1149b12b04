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
import type { EventWatch } from '../channel/ends.ts';
import type { Operation } from './event-extension.ts';
import type { EventSubscription } from './session.ts';

/** The same file as it runs: TypeScript in development, JavaScript in the package. */
const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const EXTENSION = new URL(`./event-extension${suffix}`, import.meta.url);

function call(operation: Operation, ...args: unknown[]): number {
  return callExtension(EXTENSION, operation, args) as number;
}

/** A pollable that is ready once the watched event is there. */
export function subscribeToEvent(watch: EventWatch): EventSubscription {
  const future = call('event', watch);
  const pollable = futureSubscribe(future, {}) as EventSubscription['pollable'] & Disposable;
  return {
    pollable,
    dispose() {
      // In this order: the I/O worker refuses to drop a future that is still polled.
      pollable[Symbol.dispose]();
      futureDispose(future);
    },
  };
}

/** An `input-stream` over a file that is open in this process, from where it stands. */
export function fileInputStream(fd: number): object {
  return inputStreamCreate(call('file-stream', fd));
}

/** An `input-stream` that is at its end. */
export function emptyInputStream(): object {
  return inputStreamCreate(call('empty-stream'));
}
