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
import type { LineWriter } from './output.ts';
import type { Poller } from './poll.ts';
import { PolledInput } from './polled-input.ts';

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

export class EditedInput extends PolledInput {
  readonly #port: MessagePort;
  readonly #output: LineWriter;
  #rest: Uint8Array = new Uint8Array();
  #requested = false;
  #capturing = false;
  #ended = false;

  /** @param output the component's standard output, which holds unfinished lines back */
  constructor(port: MessagePort, poller: Poller, output: LineWriter) {
    super(poller);
    this.#port = port;
    this.#output = output;
  }

  protected override take(length: bigint): Uint8Array | undefined {
    if (this.#rest.length === 0) return undefined;
    const most = Number(length < BigInt(this.#rest.length) ? length : BigInt(this.#rest.length));
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return bytes;
  }

  protected override ready(): boolean {
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
