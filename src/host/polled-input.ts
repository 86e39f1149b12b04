/**
 * An `input-stream` of a debugger component whose bytes come as messages, with the channel's wake
 * word rung after each. Runs in the debugger's Worker.
 */
import type { Pollable } from './generated/interfaces/wasi-io-poll.js';
import type { Poller } from './poll.ts';

export abstract class PolledInput {
  readonly #poller: Poller;

  constructor(poller: Poller) {
    this.#poller = poller;
  }

  /**
   * At most `length` bytes, without waiting.
   * @throws the error `closed` of wasi:io at the end
   */
  read(length: bigint): Uint8Array {
    if (!this.ready()) return new Uint8Array();
    const bytes = this.take(length);
    // What the bindings make the error case of a result.
    if (bytes === undefined) throw { tag: 'closed' };
    return bytes;
  }

  /** The same, but waits until there is a byte or the end. */
  blockingRead(length: bigint): Uint8Array {
    this.#poller.waitUntil(() => this.ready());
    return this.read(length);
  }

  /** A pollable that is ready when a byte or the end is there. */
  subscribe(): Pollable {
    return this.#poller.pollable(() => this.ready());
  }

  /** Takes in the messages that have come. True if a byte or the end is there. */
  protected abstract ready(): boolean;

  /** When ready: at most `length` bytes, or undefined at the end. */
  protected abstract take(length: bigint): Uint8Array | undefined;
}
