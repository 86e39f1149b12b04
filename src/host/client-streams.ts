/** The standard streams of a component that serves clients. Runs in the debugger's Worker. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { FromDebugger, ToDebugger } from './client-messages.ts';
import type { Pollable } from './generated/interfaces/wasi-io-poll.js';
import type { Poller } from './poll.ts';

/** One client's bytes, as `wasi:io/streams.input-stream` gives them. */
export interface ClientInput {
  /**
   * At most `length` bytes, without waiting.
   * @throws the error `closed` of wasi:io when the client has gone and all was read
   */
  read(length: bigint): Uint8Array;
  /** The same, but waits until there is a byte. */
  blockingRead(length: bigint): Uint8Array;
  /** A pollable that is ready when a byte or the end is there. */
  subscribe(): Pollable;
}

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
  next(): ClientInput {
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

class Input implements ClientInput {
  readonly #port: MessagePort;
  readonly #poller: Poller;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;

  constructor(port: MessagePort, poller: Poller) {
    this.#port = port;
    this.#poller = poller;
  }

  /** The client has gone and all that it sent has been read. */
  get atEnd(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  read(length: bigint): Uint8Array {
    if (!this.#ready()) return new Uint8Array();
    const chunk = this.#chunks[0];
    // What the bindings make the error case of a result.
    if (chunk === undefined) throw { tag: 'closed' };
    const most = Number(length < READ_LIMIT ? length : READ_LIMIT);
    const bytes = chunk.subarray(0, most);
    if (bytes.length === chunk.length) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(bytes.length);
    this.#port.postMessage({ kind: 'consumed', length: bytes.length } satisfies FromDebugger);
    return bytes;
  }

  blockingRead(length: bigint): Uint8Array {
    this.#poller.waitUntil(() => this.#ready());
    return this.read(length);
  }

  subscribe(): Pollable {
    return this.#poller.pollable(() => this.#ready());
  }

  /** Takes in what has come. After the end nothing is taken: it would be the next client's. */
  #ready(): boolean {
    while (!this.#ended) {
      const received = receiveMessageOnPort(this.#port) as { message: ToDebugger } | undefined;
      if (received === undefined) break;
      if (received.message.kind === 'input') this.#chunks.push(received.message.bytes);
      else this.#ended = true;
    }
    return this.#ended || this.#chunks.length > 0;
  }
}
