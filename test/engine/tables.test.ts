/** Instructions on table elements, with references that JavaScript and the program hold. */
import { expect, test } from 'vitest';
import { assemble, i32, i64 } from './debuggee.ts';
import { behavesAsInV8, each, foreseeing, outcome, type Program, start } from './programs.ts';

/** The same program on tables of 32-bit and of 64-bit indices. */
function accesses(address: 'i32' | 'i64'): string {
  return `(module
    (type $f (func (result i32)))
    (table $any ${address} 3 8 externref)
    (table $functions ${address} 2 4 funcref)
    (elem declare func $one)
    (func $one (result i32) (i32.const 1))
    (func (export "get") (param ${address}) (result externref)
      (table.get $any (local.get 0)))
    (func (export "set") (param ${address} externref)
      (table.set $any (local.get 0) (local.get 1)))
    (func (export "fill") (param ${address} externref ${address})
      (table.fill $any (local.get 0) (local.get 1) (local.get 2)))
    (func (export "grow") (param externref ${address}) (result ${address} ${address})
      (table.grow $any (local.get 0) (local.get 1))
      (table.size $any))
    (func (export "call") (param ${address}) (result i32)
      (table.set $functions (local.get 0) (ref.func $one))
      (call_indirect $functions (type $f) (local.get 0)))
    (func (export "empty") (param ${address}) (result i32)
      (ref.is_null (table.get $functions (local.get 0)))))`;
}

/** @param n makes a table index */
function uses(n: (value: number) => number | bigint): Program['run'] {
  const reads = each('get', [n(0)], [n(1)], [n(2)], [n(3)], [n(4)], [n(-1)]);
  const runs = [
    reads,
    each('set', [n(0), 'a'], [n(2), 'c'], [n(3), 'd'], [n(-1), 'e']),
    reads,
    each(
      'fill',
      [n(1), 'f', n(2)],
      [n(3), 'g', n(0)],
      [n(4), 'g', n(0)],
      [n(1), 'h', n(3)],
      [n(1), 'h', n(-1)],
      [n(-1), 'h', n(2)],
    ),
    reads,
    each('grow', ['i', n(1)], ['j', n(5)], ['k', n(0)]),
    reads,
    each('set', [n(3), 'l'], [n(4), 'm']),
    each('call', [n(1)], [n(2)]),
    each('empty', [n(0)], [n(1)], [n(2)]),
  ];
  return (call) => runs.flatMap((run) => run(call));
}

behavesAsInV8({
  'indices of 32 bits': { text: accesses('i32'), run: uses((value) => value) },
  'indices of 64 bits': { text: accesses('i64'), run: uses((value) => BigInt(value)) },
});

test.each(['run', 'step'] as const)(
  'an index beyond 32 bits is out of bounds (%s)',
  async (how) => {
    const debuggee = foreseeing(how);
    debuggee.engine.resume(how);
    const { call } = start(debuggee, await assemble(accesses('i64')));
    expect(outcome(() => call('get', 1n << 32n))).toContain('RuntimeError');
    expect(debuggee.stops.at(-1)).toMatchObject({
      event: 'trap',
      top: { at: 'table.get', operands: [i64(1n << 32n)] },
    });
  },
);

test('the element that is missing is shown before the trap', async () => {
  const debuggee = foreseeing('run');
  const { call } = start(debuggee, await assemble(accesses('i32')));
  expect(outcome(() => call('get', 3))).toContain('RuntimeError');
  expect(outcome(() => call('set', 4, 'x'))).toContain('RuntimeError');
  expect(outcome(() => call('fill', 2, 'x', 2))).toContain('RuntimeError');
  expect(debuggee.stops.map(({ event, top }) => [event, top.at, top.operands[0]])).toEqual([
    ['trap', 'table.get', i32(3)],
    ['trap', 'table.set', i32(4)],
    ['trap', 'table.fill', i32(2)],
  ]);
});
