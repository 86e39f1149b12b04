/** Early returns (contract: resumption). */
import { describe, expect, test } from 'vitest';
import { NoFrame } from '../../src/engine/runtime/resumption.ts';
import { type HeldValue, MismatchedValues } from '../../src/engine/runtime/value-row.ts';
import { i32, path, pcOf, type Stop } from './debuggee.ts';
import { ALL_BITS, early, func, load, number } from './resumptions.ts';

/** How to be stopped in the callee: the event, its body, and where. */
const KINDS: readonly [event: Stop['event'], body: string, at: string][] = [
  ['breakpoint', '(i32.mul (local.get $n) (i32.const 3))', 'i32.mul'],
  ['interrupted', '(call $interrupt) (loop nop) (local.get $n)', 'nop'],
  ['trap', '(i32.div_u (local.get $n) (i32.const 0))', 'i32.div_u'],
  ['exception', '(throw $tag)', 'throw'],
];

const program = (body: string): string => `(module
  (import "host" "interrupt" (func $interrupt))
  (tag $tag)
  (func $callee (param $n i32) (result i32) ${body})
  (func (export "f") (param $turns i32) (result i32) (local $sum i32)
    (loop $again
      i32.const 1000
      (call $callee (local.get $turns))
      i32.add
      (local.set $sum (i32.add (local.get $sum)))
      (local.set $turns (i32.sub (local.get $turns) (i32.const 1)))
      (br_if $again (local.get $turns)))
    (local.get $sum)))`;

describe.each(KINDS)('a frame returns early at an event: %s', (event, body, at) => {
  test.each(['cruises', 'is stepped', 'has breakpoints'])('the caller %s', async (how) => {
    const step = how === 'is stepped';
    // A step takes an interrupt wherever it is.
    const wanted = ({ event: is, top }: Stop): boolean =>
      is === event && top.func === 1 && (top.at === at || (step && event === 'interrupted'));
    const { debuggee, module, instance } = await load(
      program(body),
      (stop) => {
        return wanted(stop) ? [step ? 'step' : 'run', early(number(7))] : step ? 'step' : 'run';
      },
      { host: { interrupt: () => debuggee.engine.interrupt() } },
    );
    const { engine } = debuggee;
    if (event === 'breakpoint') engine.addBreakpoint(module, pcOf(module, at));
    if (how === 'has breakpoints') {
      engine.addBreakpoint(module, pcOf(module, 'i32.add'));
      engine.addBreakpoint(module, pcOf(module, 'br_if'));
    }
    engine.resume(step ? 'step' : 'run');
    expect(debuggee.call(instance, 'f', 3)).toBe(3 * 1007);
    const after = debuggee.stops.flatMap((stop, i) =>
      wanted(stop) ? [debuggee.stops[i + 1]] : [],
    );
    expect(after).toHaveLength(3);
    // Before the instruction after the call, with the result in place of the argument.
    const next = { event: 'breakpoint', top: { at: 'i32.add', operands: [i32(1000), i32(7)] } };
    if (how !== 'cruises') expect(after).toMatchObject([next, next, next]);
    else expect(debuggee.stops).toHaveLength(3);
  });
});

const ALL_TEXT = [
  'i32:fffffffe',
  'i64:fffffffffffffff1',
  'f32:ffa01234',
  'f64:fff40000deadbeef',
  'v128:f3f2f1f0 f7f6f5f4 fbfaf9f8 fffefdfc',
];

test('all bits of all types are returned', async () => {
  const { debuggee, module, instance } = await load(
    `(module
      (type $own (func (param i32)))
      (func (export "own") (type $own))
      (func (export "other"))
      (table (export "references") 3 funcref)
      (func $callee (result i32 i64 f32 f64 v128 funcref (ref null $own) (ref func)) unreachable)
      (func (export "f") (local i32 i64 f32 f64 v128 funcref (ref null $own) funcref)
        call $callee
        local.set 7 local.set 6 local.set 5 local.set 4 local.set 3 local.set 2 local.set 1 local.set 0
        (table.set (i32.const 0) (local.get 5))
        (table.set (i32.const 1) (local.get 6))
        (table.set (i32.const 2) (local.get 7))))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      return ['run', early(...ALL_BITS, func(other), func(own), func(own))];
    },
  );
  const { own, other, references } = instance.exports as Record<string, unknown>;
  debuggee.engine.addBreakpoint(module, pcOf(module, 'table.set'));
  debuggee.call(instance, 'f');
  expect(path(debuggee.stops)).toBe('unreachable table.set');
  expect(debuggee.stops[1]!.top.locals.slice(0, 5)).toEqual(ALL_TEXT);
  const table = references as WebAssembly.Table;
  expect([0, 1, 2].map((i) => table.get(i))).toEqual([other, own, own]);
});

describe('values that do not fit are refused, and the program stays where it is', () => {
  const text = `(module
    (type $own (func (param i32)))
    (func (export "own") (type $own))
    (func (export "other"))
    (func $callee (result i32 (ref null $own) (ref func))
      (i32.const 5) (ref.null $own) (ref.func 1))
    (func (export "f") (result i32) (drop (drop (call $callee)))))`;
  const own = func('own');
  const none = func(null);
  test.each<[string, HeldValue[]]>([
    ['none', []],
    ['too few', [number(1), own]],
    ['too many', [number(1), own, own, number(2)]],
    ['another number', [{ type: 'i64', bits: 1n }, own, own]],
    ['a reference for a number', [own, own, own]],
    ['a number for a reference', [number(1), number(1), own]],
    ['an exception', [number(1), { type: 'ref', hierarchy: 'exn', object: null }, own]],
    ['a function of another type', [number(1), func('other'), own]],
    ['a null where there is none', [number(1), none, none]],
  ])('%s', async (_, named) => {
    let frames: unknown;
    const { debuggee, module, instance } = await load(text, () => {
      const values = named.map((value) =>
        value.type === 'ref' && typeof value.object === 'string'
          ? func(instance.exports[value.object])
          : value,
      );
      const before = debuggee.engine.activations();
      expect(() => debuggee.engine.resume('step', early(...values))).toThrow(MismatchedValues);
      frames = debuggee.engine.activations();
      expect(frames).toBe(before);
      return 'run';
    });
    debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.const'));
    // Nor did the mode change: it is resumed to run.
    expect(debuggee.call(instance, 'f')).toBe(5);
    expect(debuggee.stops).toHaveLength(1);
    expect(frames).toBeDefined();
  });
});

test('there is no frame before the program begins', async () => {
  const { debuggee } = await load('(module)', () => 'run');
  expect(() => debuggee.engine.resume('run', early())).toThrow(NoFrame);
});

test('nor after a trap that was not foreseen', async () => {
  const { debuggee, instance } = await load(
    '(module (func (export "f") unreachable))',
    () => {
      expect(() => debuggee.engine.resume('run', early())).toThrow(NoFrame);
      return 'run';
    },
    {},
    { traps: 'native' },
  );
  expect(() => debuggee.call(instance, 'f')).toThrow('unreachable');
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
});

test('of a recursion only the innermost frame returns', async () => {
  const { debuggee, instance } = await load(
    `(module (func $down (export "f") (param $n i32) (result i32)
      (if (i32.eqz (local.get $n)) (then unreachable))
      (i32.add (local.get $n) (call $down (i32.sub (local.get $n) (i32.const 1))))))`,
    () => ['run', early(number(1000))],
  );
  expect(debuggee.call(instance, 'f', 10)).toBe(1055);
  expect(debuggee.stops[0]!.activations[0]).toHaveLength(11);
});

test('the outermost frame returns to the host, converted as its results are', async () => {
  const { debuggee, instance } = await load(
    '(module (func (export "f") (result i64 f64 i32) unreachable))',
    () => ['run', early({ type: 'i64', bits: 2n ** 64n - 5n }, ALL_BITS[3]!, number(-1))],
  );
  expect(debuggee.call(instance, 'f')).toEqual([-5n, Number.NaN, -1]);
});

test('a frame returns to a host function in between, and stepping goes on behind that', async () => {
  const { debuggee, instance } = await load(
    `(module
      (import "host" "twice" (func $twice (result i32)))
      (func (export "inner") (result i32) unreachable)
      (func (export "f") (result i32) (i32.add (i32.const 1) (call $twice))))`,
    (stop) => (stop.event === 'trap' ? ['step', early(number(20))] : 'step'),
    { host: { twice: () => inner() + inner() } },
  );
  const inner = instance.exports['inner'] as () => number;
  expect(debuggee.call(instance, 'f')).toBe(41);
  // The second time stepping stops there, and then the trap.
  expect(path(debuggee.stops)).toBe('unreachable unreachable unreachable i32.add end');
});

test('an interrupt that was asked for comes before the next instruction', async () => {
  const { debuggee, instance } = await load(
    `(module
      (func $callee (result i32) unreachable)
      (func (export "f") (result i32) (i32.add (i32.const 1) (call $callee))))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      debuggee.engine.interrupt();
      return ['run', early(number(4))];
    },
  );
  expect(debuggee.call(instance, 'f')).toBe(5);
  expect(debuggee.stops).toMatchObject([
    { event: 'trap' },
    { event: 'interrupted', top: { at: 'i32.add', operands: [i32(1), i32(4)] } },
  ]);
});

test('a start function returns early', async () => {
  const debuggee = await load(
    `(module
      (global (export "g") (mut i32) (i32.const 3))
      (func $start (global.set 0 (i32.div_u (global.get 0) (i32.const 0))))
      (start $start))`,
    () => ['run', early()],
  );
  expect((debuggee.instance.exports['g'] as WebAssembly.Global).value).toBe(3);
});

test('a function that was called in tail position returns in its caller’s place', async () => {
  const { debuggee, instance } = await load(
    `(module
      (func $last (param i32) (result i32) (i32.rem_u (local.get 0) (i32.const 0)))
      (func $middle (result i32) (return_call $last (i32.const 1)))
      (func (export "f") (result i32) (i32.add (call $middle) (i32.const 1))))`,
    () => ['run', early(number(8))],
  );
  expect(debuggee.call(instance, 'f')).toBe(9);
});
