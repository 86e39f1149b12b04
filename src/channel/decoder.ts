/** Bytes to plain values: see codec.ts. */
import { BIG_ARRAY, CodecError, type Dictionary, SHORT_BYTES, TAG } from './codec.ts';

const NOTHING = new Uint8Array(0);

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
