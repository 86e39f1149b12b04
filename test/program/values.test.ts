import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/program/errors.ts';
import { formatValue, type NumberType, parseValue } from '../../src/program/values.ts';

describe('words to values', () => {
  test.each<[NumberType, string, number | bigint]>([
    ['i32', '0', 0],
    ['i32', '-2147483648', -2147483648],
    ['i32', '4294967295', -1],
    ['i32', '0xffffffff', -1],
    ['i32', '-0x10', -16],
    ['i32', '+7', 7],
    ['i64', '-9223372036854775808', -(2n ** 63n)],
    ['i64', '18446744073709551615', -1n],
    ['i64', '9007199254740993', 9007199254740993n],
    ['f32', '1.5', 1.5],
    ['f64', '-1e-3', -0.001],
    ['f64', '-0', -0],
    ['f64', '.5', 0.5],
    ['f64', '0x10', 16],
    ['f64', '-0x10', -16],
    ['f64', '+3', 3],
    ['f64', 'inf', Number.POSITIVE_INFINITY],
    ['f64', '-Infinity', Number.NEGATIVE_INFINITY],
    ['f64', 'nan', Number.NaN],
  ])('%s %s', (type, word, value) => {
    expect(parseValue(type, word)).toBe(value);
  });

  test.each<[NumberType, string, string]>([
    ['i32', '', 'not an i32: ""'],
    ['i32', '1.5', 'not an i32: "1.5"'],
    ['i32', '1e3', 'not an i32: "1e3"'],
    ['i32', '--1', 'not an i32: "--1"'],
    ['i32', ' 1', 'not an i32: " 1"'],
    ['i32', '4294967296', 'out of the range of i32: "4294967296"'],
    ['i32', '-2147483649', 'out of the range of i32: "-2147483649"'],
    ['i64', '18446744073709551616', 'out of the range of i64: "18446744073709551616"'],
    ['i64', '1n', 'not an i64: "1n"'],
    ['f32', 'one', 'not an f32: "one"'],
    ['f64', '.', 'not an f64: "."'],
    ['f64', '', 'not an f64: ""'],
  ])('%s %j is refused', (type, word, message) => {
    expect(() => parseValue(type, word)).toThrow(new UsageError(message));
  });
});

test.each([
  ['i32', -1, '-1'],
  ['i64', -(2n ** 63n), '-9223372036854775808'],
  ['f32', Math.fround(0.1), '0.1'],
  ['f32', Math.fround(16777216), '16777216'],
  ['f32', 1.401298464324817e-45, '1e-45'],
  ['f32', 3.4028234663852886e38, '3.4028235e+38'],
  ['f64', 0.1, '0.1'],
  ['f64', -0, '-0'],
  ['f64', Number.NaN, 'nan'],
  ['f32', Number.NEGATIVE_INFINITY, '-inf'],
  ['funcref', null, 'null'],
  ['externref', null, 'null'],
  ['(ref extern)', {}, '[(ref extern)]'],
])('%s is shown as %s: %s', (type, value, text) => {
  expect(formatValue(type, value)).toBe(text);
});
