/**
 * Loaded into preview2-shim's I/O worker, on its thread: makes things there that the host then
 * wraps as WASI resources. It must import nothing of this package, because it is loaded by URL.
 */

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type {
  WorkerExtension,
  WorkerExtensionContext,
} from '@bytecodealliance/preview2-shim/io-worker';
import type { EventWatch } from '../channel/ends.ts';

export type Operation = 'event' | 'empty-stream' | 'file-stream';

export default function create(context: WorkerExtensionContext): WorkerExtension {
  return (operation, args) => {
    switch (operation as Operation) {
      case 'event':
        return context.createFuture(announced(args[0] as EventWatch));
      case 'empty-stream':
        return context.createReadableStream(Readable.from([]));
      case 'file-stream':
        return context.createReadableStream(
          createReadStream('', { fd: args[0] as number, autoClose: false }),
        );
    }
  };
}

/** Done once the event is there, or never will be because the channel is closed. */
async function announced({ control, eventWord, closedWord, seen }: EventWatch): Promise<void> {
  const words = new Int32Array(control);
  while (Atomics.load(words, eventWord) === seen && Atomics.load(words, closedWord) === 0) {
    await Atomics.waitAsync(words, eventWord, seen).value;
  }
}
