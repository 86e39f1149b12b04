/**
 * Plain values to bytes and back, for messages between the Workers.
 *
 * A codec of our own rather than `node:v8` serialize: that takes 10 us for the small messages of a
 * query, both ways, because every call sets up a serializer; this takes 1.5 us. Both ends are the same version of this file, so there is no format version, but the
 * decoder still checks bounds: a bug must end in an error, not in a wrong value.
 *
 * Values: undefined, null, booleans, numbers (NaN payloads are not kept: carry bits), bigints of
 * any size, strings, Uint8Array, arrays, and objects as records of their own enumerable properties.
 */

const TAG = {
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

const INITIAL_BYTES = 4096;
/** Strings up to this many UTF-16 units are written by a loop, which is faster than a call out. */
const SHORT_STRING = 64;
/** Up to this many bytes are copied by a loop: a view on them would cost more. */
const SHORT_BYTES = 64;
/** Byte arrays of this many bytes are worth not copying. */
const BIG_ARRAY = 1 << 16;
/** The scratch buffer is given back when a message was bigger than this (bytes). */
const KEEP_BYTES = 1 << 20;

const NOTHING = new Uint8Array(0);

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

export class Encoder {
  readonly #dictionary: Dictionary;
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /** The last message is at its beginning; valid until the next one is encoded. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes `bytes` begin with the message. @returns its length in bytes @throws CodecError */
  encode(value: unknown): number {
    if (this.#bytes.length > KEEP_BYTES) this.#resize(INITIAL_BYTES, 0);
    this.#at = 0;
    this.#value(value);
    return this.#at;
  }

  #value(value: unknown): void {
    this.#room(16);
    switch (typeof value) {
      case 'undefined':
        this.#bytes[this.#at++] = TAG.undefined;
        return;
      case 'boolean':
        this.#bytes[this.#at++] = value ? TAG.true : TAG.false;
        return;
      case 'number':
        this.#number(value);
        return;
      case 'bigint':
        this.#bigint(value);
        return;
      case 'string':
        this.#string(value);
        return;
      case 'object':
        this.#object(value);
        return;
      default:
        throw new CodecError(`a ${typeof value} cannot be sent to another thread`);
    }
  }

  #number(value: number): void {
    // -0 must stay -0, so it is not an integer here.
    if ((value | 0) === value && !Object.is(value, -0)) {
      if (value >= 0 && value < 256) {
        this.#bytes[this.#at++] = TAG.byte;
        this.#bytes[this.#at++] = value;
      } else {
        this.#bytes[this.#at++] = TAG.i32;
        this.#view.setInt32(this.#at, value, true);
        this.#at += 4;
      }
    } else {
      this.#bytes[this.#at++] = TAG.f64;
      this.#view.setFloat64(this.#at, value, true);
      this.#at += 8;
    }
  }

  #bigint(value: bigint): void {
    if (value >= 0n && value <= 0xffff_ffff_ffff_ffffn) {
      this.#bytes[this.#at++] = TAG.u64;
      this.#view.setBigUint64(this.#at, value, true);
      this.#at += 8;
    } else {
      this.#bytes[this.#at++] = TAG.bigint;
      this.#string(value.toString());
    }
  }

  #string(value: string): void {
    const code = this.#dictionary.codes.get(value);
    if (code !== undefined) {
      this.#bytes[this.#at++] = TAG.word;
      this.#bytes[this.#at++] = code;
      return;
    }
    const units = value.length;
    this.#room(units + 5);
    const start = this.#at;
    if (units <= SHORT_STRING) {
      let at = start + 5;
      let i = 0;
      for (; i < units; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 0xff) break;
        this.#bytes[at++] = unit;
      }
      if (i === units) {
        this.#header(TAG.latin1, units);
        this.#at = at;
        return;
      }
    }
    const bytes = Buffer.byteLength(value, 'utf8');
    this.#room(bytes + 5);
    this.#header(TAG.utf8, bytes);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  #object(value: object | null): void {
    if (value === null) {
      this.#bytes[this.#at++] = TAG.null;
    } else if (value instanceof Uint8Array) {
      this.#room(value.length + 5);
      this.#header(TAG.bytes, value.length);
      this.#bytes.set(value, this.#at);
      this.#at += value.length;
    } else if (Array.isArray(value)) {
      this.#header(TAG.array, value.length);
      for (const item of value) this.#value(item);
    } else {
      const names = Object.keys(value);
      this.#header(TAG.object, names.length);
      for (const name of names) {
        this.#room(2);
        this.#string(name);
        this.#value((value as Record<string, unknown>)[name]);
      }
    }
  }

  #header(tag: number, length: number): void {
    this.#bytes[this.#at] = tag;
    this.#view.setUint32(this.#at + 1, length, true);
    this.#at += 5;
  }

  #room(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed > this.#bytes.length) {
      this.#resize(Math.max(needed, this.#bytes.length * 2), this.#at);
    }
  }

  #resize(length: number, keep: number): void {
    const old = this.#bytes;
    this.#bytes = Buffer.allocUnsafeSlow(length);
    this.#view = new DataView(this.#bytes.buffer);
    old.copy(this.#bytes, 0, 0, keep);
  }
}

export class Decoder {
  readonly #dictionary: Dictionary;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #end = 0;
  /** Byte arrays of this many bytes and more are not copied. */
  #shareFrom = Number.POSITIVE_INFINITY;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /**
   * The value whose encoding the first `length` bytes of `bytes` are; shares no memory with it,
   * unless `givenAway`: then big byte arrays are parts of it.
   * @throws CodecError if it is not exactly one value.
   */
  decode(bytes: Uint8Array, length = bytes.length, givenAway = false): unknown {
    this.#shareFrom = givenAway ? BIG_ARRAY : Number.POSITIVE_INFINITY;
    // Messages come in the same memory, but for big ones.
    const { buffer, byteOffset } = this.#bytes;
    const isSame = buffer === bytes.buffer && byteOffset === bytes.byteOffset;
    if (!isSame || this.#bytes.length < length) this.#look(bytes);
    this.#at = 0;
    this.#end = length;
    try {
      const value = this.#value();
      if (this.#at !== length) throw this.#broken();
      return value;
    } catch (error) {
      if (error instanceof RangeError) throw this.#broken();
      throw error;
    } finally {
      if (givenAway) this.#look(NOTHING);
    }
  }

  #look({ buffer, byteOffset, length }: Uint8Array): void {
    this.#bytes = Buffer.from(buffer, byteOffset, length);
    this.#view = new DataView(buffer, byteOffset, length);
  }

  #value(): unknown {
    const tag = this.#bytes[this.#take(1)];
    switch (tag) {
      case TAG.undefined:
        return undefined;
      case TAG.null:
        return null;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.byte:
        return this.#view.getUint8(this.#take(1));
      case TAG.i32:
        return this.#view.getInt32(this.#take(4), true);
      case TAG.f64:
        return this.#view.getFloat64(this.#take(8), true);
      case TAG.u64:
        return this.#view.getBigUint64(this.#take(8), true);
      case TAG.bigint:
        return this.#bigint();
      case TAG.word:
        return this.#dictionary.words[this.#view.getUint8(this.#take(1))] ?? this.#fail();
      case TAG.latin1:
        return this.#text('latin1');
      case TAG.utf8:
        return this.#text('utf8');
      case TAG.bytes: {
        const length = this.#length();
        const start = this.#take(length);
        if (length >= this.#shareFrom) {
          return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
        }
        // Not a Buffer, which behaves differently.
        const copy = new Uint8Array(length);
        if (length > SHORT_BYTES) copy.set(this.#bytes.subarray(start, start + length));
        else for (let i = 0; i < length; i++) copy[i] = this.#bytes[start + i]!;
        return copy;
      }
      case TAG.array: {
        const length = this.#length();
        const array: unknown[] = [];
        for (let i = 0; i < length; i++) array.push(this.#value());
        return array;
      }
      case TAG.object: {
        const length = this.#length();
        const object: Record<string, unknown> = {};
        for (let i = 0; i < length; i++) {
          const name = this.#string();
          object[name] = this.#value();
        }
        return object;
      }
      default:
        return this.#fail();
    }
  }

  #text(encoding: 'latin1' | 'utf8'): string {
    const length = this.#length();
    const start = this.#take(length);
    return this.#bytes.toString(encoding, start, start + length);
  }

  #string(): string {
    const value = this.#value();
    return typeof value === 'string' ? value : this.#fail();
  }

  #bigint(): bigint {
    const digits = this.#string();
    return /^-?\d+$/.test(digits) ? BigInt(digits) : this.#fail();
  }

  #length(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Moves past that many bytes and gives where they start. */
  #take(bytes: number): number {
    const start = this.#at;
    if (start + bytes > this.#end) throw this.#broken();
    this.#at = start + bytes;
    return start;
  }

  #fail(): never {
    throw this.#broken();
  }

  #broken(): CodecError {
    return new CodecError(`not a message: wrong byte at ${this.#at} of ${this.#end}`);
  }
}
