/**
 * Packets on a stream of bytes: `$` payload `#` two hexadecimal digits (the sum of the payload's
 * bytes modulo 256), and between packets `+`, `-` and the byte 3, which interrupts. (GDB manual,
 * "Overview" of the remote serial protocol.) Without I/O: bytes are pushed in.
 */

import { fromHexDigit } from './hex.ts';

/** What a client can say. */
export type Input =
  | { readonly kind: 'packet'; readonly payload: Uint8Array }
  | { readonly kind: 'interrupt' }
  | { readonly kind: 'ack' }
  | { readonly kind: 'nak' }
  /** A packet that cannot be used. */
  | { readonly kind: 'broken'; readonly why: 'checksum' | 'too-long' };

const DOLLAR = 0x24;
const HASH = 0x23;
const INTERRUPT = 0x03;
const PLUS = 0x2b;
const MINUS = 0x2d;

/**
 *     outside --$--> payload --#--> first digit --> second digit --> outside
 */
type State = 'outside' | 'payload' | 'first-digit' | 'second-digit';

export class PacketReader {
  readonly #limit: number;
  #state: State = 'outside';
  #parts: Uint8Array[] = [];
  #length = 0;
  #digit: number | undefined;

  /** @param limit bytes of payload above which a packet is given up as too long */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes bytes in, cut anywhere, and calls `sink` for all that is complete, in order. */
  push(bytes: Uint8Array, sink: (input: Input) => void): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'payload') at = this.#pushPayload(bytes, at);
      else this.#pushByte(bytes[at++]!, sink);
    }
  }

  #pushPayload(bytes: Uint8Array, start: number): number {
    // Searched natively: this code is interpreted, and packets may be long.
    const hash = bytes.indexOf(HASH, start);
    const end = hash < 0 ? bytes.length : hash;
    let from = start;
    const dollar = bytes.subarray(start, end).lastIndexOf(DOLLAR);
    if (dollar >= 0) {
      // Inside a payload it would be escaped: the end of the packet before it was lost.
      this.#begin();
      from = start + dollar + 1;
    }
    this.#length += end - from;
    if (this.#length <= this.#limit) this.#parts.push(new Uint8Array(bytes.subarray(from, end)));
    else this.#parts = [];
    if (hash < 0) return end;
    this.#state = 'first-digit';
    return end + 1;
  }

  #pushByte(byte: number, sink: (input: Input) => void): void {
    switch (this.#state) {
      case 'first-digit':
        this.#digit = fromHexDigit(byte);
        this.#state = 'second-digit';
        return;
      case 'second-digit': {
        this.#state = 'outside';
        sink(this.#finish(fromHexDigit(byte)));
        return;
      }
      default:
        // Anything else between packets is noise.
        if (byte === DOLLAR) this.#begin();
        else if (byte === INTERRUPT) sink({ kind: 'interrupt' });
        else if (byte === PLUS) sink({ kind: 'ack' });
        else if (byte === MINUS) sink({ kind: 'nak' });
    }
  }

  #begin(): void {
    this.#state = 'payload';
    this.#parts = [];
    this.#length = 0;
  }

  #finish(lowDigit: number | undefined): Input {
    if (this.#length > this.#limit) return { kind: 'broken', why: 'too-long' };
    const payload = this.#parts.length === 1 ? this.#parts[0]! : joined(this.#parts, this.#length);
    this.#parts = [];
    const high = this.#digit;
    if (high === undefined || lowDigit === undefined || high * 16 + lowDigit !== sum(payload)) {
      return { kind: 'broken', why: 'checksum' };
    }
    return { kind: 'packet', payload };
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A packet with this payload, in which what has to be escaped is escaped already. */
export function packet(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + 4);
  bytes[0] = DOLLAR;
  bytes.set(payload, 1);
  bytes[payload.length + 1] = HASH;
  const digits = sum(payload).toString(16).padStart(2, '0');
  bytes[payload.length + 2] = digits.charCodeAt(0);
  bytes[payload.length + 3] = digits.charCodeAt(1);
  return bytes;
}

/** So few that two lanes of 15 bits do not overflow: 2^15 / (2 * 255). */
const WORDS_A_ROUND = 64;

/** The sum of all bytes modulo 256, four bytes at a time: replies have up to 128 KiB. */
export function sum(bytes: Uint8Array): number {
  let total = 0;
  let at = 0;
  if (bytes.length >= 64) {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    const words = new Uint32Array(aligned.buffer, aligned.byteOffset, bytes.length >>> 2);
    for (let start = 0; start < words.length; start += WORDS_A_ROUND) {
      const end = Math.min(start + WORDS_A_ROUND, words.length);
      let lanes = 0;
      for (let i = start; i < end; i++) {
        const word = words[i]!;
        lanes += (word & 0x00ff_00ff) + ((word >>> 8) & 0x00ff_00ff);
      }
      total += (lanes & 0xffff) + (lanes >>> 16);
    }
    at = words.length * 4;
  }
  for (; at < bytes.length; at++) total += bytes[at]!;
  return total & 0xff;
}
