/**
 * The two ends of a channel. The caller asks and waits for events; the responder answers and
 * announces events. What the values mean is their users' business.
 *
 * An event is a number that grows, so a third thread can wait for it by that alone. What happened
 * comes along, before the number, as if it had been asked for. Only what is too long to be handed over
 * at once is asked for like everything else: the responder must not wait for a caller that wants no
 * event.
 */

import {
  ANSWER_LANE,
  type ChannelBuffers,
  closedError,
  controlWords,
  EVENT,
  REQUEST_LANE,
  ringWake,
} from './buffers.ts';
import type { Dictionary } from './codec.ts';
import { Decoder } from './decoder.ts';
import { Encoder } from './encoder.ts';
import { LaneReader, LaneWriter } from './lane.ts';
import { Spinner } from './spin.ts';

export class ChannelCaller {
  readonly #buffers: ChannelBuffers;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #requests: LaneWriter;
  readonly #answers: LaneReader;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #spinner = new Spinner();

  constructor(buffers: ChannelBuffers, dictionary: Dictionary) {
    this.#buffers = buffers;
    this.#words = controlWords(buffers);
    this.#requests = new LaneWriter(buffers, REQUEST_LANE, buffers.requests);
    this.#answers = new LaneReader(buffers, ANSWER_LANE, buffers.answers);
    this.#encoder = new Encoder(dictionary);
    this.#decoder = new Decoder(dictionary);
  }

  /** Sends a message that gets no answer. @throws ChannelClosedError, CodecError */
  send(message: unknown): void {
    const length = this.#encoder.encode(message);
    this.#requests.write(this.#encoder.bytes, length, this.#encoder.inserts);
  }

  /** Sends a message and blocks for its answer. @throws ChannelClosedError, CodecError */
  call(message: unknown): unknown {
    this.send(message);
    return this.#receive();
  }

  #receive(): unknown {
    const length = this.#answers.read();
    const { message, givenAway } = this.#answers;
    return this.#decoder.decode(message, length, givenAway);
  }

  /** The number of the last event, to be given to `waitEvent`. */
  lastEvent(): number {
    return Atomics.load(this.#words, EVENT);
  }

  /**
   * Blocks until there is an event after `seen`, at most `timeoutMs` (milliseconds). False if there
   * is none by then. @throws ChannelClosedError if there will be none
   */
  waitEvent(seen: number, timeoutMs = Number.POSITIVE_INFINITY): boolean {
    if (this.#spinner.untilIsNot(this.#words, EVENT, seen)) return true;
    const deadline = performance.now() + timeoutMs;
    while (Atomics.load(this.#words, EVENT) === seen) {
      const closed = closedError(this.#buffers);
      if (closed !== undefined) throw closed;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      Atomics.wait(this.#words, EVENT, seen, left);
    }
    return true;
  }

  /**
   * What has come along with an event that `waitEvent` has waited for; undefined: ask for it.
   * @throws ChannelClosedError, CodecError
   */
  takeEvent(): unknown {
    return this.#receive();
  }

  /** Whether `waitEvent` would return at once, or throw. */
  eventAfter(seen: number): boolean {
    return Atomics.load(this.#words, EVENT) !== seen;
  }
}

export class ChannelResponder {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #requests: LaneReader;
  readonly #answers: LaneWriter;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;

  constructor(buffers: ChannelBuffers, dictionary: Dictionary) {
    this.#words = controlWords(buffers);
    this.#requests = new LaneReader(buffers, REQUEST_LANE, buffers.requests);
    this.#answers = new LaneWriter(buffers, ANSWER_LANE, buffers.answers);
    this.#encoder = new Encoder(dictionary);
    this.#decoder = new Decoder(dictionary);
  }

  /** Blocks for the next message. @throws ChannelClosedError, CodecError */
  receive(): unknown {
    const length = this.#requests.read();
    const { message, givenAway } = this.#requests;
    return this.#decoder.decode(message, length, givenAway);
  }

  /** Answers the message received last. @throws ChannelClosedError, CodecError */
  answer(message: unknown): void {
    const length = this.#encoder.encode(message);
    this.#answers.write(this.#encoder.bytes, length, this.#encoder.inserts);
  }

  /**
   * Tells the caller, and whoever watches, that there is an event, and what it is. Everything that was
   * asked must have been answered. @throws ChannelClosedError, CodecError
   */
  announce(message: unknown): void {
    let length = this.#encoder.encode(message);
    const whole = this.#encoder.inserts.length === 0;
    if (!whole || !this.#answers.takes(length)) length = this.#encoder.encode(undefined);
    this.#answers.write(this.#encoder.bytes, length);
    Atomics.add(this.#words, EVENT, 1);
    Atomics.notify(this.#words, EVENT);
    ringWake(this.#words);
  }
}
