/**
 * Reads LEB128 integers, names and byte runs (core spec 3.0, section 5.2): every encoding that the spec
 * accepts, padded ones included, and nothing else. One-byte LEBs are by far the most common, so each
 * integer has that path first.
 */

import { WasmError } from './error.ts';

// ignoreBOM: a name may begin with U+FEFF, which the decoder would otherwise swallow.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads from `bytes`; every method throws {@link WasmError} at the offset where reading failed. */
export class ByteReader {
  readonly source: Uint8Array;
  /** Offset of the next byte. */
  offset: number;
  /** Offset behind the last byte that may be read. */
  end: number;

  constructor(bytes: Uint8Array, offset = 0, end: number = bytes.length) {
    if (offset < 0 || end > bytes.length || offset > end) {
      throw new RangeError(`no range ${offset}..${end} in ${bytes.length} bytes`);
    }
    this.source = bytes;
    this.offset = offset;
    this.end = end;
  }

  u8(): number {
    if (this.offset >= this.end) throw new WasmError('unexpected end', this.offset);
    return this.source[this.offset++]!;
  }

  /** Unsigned 32-bit LEB128. */
  u32(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let result = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    const last = this.u8();
    if (last >= 0x80) throw this.#tooLong('u32');
    if (last > 0x0f) throw this.#tooLarge('u32');
    return (result | (last << 28)) >>> 0;
  }

  /** Signed 32-bit LEB128. */
  s32(): number {
    const first = this.u8();
    if (first < 0x80) return (first << 25) >> 25;
    let result = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const unused = 25 - shift;
        return (result << unused) >> unused;
      }
    }
    const last = this.u8();
    if (last >= 0x80) throw this.#tooLong('s32');
    // The bits above bit 31 must repeat the sign.
    if (last > 0x07 && last < 0x78) throw this.#tooLarge('s32');
    return result | (last << 28);
  }

  /** Signed 33-bit LEB128, the encoding of block types and heap types. */
  s33(): number {
    const first = this.u8();
    if (first < 0x80) return (first << 25) >> 25;
    let result = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const unused = 25 - shift;
        return (result << unused) >> unused;
      }
    }
    const last = this.u8();
    if (last >= 0x80) throw this.#tooLong('s33');
    if (last > 0x0f && last < 0x70) throw this.#tooLarge('s33');
    const low = (result | (last << 28)) >>> 0;
    return last > 0x0f ? low - 0x1_0000_0000 : low;
  }

  /** Unsigned 64-bit LEB128. */
  u64(): bigint {
    const { value, last, length } = this.#long('u64');
    if (length === 10 && last > 0x01) throw this.#tooLarge('u64');
    return value;
  }

  /** Signed 64-bit LEB128. */
  s64(): bigint {
    const { value, last, length } = this.#long('s64');
    if (length === 10) {
      if (last !== 0x00 && last !== 0x7f) throw this.#tooLarge('s64');
      return BigInt.asIntN(64, value);
    }
    return BigInt.asIntN(7 * length, value);
  }

  /** Passes over what {@link s64} would read, with the same errors. */
  skipS64(): void {
    for (let length = 1; length < 10; length++) if (this.u8() < 0x80) return;
    const last = this.u8();
    if (last >= 0x80) throw this.#tooLong('s64');
    if (last !== 0x00 && last !== 0x7f) throw this.#tooLarge('s64');
  }

  /** A vector of bytes that is valid UTF-8. */
  name(): string {
    const length = this.u32();
    const at = this.offset;
    const bytes = this.bytes(length);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new WasmError('malformed UTF-8 encoding', at);
    }
  }

  /** The next `n` bytes, as a view and not a copy. */
  bytes(n: number): Uint8Array {
    const start = this.offset;
    this.skip(n);
    return this.source.subarray(start, start + n);
  }

  /** Moves `n` bytes on. */
  skip(n: number): void {
    if (n > this.end - this.offset) {
      throw new WasmError(`unexpected end: ${n} bytes wanted`, this.offset);
    }
    this.offset += n;
  }

  /**
   * The length of a vector whose elements take at least one byte each. The check keeps a count
   * that the input cannot back from driving any allocation or loop.
   */
  count(what: string): number {
    const at = this.offset;
    const count = this.u32();
    if (count > this.end - this.offset) {
      throw new WasmError(
        `unexpected end: ${count} ${what} in ${this.end - this.offset} bytes`,
        at,
      );
    }
    return count;
  }

  #long(what: string): { value: bigint; last: number; length: number } {
    let value = 0n;
    for (let length = 1; length <= 10; length++) {
      const last = this.u8();
      value |= BigInt(last & 0x7f) << BigInt(7 * (length - 1));
      if (last < 0x80) return { value, last, length };
    }
    throw this.#tooLong(what);
  }

  #tooLong(what: string): WasmError {
    return new WasmError(`integer representation too long for ${what}`, this.offset - 1);
  }

  #tooLarge(what: string): WasmError {
    return new WasmError(`integer too large for ${what}`, this.offset - 1);
  }
}
