import { describe, expect, it } from 'vitest';
import { BIG_ARRAY, CodecError, Dictionary } from '../../src/channel/codec.ts';
import { Decoder } from '../../src/channel/decoder.ts';
import { Encoder } from '../../src/channel/encoder.ts';

const dictionary = new Dictionary(['type', 'value', 'i32']);
const encoder = new Encoder(dictionary);
const decoder = new Decoder(dictionary);
/** The whole message, with its inserts in their places. */
const encode = (value: unknown) => {
  const length = encoder.encode(value);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { at, bytes } of [...encoder.inserts, { at: length, bytes: new Uint8Array(0) }]) {
    pieces.push(encoder.bytes.subarray(from, at), bytes);
    from = at;
  }
  return new Uint8Array(Buffer.concat(pieces));
};
const roundTrip = (value: unknown) => decoder.decode(encode(value));

const SPECIMENS: unknown[] = [
  undefined,
  null,
  true,
  false,
  ...[0, -0, 1, -1, 255, 256, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5, NaN, -Infinity],
  ...[0n, 1n, -1n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 70n)],
  ...['', 'type', 'x', 'é', '∀', '😀', '\ud800'.toWellFormed(), 'a'.repeat(64), 'ÿ'.repeat(65)],
  new Uint8Array(0),
  Uint8Array.of(1, 2, 3),
  [],
  [[1, [2n]], 'i32'],
  {},
  { type: 'i32', value: 0xffff_ffff },
  { type: 'v128', bytes: new Uint8Array(16), absent: undefined },
];

describe('codec', () => {
  it.each(SPECIMENS.map((value) => [value]))('keeps %o', (value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('gives bytes that share no memory with the message', () => {
    const message = encode(Uint8Array.of(1, 2, 3));
    const bytes = decoder.decode(message) as Uint8Array;
    message.fill(9);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('leaves big arrays where they are, among others', () => {
    const big = new Uint8Array(BIG_ARRAY).fill(7);
    const [first, last] = [big.subarray(0), big.map((_, i) => i)];
    const value = { type: [first, 'i32', Uint8Array.of(1)], value: last };
    expect(roundTrip(value)).toEqual(value);
    encoder.encode(value);
    expect(encoder.inserts.map(({ bytes }) => bytes)).toEqual([first, last]);
    expect(encoder.inserts[0]!.bytes.buffer).toBe(big.buffer);
    encoder.encode(Uint8Array.of(1));
    expect(encoder.inserts).toEqual([]);
  });

  it('reads a part of a bigger buffer', () => {
    const message = encode(['∀', 1.5, 7n]);
    const buffer = new Uint8Array(message.length + 10).fill(0xff);
    buffer.set(message, 5);
    expect(decoder.decode(buffer.subarray(5, 5 + message.length))).toEqual(['∀', 1.5, 7n]);
  });

  it('refuses what cannot be sent', () => {
    expect(() => encoder.encode({ f: () => 1 })).toThrow(CodecError);
    expect(() => encoder.encode([Symbol('s')])).toThrow(CodecError);
  });

  it('takes a message that was cut short for an error, at every length', () => {
    const whole = encode(SPECIMENS);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decoder.decode(whole.subarray(0, length)), `${length} bytes`).toThrow(
        CodecError,
      );
    }
  });

  it('reads only so many bytes of a buffer that holds older ones', () => {
    const long = encode('a long text');
    const short = encode('short');
    const buffer = new Uint8Array(100);
    buffer.set(long);
    expect(decoder.decode(buffer, long.length)).toBe('a long text');
    buffer.set(short);
    expect(decoder.decode(buffer, short.length)).toBe('short');
    expect(() => decoder.decode(buffer, short.length - 1)).toThrow(CodecError);
    expect(decoder.decode(buffer.subarray(0, short.length))).toBe('short');
  });

  it('takes bytes after the value for an error', () => {
    expect(() => decoder.decode(Uint8Array.of(...encode(1), 0))).toThrow(CodecError);
  });

  it('ends in a value or a CodecError for any bytes', () => {
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed >>> 16;
    };
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.from({ length: random() % 40 }, () => random() % 20);
      try {
        decoder.decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(CodecError);
      }
    }
  });

  it('copies small arrays always, and big ones unless the message is given away', () => {
    const big = new Uint8Array(100_000).fill(7);
    const message = encode([Uint8Array.of(1, 2), big]);
    const copies = decoder.decode(message) as Uint8Array[];
    const parts = decoder.decode(message, message.length, true) as Uint8Array[];
    message.fill(0);
    expect(copies).toEqual([Uint8Array.of(1, 2), big]);
    expect(parts[0]).toEqual(Uint8Array.of(1, 2));
    expect(parts[1]!.every((byte) => byte === 0)).toBe(true);
    expect(parts[1]!.constructor).toBe(Uint8Array);
  });

  it('says when a dictionary is too big', () => {
    expect(() => new Dictionary(Array.from({ length: 257 }, (_, i) => `w${i}`))).toThrow(
      CodecError,
    );
  });
});
