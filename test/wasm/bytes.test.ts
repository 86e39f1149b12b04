import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/wasm/byte-reader.ts';
import { ByteWriter } from '../../src/wasm/byte-writer.ts';
import { WasmError } from '../../src/wasm/error.ts';

const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes));

/** Numbers around every power of two, where lengths and signs change. */
const edges = Array.from({ length: 34 }, (_, bit) => 2 ** bit).flatMap((n) => [n - 1, n, n + 1]);

describe('what the writer writes, the reader reads', () => {
  test('u32', () => {
    for (const value of edges.filter((n) => n <= 0xffff_ffff)) {
      const out = new ByteWriter();
      out.u32(value);
      const input = new ByteReader(out.take());
      expect(input.u32()).toBe(value);
      expect(input.offset).toBe(input.end);
    }
  });

  test('s32 and s33', () => {
    for (const value of edges.flatMap((n) => [n, -n])) {
      if (value <= 0xffff_ffff && value >= -0x1_0000_0000) {
        const out = new ByteWriter();
        out.s33(value);
        const input = new ByteReader(out.take());
        expect(input.s33()).toBe(value === 0 ? 0 : value);
        expect(input.offset).toBe(input.end);
      }
      if (value === (value | 0)) {
        const out = new ByteWriter();
        out.s32(value);
        expect(new ByteReader(out.take()).s32()).toBe(value | 0);
      }
    }
  });

  test('u64 and s64', () => {
    for (let bit = 0n; bit <= 64n; bit++) {
      for (const value of [2n ** bit - 1n, 2n ** bit, 2n ** bit + 1n]) {
        if (value < 2n ** 64n) {
          const out = new ByteWriter();
          out.u64(value);
          expect(new ByteReader(out.take()).u64()).toBe(value);
        }
        for (const signed of [value, -value].filter((v) => v === BigInt.asIntN(64, v))) {
          const out = new ByteWriter();
          out.s64(signed);
          const written = out.take();
          expect(new ByteReader(written).s64()).toBe(signed);
          const skipping = new ByteReader(written);
          skipping.skipS64();
          expect(skipping.offset).toBe(written.length);
        }
      }
    }
  });

  test('names, also with a byte order mark', () => {
    for (const name of ['', 'abc', 'żółć 🐝', '\ufeffx', 'a\0b']) {
      const out = new ByteWriter();
      out.name(name);
      expect(new ByteReader(out.take()).name()).toBe(name);
    }
  });
});

describe('encodings', () => {
  test('a known integer of each kind', () => {
    expect(reader(0xe5, 0x8e, 0x26).u32()).toBe(624485);
    expect(reader(0xc0, 0xbb, 0x78).s32()).toBe(-123456);
    expect(reader(0x40).s33()).toBe(-64);
  });

  test('padding up to the full length is accepted', () => {
    expect(reader(0x81, 0x80, 0x80, 0x80, 0x00).u32()).toBe(1);
    expect(reader(0xff, 0xff, 0xff, 0xff, 0x7f).s32()).toBe(-1);
    expect(reader(0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00).u64()).toBe(1n);
    expect(reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f).s64()).toBe(-1n);
  });

  const long = (last: number, length: number) => [...new Array(length - 1).fill(0x80), last];
  const refused: readonly [string, number[], (r: ByteReader) => unknown, string][] = [
    ['u32 of six bytes', long(0, 6), (r) => r.u32(), 'too long for u32 (at offset 0x4)'],
    ['u32 beyond 32 bits', long(0x10, 5), (r) => r.u32(), 'too large for u32 (at offset 0x4)'],
    ['s32 of six bytes', long(0, 6), (r) => r.s32(), 'too long for s32 (at offset 0x4)'],
    ['s32 beyond 32 bits', long(0x08, 5), (r) => r.s32(), 'too large for s32 (at offset 0x4)'],
    ['s33 beyond 33 bits', long(0x10, 5), (r) => r.s33(), 'too large for s33 (at offset 0x4)'],
    ['u64 of eleven bytes', long(0, 11), (r) => r.u64(), 'too long for u64 (at offset 0x9)'],
    ['u64 beyond 64 bits', long(2, 10), (r) => r.u64(), 'too large for u64 (at offset 0x9)'],
    ['s64 beyond 64 bits', long(1, 10), (r) => r.s64(), 'too large for s64 (at offset 0x9)'],
    ['s64 of eleven bytes', long(0, 11), (r) => r.s64(), 'too long for s64 (at offset 0x9)'],
    [
      'a skipped s64 of eleven',
      long(0, 11),
      (r) => r.skipS64(),
      'too long for s64 (at offset 0x9)',
    ],
    ['a skipped s64 beyond', long(1, 10), (r) => r.skipS64(), 'too large for s64 (at offset 0x9)'],
    ['an integer cut off', [0x80, 0x80], (r) => r.u32(), 'unexpected end (at offset 0x2)'],
    ['a name cut off', [3, 97], (r) => r.name(), 'unexpected end: 3 bytes wanted (at offset 0x1)'],
    ['bad UTF-8', [2, 0xc3, 0x28], (r) => r.name(), 'malformed UTF-8 encoding (at offset 0x1)'],
    ['a surrogate', [3, 0xed, 0xa0, 0x80], (r) => r.name(), 'malformed UTF-8 encoding'],
  ];
  test.each(refused)('%s is refused', (_, bytes, read, message) => {
    expect(() => read(reader(...bytes))).toThrow(WasmError);
    expect(() => read(reader(...bytes))).toThrow(message);
  });

  test('reading stops at the end that was set, not at the end of the bytes', () => {
    const input = new ByteReader(Uint8Array.of(1, 2, 3), 0, 1);
    expect(input.u8()).toBe(1);
    expect(() => input.u8()).toThrow('unexpected end (at offset 0x1)');
    expect(() => new ByteReader(Uint8Array.of(1), 0, 2)).toThrow(RangeError);
  });
});

describe('the writer', () => {
  test('patches a reserved u32 in place', () => {
    const out = new ByteWriter(1);
    out.u8(7);
    const at = out.reserveU32();
    out.u8(8);
    out.patchU32(at, 0xffff_ffff);
    expect([...out.take()]).toEqual([7, 0xff, 0xff, 0xff, 0xff, 0x0f, 8]);
    expect(out.length).toBe(0);
  });

  test('grows, and takes copies', () => {
    const out = new ByteWriter(1);
    for (let i = 0; i < 1000; i++) out.bytes(Uint8Array.of(1, 2, 3, 4), 1, 3);
    const first = out.take();
    out.u8(9);
    expect([first.length, first[0], first[1999]]).toEqual([2000, 2, 3]);
  });

  test('refuses what has no encoding', () => {
    const out = new ByteWriter();
    expect(() => out.u32(-1)).toThrow(RangeError);
    expect(() => out.u32(0.5)).toThrow(RangeError);
    expect(() => out.s33(0x1_0000_0000)).toThrow(RangeError);
    expect(() => out.u64(-1n)).toThrow(RangeError);
    expect(() => out.patchU32(0, 1)).toThrow(RangeError);
  });
});
