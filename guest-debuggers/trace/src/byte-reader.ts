/** Reading the encodings of the binary format, with the position in every error. */

/** The bytes end early or hold something else than the format says. */
export class MalformedModule extends Error {
  override name = 'MalformedModule';
  constructor(message: string, offset: number) {
    super(`${message} at offset 0x${offset.toString(16)}`);
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  /** Byte offset in the module of the next byte to read. */
  offset: number;
  /** Byte offset in the module at which this reader's part ends. */
  readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.offset >= this.end;
  }

  byte(): number {
    const value = this.atEnd ? undefined : this.#bytes[this.offset];
    if (value === undefined) throw new MalformedModule('unexpected end', this.offset);
    this.offset += 1;
    return value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      // Not <<: the fifth byte would make the number negative.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new MalformedModule('number longer than 32 bits', start);
  }

  /** Passes over a LEB128 number of any width. */
  skipNumber(): void {
    const start = this.offset;
    while (this.byte() >= 0x80) {
      if (this.offset - start > 10) throw new MalformedModule('number too long', start);
    }
  }

  /** The next `length` bytes, as a reader of their own. */
  part(length: number): ByteReader {
    const start = this.offset;
    if (length > this.end - start) throw new MalformedModule('unexpected end', start);
    this.offset += length;
    return new ByteReader(this.#bytes, start, this.offset);
  }

  /** A length, then that many bytes of UTF-8. */
  name(): string {
    const part = this.part(this.u32());
    return new TextDecoder().decode(this.#bytes.subarray(part.offset, part.end));
  }
}
