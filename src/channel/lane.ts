/**
 * One direction of a channel: messages of any length from one thread to another, handed over chunk
 * by chunk. Each end belongs to one thread and blocks it.
 *
 * The turn word says whose the chunk is. The writer fills it and gives it to the reader, who copies
 * it out and gives it back:
 *
 *     writer --(chunk, more?)--> reader --(copied)--> writer
 */

import { type ChannelBuffers, closedError, controlWords, LANE, TURN } from './buffers.ts';
import { BIG_ARRAY, SHORT_BYTES } from './codec.ts';
import type { Insert } from './encoder.ts';
import { Spinner } from './spin.ts';

abstract class LaneEnd {
  protected readonly words: Int32Array<SharedArrayBuffer>;
  protected readonly chunk: Uint8Array<SharedArrayBuffer>;
  protected readonly base: number;
  readonly #buffers: ChannelBuffers;
  readonly #spinner = new Spinner();

  constructor(buffers: ChannelBuffers, base: number, chunk: SharedArrayBuffer) {
    this.#buffers = buffers;
    this.words = controlWords(buffers);
    this.base = base;
    this.chunk = new Uint8Array(chunk);
  }

  /**
   * Blocks until the chunk is ours. `sleeps` is the word that tells the peer to wake us: one for
   * each end, because an end that wakes up must not take back what the other has just announced.
   * @throws ChannelClosedError
   */
  protected await(mine: number, sleeps: number): void {
    const at = this.base + LANE.turn;
    if (this.#spinner.untilIs(this.words, at, mine)) return;
    for (;;) {
      // Announce the sleep before the last look, or the peer may skip the notify in between.
      Atomics.store(this.words, this.base + sleeps, 1);
      const turn = Atomics.load(this.words, at);
      if (turn === mine) break;
      this.#throwIfClosed();
      Atomics.wait(this.words, at, turn);
    }
    Atomics.store(this.words, this.base + sleeps, 0);
  }

  /** Gives the chunk to the other end. */
  protected give(theirs: number, sleeps: number): void {
    const at = this.base + LANE.turn;
    Atomics.store(this.words, at, theirs);
    if (Atomics.load(this.words, this.base + sleeps) !== 0) Atomics.notify(this.words, at);
  }

  #throwIfClosed(): void {
    const error = closedError(this.#buffers);
    if (error !== undefined) throw error;
  }
}

export class LaneWriter extends LaneEnd {
  /** Whether a message of so many bytes crosses in one go: `write` waits for nobody then. */
  takes(length: number): boolean {
    return length <= this.chunk.length;
  }

  /**
   * Sends the first `length` bytes of `message`, with the inserts in their places. Returns when the
   * last chunk is handed over, not when it is read. @throws ChannelClosedError
   */
  write(message: Uint8Array, length = message.length, inserts: readonly Insert[] = []): void {
    if (inserts.length > 0 || !this.takes(length)) {
      this.#writePieces(pieces(message, length, inserts));
      return;
    }
    this.await(TURN.writer, LANE.writerSleeps);
    copy(message, 0, this.chunk, 0, length);
    this.#hand(length, 0);
  }

  #writePieces(all: readonly Uint8Array[]): void {
    let left = all.reduce((sum, { length }) => sum + length, 0);
    let piece = 0;
    let sent = 0;
    do {
      this.await(TURN.writer, LANE.writerSleeps);
      let at = 0;
      while (piece < all.length && at < this.chunk.length) {
        const from = all[piece]!;
        const part = Math.min(this.chunk.length - at, from.length - sent);
        copy(from, sent, this.chunk, at, part);
        at += part;
        sent += part;
        if (sent < from.length) continue;
        piece++;
        sent = 0;
      }
      left -= at;
      this.#hand(at, left);
    } while (left > 0);
  }

  #hand(part: number, more: number): void {
    this.words[this.base + LANE.chunk] = part;
    this.words[this.base + LANE.more] = more;
    this.give(TURN.reader, LANE.readerSleeps);
  }
}

function pieces(message: Uint8Array, length: number, inserts: readonly Insert[]): Uint8Array[] {
  const found: Uint8Array[] = [];
  let from = 0;
  for (const { at, bytes } of inserts) {
    found.push(message.subarray(from, at), bytes);
    from = at;
  }
  found.push(message.subarray(from, length));
  return found;
}

export class LaneReader extends LaneEnd {
  #message = new Uint8Array(4096);
  #givenAway = false;

  /** The last message is at its beginning; valid until the next call of `read`. */
  get message(): Uint8Array {
    return this.#message;
  }

  /** Whether the last message's memory is the caller's for good: so it is when that is big. */
  get givenAway(): boolean {
    return this.#givenAway;
  }

  /** Blocks for a message. @returns its length in bytes @throws ChannelClosedError */
  read(): number {
    if (this.#givenAway) this.#message = new Uint8Array(4096);
    let length = 0;
    for (;;) {
      this.await(TURN.reader, LANE.readerSleeps);
      const part = this.words[this.base + LANE.chunk]!;
      const more = this.words[this.base + LANE.more]! >>> 0;
      if (length + part + more > this.#message.length) this.#grow(length, length + part + more);
      copy(this.chunk, 0, this.#message, length, part);
      length += part;
      this.give(TURN.writer, LANE.writerSleeps);
      if (more > 0) continue;
      this.#givenAway = this.#message.length > BIG_ARRAY;
      return length;
    }
  }

  #grow(keep: number, length: number): void {
    const old = this.#message;
    this.#message = new Uint8Array(Math.max(length, old.length * 2));
    this.#message.set(old.subarray(0, keep));
  }
}

function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  if (length > SHORT_BYTES) {
    // Not `set`: to and from shared memory that copies byte by byte if the two are not aligned alike.
    Buffer.prototype.copy.call(from, to, at, start, start + length);
    return;
  }
  for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
}
