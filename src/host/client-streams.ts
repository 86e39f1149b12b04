/** The standard streams of a component that serves clients. Runs in the debugger's Worker. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FromDebugger, ToDebugger } from './client-messages.ts';
import type { Poller } from './poll.ts';
import { PolledInput } from './polled-input.ts';

/** Bytes read at most at once, so that a component cannot ask for more than there can be. */
const READ_LIMIT = 1n << 20n;

export class ClientStreams {
  readonly #port: MessagePort;
  readonly #poller: Poller;
  #present: Input | undefined;

  constructor(port: MessagePort, poller: Poller) {
    this.#port = port;
    this.#poller = poller;
  }

  /** The input of the present client, or of the next one if the end of that has been read. */
  next(): PolledInput {
    if (this.#present === undefined || this.#present.atEnd) {
      this.#present = new Input(this.#port, this.#poller);
      this.#post({ kind: 'next' });
    }
    return this.#present;
  }

  write(bytes: Uint8Array): void {
    // A copy: the component uses its memory again.
    this.#post({ kind: 'output', bytes: bytes.slice() });
  }

  #post(message: FromDebugger): void {
    this.#port.postMessage(message);
  }
}

/** One client's bytes. */
class Input extends PolledInput {
  readonly #port: MessagePort;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;

  constructor(port: MessagePort, poller: Poller) {
    super(poller);
    this.#port = port;
  }

  /** The client has gone and all that it sent has been read. */
  get atEnd(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  protected override take(length: bigint): Uint8Array | undefined {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return undefined;
    const most = Number(length < READ_LIMIT ? length : READ_LIMIT);
    const bytes = chunk.subarray(0, most);
    if (bytes.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(bytes.length);
    this.#port.postMessage({ kind: 'consumed', length: bytes.length } satisfies FromDebugger);
    return bytes;
  }

  /** Takes in what has come. After the end nothing is taken: it would be the next client's. */
  protected override ready(): boolean {
    while (!this.#ended) {
      const received = receiveMessageOnPort(this.#port) as { message: ToDebugger } | undefined;
      if (received === undefined) break;
      if (received.message.kind === 'input') this.#chunks.push(received.message.bytes);
      else this.#ended = true;
    }
    return this.#ended || this.#chunks.length > 0;
  }
}
