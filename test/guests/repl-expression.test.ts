/** The REPL's expressions, over a scope of plain numbers. */
import { describe, expect, test } from 'vitest';
import { CommandError } from '../../guest-debuggers/repl/src/errors.ts';
import {
  compileExpression,
  type Scalar,
  type Scope,
  type Where,
} from '../../guest-debuggers/repl/src/expression.ts';

const variables: Readonly<Record<string, Scalar>> = {
  n: 7n,
  x: 1.5,
  zero: 0n,
  'a b': 3n,
  '0': 70n,
};
const nowhere = { frame: undefined } as Where;

const scope: Scope = {
  variable(name) {
    const value = variables[name];
    if (value === undefined) throw new CommandError(`no ${name}`);
    return () => value;
  },
  element: (list, index) => () =>
    list === 'stack' ? 100n + BigInt(index) : BigInt(`${index}`.length),
  load: (type, memory, address) =>
    type === 'u8' ? (where) => BigInt(memory) * 1000n + (address(where) as bigint) : undefined,
};

const value = (text: string) => compileExpression(text, scope)(nowhere);

describe('values', () => {
  test.each<[string, Scalar]>([
    ['1 + 2 * 3', 7n],
    ['(1 + 2) * 3', 9n],
    ['10 - 3 - 2', 5n],
    ['0x10 | 0b11', 19n],
    ['7 / 2', 3n],
    ['-7 / 2', -3n],
    ['-7 % 3', -1n],
    ['7 / 2.', 3.5],
    ['1 << 40 >> 38', 4n],
    ['~0', -1n],
    ['!n', 0n],
    ['!zero', 1n],
    ['- -3', 3n],
    ['n == 7 && x < 2', 1n],
    ['n != 7.0', 0n],
    ['n >= 7 || 1 / zero', 1n],
    ['n & 3 == 3', 1n],
    ['$n + $0', 77n],
    ['$"a b" * 2', 6n],
    ['stack[2]', 102n],
    ['global[name]', 4n],
    ['u8[n + 1]', 8n],
    ['u8[2:n]', 2007n],
    ['u32(-1)', 0xffff_ffffn],
    ['i8(255)', -1n],
    ['f32(0.1)', Math.fround(0.1)],
    ['1e3 + 0.5e1', 1005],
    ['0xffffffffffffffff * 2', 0x1_ffff_ffff_ffff_fffen],
    ['9007199254740993 == 9007199254740992', 0n],
    ['nan == nan', 0n],
  ])('%s', (text, expected) => {
    expect(value(text)).toBe(expected);
  });
});

describe('what cannot be computed', () => {
  test.each([
    ['', 'an expression is missing'],
    ['1 +', 'the expression ends too early'],
    ['(1', '")" is missing at the end'],
    ['1 2', 'unexpected "2" in the expression'],
    ['u8[1', '"]" is missing at the end'],
    ['u9[1]', 'no "u9[...]"; there are local, stack, global, u8 to u64, i8 to i64, f32, f64'],
    ['u9(1)', 'no conversion "u9(...)"'],
    ['1 / zero', 'division by zero in the expression'],
    ['1 % 0', 'division by zero in the expression'],
    ['1 << 1000', 'cannot shift by 1000 bits'],
    ['~nan', 'NaN is not an integer'],
    ['n ? 1 : 2', 'cannot read "? 1 : 2" in the expression'],
    ['stack[n + 1]', '"]" is missing before "+"'],
  ])('%s', (text, message) => {
    expect(() => value(text)).toThrow(new CommandError(message));
  });
});
