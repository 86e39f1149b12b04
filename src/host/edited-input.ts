/**
 * The standard input of a debugger that is typed to, with a line editor on main. Runs in the
 * debugger's Worker.
 *
 * The component knows nothing of it: it writes a prompt, which is an unfinished line, and reads. The
 * prompt is held back then and goes with the request for a line to main, whose editor has to draw it.
 * Completion works the same way: main gives a line of its own, and has what the component answers
 * captured instead of shown, until the component reads again.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Pollable } from './generated/interfaces/wasi-io-poll.js';
import type { LineWriter } from './output.ts';
import type { Poller } from './poll.ts';

/** To the debugger's Worker; the channel's wake word is rung after it. */
export type ToEditedInput =
  /** A line with its line break. `capture`: what is written until the next request is not shown. */
  | { readonly kind: 'line'; readonly text: string; readonly capture: boolean }
  | { readonly kind: 'end' };

/** From the debugger's Worker: the component waits for a line. */
export interface LineRequest {
  readonly prompt: string;
  /** What the component wrote since a line with `capture`; undefined if the last one had none. */
  readonly captured: string | undefined;
}

export class EditedInput {
  readonly #port: MessagePort;
  readonly #poller: Poller;
  readonly #output: LineWriter;
  #rest: Uint8Array = new Uint8Array();
  #requested = false;
  #capturing = false;
  #ended = false;

  /** @param output the component's standard output, which holds unfinished lines back */
  constructor(port: MessagePort, poller: Poller, output: LineWriter) {
    this.#port = port;
    this.#poller = poller;
    this.#output = output;
  }

  /** @throws the error `closed` of wasi:io at the end */
  read(length: bigint): Uint8Array {
    if (!this.#ready()) return new Uint8Array();
    // What the bindings make the error case of a result.
    if (this.#rest.length === 0) throw { tag: 'closed' };
    const most = Number(length < BigInt(this.#rest.length) ? length : BigInt(this.#rest.length));
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return bytes;
  }

  blockingRead(length: bigint): Uint8Array {
    this.#poller.waitUntil(() => this.#ready());
    return this.read(length);
  }

  subscribe(): Pollable {
    return this.#poller.pollable(() => this.#ready());
  }

  #ready(): boolean {
    if (this.#rest.length > 0 || this.#ended) return true;
    if (!this.#requested) this.#request();
    const received = receiveMessageOnPort(this.#port) as { message: ToEditedInput } | undefined;
    if (received === undefined) return false;
    const { message } = received;
    this.#requested = false;
    if (message.kind === 'end') {
      this.#ended = true;
    } else {
      this.#rest = new TextEncoder().encode(message.text);
      this.#capturing = message.capture;
      if (message.capture) this.#output.capture();
    }
    return true;
  }

  #request(): void {
    this.#requested = true;
    const captured = this.#capturing ? this.#output.endCapture() : undefined;
    this.#capturing = false;
    const request: LineRequest = { prompt: this.#output.takeUnfinished(), captured };
    this.#port.postMessage(request);
  }
}
