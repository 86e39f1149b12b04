/**
 * Plain values to bytes and back, for messages between the Workers.
 *
 * A codec of our own rather than `node:v8` serialize: that takes 10 us for the small messages of a
 * query, both ways, because every call sets up a serializer; this takes 0.4 us. Both ends are of the
 * same version, so there is no format version, but the decoder (decoder.ts) still checks bounds: a bug
 * must end in an error, not in a wrong value.
 *
 * Values: undefined, null, booleans, numbers (NaN payloads are not kept: carry bits), bigints of
 * any size, strings, Uint8Array, arrays, and objects as records of their own enumerable properties.
 */

export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  i32: 4,
  f64: 5,
  u64: 6,
  bigint: 7,
  latin1: 8,
  utf8: 9,
  word: 10,
  bytes: 11,
  array: 12,
  object: 13,
  byte: 14,
} as const;

/** Up to this many bytes are copied by a loop: a view on them would cost more. */
export const SHORT_BYTES: number = 64;
/** Byte arrays of this many bytes are worth not copying. */
export const BIG_ARRAY: number = 1 << 16;

/** The value cannot be sent, or the bytes are not a message. */
export class CodecError extends Error {
  override name = 'CodecError';
}

/** Strings that messages often contain (property names, tags): each travels as one byte. */
export class Dictionary {
  readonly words: readonly string[];
  readonly codes: ReadonlyMap<string, number>;

  /** @throws CodecError if there are more than 256 different words. */
  constructor(words: Iterable<string>) {
    this.words = [...new Set(words)];
    if (this.words.length > 256) throw new CodecError(`${this.words.length} words in a dictionary`);
    this.codes = new Map(this.words.map((word, code) => [word, code]));
  }
}
