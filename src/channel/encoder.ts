/** Plain values to bytes: see codec.ts. */
import { BIG_ARRAY, CodecError, type Dictionary, SHORT_BYTES, TAG } from './codec.ts';

const INITIAL_BYTES = 4096;
/** Strings up to this many UTF-16 units are written by a loop, which is faster than a call out. */
const SHORT_STRING = 64;
/** The scratch buffer is given back when a message was bigger than this (bytes). */
const KEEP_BYTES = 1 << 20;

/** Bytes of a message that are where they always were. */
export interface Insert {
  /** Where they belong in the encoder's `bytes`. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

export class Encoder {
  readonly #dictionary: Dictionary;
  #inserts: Insert[] = [];
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(dictionary: Dictionary) {
    this.#dictionary = dictionary;
  }

  /**
   * The last message is at its beginning, but for the inserts; valid until the next one is encoded.
   */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The big byte arrays of the last message, in their order. They are not copied. */
  get inserts(): readonly Insert[] {
    return this.#inserts;
  }

  /**
   * Makes `bytes` begin with the message.
   * @returns its length in bytes, without the inserts
   * @throws CodecError
   */
  encode(value: unknown): number {
    if (this.#bytes.length > KEEP_BYTES) this.#resize(INITIAL_BYTES, 0);
    if (this.#inserts.length > 0) this.#inserts = [];
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
      this.#byteArray(value);
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

  #byteArray(value: Uint8Array): void {
    const { length } = value;
    this.#room(5 + (length < BIG_ARRAY ? length : 0));
    this.#header(TAG.bytes, length);
    if (length >= BIG_ARRAY) {
      this.#inserts.push({ at: this.#at, bytes: value });
      return;
    }
    if (length > SHORT_BYTES) this.#bytes.set(value, this.#at);
    else for (let i = 0; i < length; i++) this.#bytes[this.#at + i] = value[i]!;
    this.#at += length;
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
