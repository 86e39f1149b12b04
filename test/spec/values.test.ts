import { expect, test } from 'vitest';
import { parseSexprs } from '../support/wast.ts';
import { HostReferences, isLoose, Literals, matches, type Value, valueText } from './values.ts';

const host = new HostReferences();

async function patterns(source: string) {
  const forms = parseSexprs(source);
  const literals = new Literals(source);
  for (const form of forms) literals.collect(form);
  await literals.evaluate();
  return forms.map((form) => literals.pattern(form));
}

function f32(bits: number): Value {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, bits, true);
  return { type: 'f32', bytes };
}

function f64(bits: bigint): Value {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, bits, true);
  return { type: 'f64', bytes };
}

test('a literal is one pattern of bits', async () => {
  const source =
    '(f32.const 0x1.8p+1) (f32.const -0) (f32.const nan:0x200000) (f64.const 0x1p-1074)';
  const [three, minusZero, payload, smallest] = await patterns(source);
  expect(matches(f32(0x40400000), three!, host)).toBe(true);
  expect(matches(f32(0x40400001), three!, host)).toBe(false);
  expect(matches(f32(0x80000000), minusZero!, host)).toBe(true);
  expect(matches(f32(0), minusZero!, host)).toBe(false);
  expect(matches(f32(0x7fa00000), payload!, host)).toBe(true);
  expect(matches(f32(0x7fe00000), payload!, host)).toBe(false);
  expect(matches(f64(1n), smallest!, host)).toBe(true);
  expect(isLoose(payload!)).toBe(false);
});

test('a canonical NaN has the quiet bit alone, an arithmetic one at least it', async () => {
  const [canonical, arithmetic] = await patterns(
    '(f32.const nan:canonical) (f32.const nan:arithmetic)',
  );
  const signs = [0x7fc00000, 0xffc00000];
  for (const bits of signs) {
    expect(matches(f32(bits), canonical!, host)).toBe(true);
    expect(matches(f32(bits), arithmetic!, host)).toBe(true);
  }
  expect(matches(f32(0x7fc00001), canonical!, host)).toBe(false);
  expect(matches(f32(0x7fc00001), arithmetic!, host)).toBe(true);
  expect(matches(f32(0x7f800001), arithmetic!, host)).toBe(false);
  expect(matches(f32(0x7f800000), arithmetic!, host)).toBe(false);
  const [double] = await patterns('(f64.const nan:canonical)');
  expect(matches(f64(0xfff8000000000000n), double!, host)).toBe(true);
  expect(matches(f64(0x7ff4000000000000n), double!, host)).toBe(false);
  expect(isLoose(canonical!)).toBe(true);
});

test('lanes of a vector match one by one', async () => {
  const [pattern] = await patterns('(v128.const f32x4 1 nan:canonical 2 nan:arithmetic)');
  const vector = (...lanes: number[]): Value => ({
    type: 'v128',
    bytes: new Uint8Array(Uint32Array.from(lanes).buffer),
  });
  const one = 0x3f800000;
  const two = 0x40000000;
  expect(matches(vector(one, 0xffc00000, two, 0x7fc00123), pattern!, host)).toBe(true);
  expect(matches(vector(two, 0xffc00000, two, 0x7fc00123), pattern!, host)).toBe(false);
  expect(matches(vector(one, 0x7fc00123, two, 0x7fc00000), pattern!, host)).toBe(false);
  expect(matches(vector(one, 0x7fc00000, two, 0), pattern!, host)).toBe(false);
});

test('one of several results is enough, of the same type', async () => {
  const [pattern] = await patterns('(either (i32.const 1) (i32.const 2))');
  const i32 = (value: number): Value => ({ type: 'i32', bytes: Uint8Array.of(value, 0, 0, 0) });
  expect([1, 2, 3].map((value) => matches(i32(value), pattern!, host))).toEqual([
    true,
    true,
    false,
  ]);
  expect(matches({ type: 'f32', bytes: Uint8Array.of(1, 0, 0, 0) }, pattern!, host)).toBe(false);
});

test('references match by their kind, those of the host by their number', async () => {
  const [isNull, func, seven, any, i31] = await patterns(
    '(ref.null) (ref.func) (ref.extern 7) (ref.extern) (ref.i31)',
  );
  const ref = (value: unknown): Value => ({ type: 'ref', value });
  expect(matches(ref(null), isNull!, host)).toBe(true);
  expect(matches(ref(undefined), isNull!, host)).toBe(false);
  expect(matches(ref(null), any!, host)).toBe(false);
  expect(matches(ref(host.get('7')), seven!, host)).toBe(true);
  expect(matches(ref(host.get('8')), seven!, host)).toBe(false);
  expect(matches(ref(host.get('8')), any!, host)).toBe(true);
  expect(
    matches(
      ref(() => {}),
      func!,
      host,
    ),
  ).toBe(true);
  expect(matches(ref(5), i31!, host)).toBe(true);
  expect(valueText(ref(5), host)).not.toBe(valueText(ref(6), host));
});

test('a literal that is no literal is refused', async () => {
  await expect(patterns('(i32.const 0x1_0000_0000_0)')).rejects.toThrow();
  await expect(patterns('(i31.const 1)')).rejects.toThrow('no such result: (i31.const 1)');
});
