/** Values of the component model on the command line. */
import { describe, expect, test } from 'vitest';
import { formatWave } from '../../src/program/wave.ts';
import { parseWave } from '../../src/program/wave-parse.ts';
import type { ComponentType } from '../../src/wasm/component/types.ts';

const plain = (text: string): ComponentType => ({ kind: 'plain', text });
const generic = (name: string, ...of: (ComponentType | undefined)[]): ComponentType => ({
  kind: 'generic',
  name,
  of,
});
const named = (name: string, of: ComponentType): ComponentType => ({ kind: 'named', name, of });
const u8 = plain('u8');
const string = plain('string');
const maybe = generic('option', u8);
const order: ComponentType = named('order', {
  kind: 'fields',
  name: 'record',
  fields: [
    ['item-count', u8],
    ['size', maybe],
  ],
});
const shape: ComponentType = {
  kind: 'fields',
  name: 'variant',
  fields: [
    ['point', undefined],
    ['circle', plain('f64')],
    ['text-box', order],
  ],
};
const rights: ComponentType = {
  kind: 'fields',
  name: 'flags',
  fields: [
    ['read', undefined],
    ['write-once', undefined],
  ],
};

describe('text to value and back', () => {
  test.each([
    [plain('bool'), 'true', true],
    [plain('s8'), '-128', -128],
    [plain('u64'), '18446744073709551615', 18446744073709551615n],
    [plain('f32'), '0.1', 0.1],
    [plain('f64'), '-inf', Number.NEGATIVE_INFINITY],
    [plain('f64'), 'nan', Number.NaN],
    [plain('char'), "'\\''", "'"],
    [plain('char'), "'😀'", '😀'],
    [string, '"a\\tb\\u{1}\\"\\\\"', 'a\tb\u0001"\\'],
    [generic('list', u8), '[1, 2, 255]', Uint8Array.of(1, 2, 255)],
    [generic('list', plain('s64')), '[]', new BigInt64Array()],
    [generic('list', string), '["a", ""]', ['a', '']],
    [generic('tuple', u8, string), '(1, "b")', [1, 'b']],
    [maybe, 'none', undefined],
    [maybe, 'some(0)', 0],
    [generic('option', maybe), 'some(none)', { tag: 'some', val: undefined }],
    [generic('option', maybe), 'none', { tag: 'none' }],
    [generic('result', u8, undefined), 'ok(1)', { tag: 'ok', val: 1 }],
    [generic('result', u8, undefined), 'err', { tag: 'err', val: undefined }],
    [order, '{item-count: 1}', { itemCount: 1 }],
    [order, '{item-count: 1, size: some(2)}', { itemCount: 1, size: 2 }],
    [shape, 'point', { tag: 'point', val: undefined }],
    [shape, 'circle(1.5)', { tag: 'circle', val: 1.5 }],
    [shape, 'text-box({item-count: 9})', { tag: 'text-box', val: { itemCount: 9 } }],
    [rights, '{write-once}', { read: false, writeOnce: true }],
    [rights, '{}', { read: false, writeOnce: false }],
  ])('%j %s', (type, text, value) => {
    expect(parseWave(type, text)).toEqual(value);
    expect(formatWave(type, value)).toBe(text);
  });
});

test('other spellings', () => {
  expect(parseWave(string, 'no quotes')).toBe('no quotes');
  expect(parseWave(plain('char'), 'x')).toBe('x');
  expect(parseWave(plain('u16'), ' 0xFF ')).toBe(255);
  expect(parseWave(order, '{ size : none , item-count : 2 , }')).toEqual({ itemCount: 2 });
  expect(parseWave(rights, '{read,write-once}')).toEqual({ read: true, writeOnce: true });
});

describe('what is wrong is said with its place', () => {
  test.each([
    [u8, '256', 'out of the range of u8: 256'],
    [u8, '1.5', 'expected u8 at character 1 of: 1.5'],
    [u8, '1 2', 'expected the end of u8 at character 3 of: 1 2'],
    [generic('list', u8), '[1 2]', 'expected "," or "]" at character 4 of: [1 2]'],
    [generic('list', u8), '[1', 'expected "," or "]" at character 3 of: [1'],
    [generic('tuple', u8, u8), '(1)', 'expected tuple<u8, u8> at character 4 of: (1)'],
    [
      order,
      '{size: none}',
      'expected the field item-count of order at character 13 of: {size: none}',
    ],
    [order, '{cost: 1}', 'expected one of item-count, size at character 2 of: {cost: 1}'],
    [string, '"abc', 'expected " at the end at character 5 of: "abc'],
    [string, '"\\q"', 'expected an escape such as \\n or \\u{1f600} at character 2 of: "\\q"'],
    [generic('own', plain('resource')), '1', 'a resource cannot be given on the command line'],
  ])('%j %s', (type, text, message) => {
    expect(() => parseWave(type, text)).toThrow(message);
  });
});
