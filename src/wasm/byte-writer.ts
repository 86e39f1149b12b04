/** Writes LEB128 integers, names and byte runs (core spec 3.0, section 5.2). */

const toUtf8 = new TextEncoder();

/** So many are copied faster one by one: for more it pays to make a view of them. */
const FEW_BYTES = 24;

const NO_ROOM = new Uint8Array(0);

/** Writes into a buffer of its own that grows; integers get their shortest encoding. */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param room a capacity in bytes, or what another writer has left with {@link release} */
  constructor(room: number | Uint8Array<ArrayBuffer> = 256) {
    this.#buffer = typeof room === 'number' ? new Uint8Array(Math.max(16, room)) : room;
  }

  /** Gives the room away, with what was written, to be written over; the writer has none any more. */
  release(): Uint8Array<ArrayBuffer> {
    const room = this.#buffer;
    this.#buffer = NO_ROOM;
    this.#length = 0;
    return room;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(v: number): void {
    if (this.#length === this.#buffer.length) this.#grow(1);
    this.#buffer[this.#length++] = v;
  }

  /** @throws RangeError if `v` is not an integer in 0..2^32-1 */
  u32(v: number): void {
    if (v >>> 0 !== v) throw new RangeError(`not a u32: ${v}`);
    if (v <= 0x7f) {
      this.u8(v);
      return;
    }
    let rest = v;
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** Takes the value signed or unsigned: only its low 32 bits count. */
  s32(v: number): void {
    let rest = v | 0;
    while (rest > 63 || rest < -64) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.u8(rest & 0x7f);
  }

  /** @throws RangeError if `v` is not an integer in -2^32..2^32-1 */
  s33(v: number): void {
    if (!Number.isInteger(v) || v < -0x1_0000_0000 || v > 0xffff_ffff) {
      throw new RangeError(`not an s33: ${v}`);
    }
    let rest = v;
    while (rest > 63 || rest < -64) {
      // No shifts here: 33 bits do not fit them.
      this.u8((((rest % 128) + 128) % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest & 0x7f);
  }

  /** @throws RangeError if `v` is not in 0..2^64-1 */
  u64(v: bigint): void {
    if (v < 0n || v > 0xffff_ffff_ffff_ffffn) throw new RangeError(`not a u64: ${v}`);
    let rest = v;
    while (rest > 0x7fn) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest));
  }

  /** Takes the value signed or unsigned: only its low 64 bits count. */
  s64(v: bigint): void {
    let rest = BigInt.asIntN(64, v);
    while (rest > 63n || rest < -64n) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest & 0x7fn));
  }

  /** Appends `b[start..end]`. */
  bytes(b: Uint8Array, start = 0, end: number = b.length): void {
    const size = end - start;
    if (this.#length + size > this.#buffer.length) this.#grow(size);
    if (size <= FEW_BYTES) {
      const buffer = this.#buffer;
      let at = this.#length;
      for (let i = start; i < end; i++) buffer[at++] = b[i]!;
      this.#length = at;
      return;
    }
    this.#buffer.set(start === 0 && end === b.length ? b : b.subarray(start, end), this.#length);
    this.#length += size;
  }

  /** Appends what another writer has written. */
  append(other: ByteWriter): void {
    this.bytes(other.#buffer, 0, other.#length);
  }

  /** A name: its length in bytes, then UTF-8. */
  name(s: string): void {
    const encoded = toUtf8.encode(s);
    this.u32(encoded.length);
    this.bytes(encoded);
  }

  /** Leaves room for a u32 of exactly five bytes and returns where, for {@link patchU32}. */
  reserveU32(): number {
    const at = this.#length;
    for (let i = 0; i < 5; i++) this.u8(0);
    return at;
  }

  /** Fills in a place from {@link reserveU32}, with a padded LEB. */
  patchU32(at: number, v: number): void {
    if (v >>> 0 !== v) throw new RangeError(`not a u32: ${v}`);
    if (at + 5 > this.#length) throw new RangeError(`nothing reserved at ${at}`);
    for (let i = 0; i < 4; i++) this.#buffer[at + i] = ((v >>> (7 * i)) & 0x7f) | 0x80;
    this.#buffer[at + 4] = v >>> 28;
  }

  /**
   * An unsigned integer in so many bytes, up to 5, which readers take as they take its shortest encoding.
   *
   * @throws RangeError if that is too few
   */
  paddedU32(v: number, bytes: number): void {
    for (let i = 0; i < bytes; i++) this.u8(0);
    this.patchPaddedU32(this.#length - bytes, v, bytes);
  }

  /** Writes another integer in the place of one from {@link paddedU32}. */
  patchPaddedU32(at: number, v: number, bytes: number): void {
    const isLonger = bytes < 5 && v >>> (7 * bytes) !== 0;
    if (v >>> 0 !== v || isLonger) throw new RangeError(`not ${bytes} bytes: ${v}`);
    if (at + bytes > this.#length) throw new RangeError(`nothing written at ${at}`);
    for (let i = 0; i < bytes; i++) {
      const more = i < bytes - 1 ? 0x80 : 0;
      this.#buffer[at + i] = ((v >>> (7 * i)) & 0x7f) | more;
    }
  }

  /**
   * A signed integer in so many bytes, up to 5, which readers take as they take its shortest encoding.
   *
   * @throws RangeError if that is too few
   */
  paddedS32(v: number, bytes: number): void {
    for (let i = 0; i < bytes; i++) this.u8(0);
    this.patchS32(this.#length - bytes, v, bytes);
  }

  /** Writes another integer in the place of one from {@link paddedS32}. */
  patchS32(at: number, v: number, bytes: number): void {
    const shift = Math.max(0, 32 - 7 * bytes);
    if ((v << shift) >> shift !== (v | 0)) throw new RangeError(`not ${bytes} bytes: ${v}`);
    if (at + bytes > this.#length) throw new RangeError(`nothing written at ${at}`);
    for (let i = 0; i < bytes; i++) {
      const more = i < bytes - 1 ? 0x80 : 0;
      this.#buffer[at + i] = ((v >> Math.min(31, 7 * i)) & 0x7f) | more;
    }
  }

  /** Sets bits of a byte that has been written. */
  setBits(at: number, bits: number): void {
    if (at >= this.#length) throw new RangeError(`nothing written at ${at}`);
    this.#buffer[at]! |= bits;
  }

  /** The bytes written, as a copy of their own; the writer is empty afterwards. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** The bytes written, from an offset on, not copied: they change if those are written over. */
  view(start = 0): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(start, this.#length);
  }

  /** Whether so many bytes more can be written without new room. */
  hasRoom(bytes: number): boolean {
    return this.#length + bytes <= this.#buffer.length;
  }

  /** Forgets what was written and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(16, this.#buffer.length * 2, this.#length + size));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
