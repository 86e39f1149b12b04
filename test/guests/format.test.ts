import { describe, expect, test } from 'vitest';
import type { Value } from '../../guest-debuggers/shared/src/value.ts';
import { literal } from '../../guest-debuggers/shared/src/value-text.ts';
import { jsonFormat } from '../../guest-debuggers/trace/src/format-json.ts';
import { textFormat } from '../../guest-debuggers/trace/src/format-text.ts';
import type { FrameData, Stop } from '../../guest-debuggers/trace/src/stop.ts';

type Plain = Exclude<Value, { type: 'exnref' }>;

test.each<[string, Plain]>([
  ['-1', { type: 'i32', value: 0xffff_ffff }],
  ['2147483647', { type: 'i32', value: 0x7fff_ffff }],
  ['-9223372036854775808', { type: 'i64', value: 1n << 63n }],
  ['0.1', { type: 'f32', value: Math.fround(0.1) }],
  ['16777216', { type: 'f32', value: 2 ** 24 }],
  ['1e-45', { type: 'f32', value: 2 ** -149 }],
  ['3.4028235e+38', { type: 'f32', value: 3.4028234663852886e38 }],
  ['-0', { type: 'f32', value: -0 }],
  ['0.1', { type: 'f64', value: 0.1 }],
  ['-inf', { type: 'f64', value: Number.NEGATIVE_INFINITY }],
  ['nan', { type: 'f64', value: Number.NaN }],
  [
    '000102030405060708090a0b0c0d0eff',
    { type: 'v128', bytes: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255) },
  ],
  ['null', { type: 'funcref', signature: undefined }],
  ['(i32)->()', { type: 'funcref', signature: '(i32)->()' }],
])('%s', (expected, value) => {
  expect(literal(value)).toBe(expected);
});

test('the shortest f32 text always reads back as the same number', () => {
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  // Every exponent, with mantissas spread by an odd constant.
  for (let i = 0; i < 0x7f80; i++) {
    bits[0] = (i << 16) | ((i * 40503) & 0xffff);
    const value = float[0] ?? 0;
    expect(Math.fround(Number(literal({ type: 'f32', value })))).toBe(value);
  }
});

const frame: FrameData = {
  activation: 0,
  module: 0,
  func: 3,
  name: 'fib',
  pc: 0x1f7,
  locals: [{ type: 'i32', value: 5 }],
  stack: [],
};

const stop: Stop = {
  number: 2,
  reason: 'breakpoint',
  memory: 131072n,
  frames: [frame, { ...frame, name: 'main', locals: { error: 'unsupported-type' } }],
};

describe('text', () => {
  const format = textFormat(() => false);

  test('a stop', () => {
    expect(format.stop(stop)).toBe(
      '2 breakpoint  fib 0x1f7  locals=[i32:5]  stack=[]  memory=131072\n' +
        '    main 0x1f7  locals=(unsupported-type)  stack=[]\n',
    );
  });

  test('a change of activation', () => {
    const frames = [frame, { ...frame, activation: 1 }, { ...frame, activation: 1 }];
    expect(
      format
        .stop({ ...stop, frames })
        .split('\n')
        .slice(1),
    ).toEqual([
      '    (host)',
      '    fib 0x1f7  locals=[i32:5]  stack=[]',
      '    fib 0x1f7  locals=[i32:5]  stack=[]',
      '',
    ]);
  });

  test('several modules', () => {
    const frames = [{ ...frame, module: 1 }];
    expect(textFormat(() => true).stop({ ...stop, frames })).toContain('  m1!fib 0x1f7  ');
  });

  test('an exception, without frames or memory', () => {
    const exnref: Value = { type: 'exnref', values: undefined };
    const text = format.stop({
      number: 1,
      reason: 'exception',
      exception: [{ type: 'exnref', values: [{ type: 'i64', value: 7n }] }, exnref],
      memory: undefined,
      frames: [],
    });
    expect(text).toBe('1 exception [exnref:[i64:7] exnref:null]  no frame\n');
  });

  test('a name cannot break the line', () => {
    const frames = [{ ...frame, name: 'a\n2 trap\u0085\u2028é' }];
    expect(format.stop({ ...stop, frames })).toContain('a\\u{a}2 trap\\u{85}\\u{2028}é 0x1f7');
  });

  test('the end', () => {
    expect(format.end({ end: 'trap', stops: 3 })).toBe('end trap  stops=3\n');
  });
});

describe('JSON', () => {
  test('a stop', () => {
    const text = jsonFormat.stop({
      ...stop,
      exception: [
        { type: 'i64', value: (1n << 64n) - 1n },
        { type: 'f64', value: Number.NaN },
      ],
    });
    expect(text).toMatch(/^\{.*\}\n$/);
    const location = { activation: 0, module: 0, function: 3, pc: 0x1f7, stack: [] };
    expect(JSON.parse(text)).toEqual({
      stop: 2,
      event: 'breakpoint',
      exception: [
        { type: 'i64', value: '-1' },
        { type: 'f64', value: 'nan' },
      ],
      memory: 131072,
      frames: [
        { ...location, name: 'fib', locals: [{ type: 'i32', value: 5 }] },
        { ...location, name: 'main', locals: { error: 'unsupported-type' } },
      ],
    });
  });

  test('no memory is null', () => {
    expect(JSON.parse(jsonFormat.stop({ ...stop, memory: undefined }))).toHaveProperty(
      'memory',
      null,
    );
  });

  test('the end', () => {
    expect(jsonFormat.end({ end: 'complete', stops: 0 })).toBe('{"end":"complete","stops":0}\n');
  });
});
