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

export type Operation = 'wake' | 'empty-stream' | 'file-stream';

export default function create(context: WorkerExtensionContext): WorkerExtension {
  return (operation, args) => {
    switch (operation as Operation) {
      case 'wake':
        return context.createFuture(changed(...(args as [SharedArrayBuffer, number, number])));
      case 'empty-stream':
        return context.createReadableStream(Readable.from([]));
      case 'file-stream':
        return context.createReadableStream(
          createReadStream('', { fd: args[0] as number, autoClose: false }),
        );
    }
  };
}

/** Done once the word at this index of `control` is no longer `seen`. */
async function changed(control: SharedArrayBuffer, word: number, seen: number): Promise<void> {
  const words = new Int32Array(control);
  while (Atomics.load(words, word) === seen) await Atomics.waitAsync(words, word, seen).value;
}
