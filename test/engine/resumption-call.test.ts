/** Injected calls that return (contract: resumption). */
import { describe, expect, test } from 'vitest';
import { NoFrame } from '../../src/engine/runtime/resumption.ts';
import { MismatchedValues } from '../../src/engine/runtime/value-row.ts';
import { assemble, i32, path, pcOf, type Stop } from './debuggee.ts';
import { AT_SUB, expectOriginal, host, PROGRAM, stopped } from './injection.ts';
import { ALL_BITS, early, func, inject, load, number } from './resumptions.ts';

test('the call returns its values, and the program is where it was', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'add', number(40), number(2)) : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  const [, after] = debuggee.stops;
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['breakpoint', 'injected-call-return']);
  expect(after!.detail).toMatchObject({ values: [{ type: 'i32', bits: 42 }] });
  debuggee.stops.forEach(expectOriginal);
  expect((instance.exports['count'] as WebAssembly.Global).value).toBe(1);
});

test('many calls, one after the other', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n < 100 ? inject(instance, 'add', number(n), number(1)) : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops).toHaveLength(101);
  debuggee.stops.forEach(expectOriginal);
  expect(debuggee.stops.slice(1).map(({ detail }) => detail)).toMatchObject(
    Array.from({ length: 100 }, (_, n) => ({ values: [{ bits: n + 1 }] })),
  );
});

test('breakpoints in it stop, with the frames below in sight', async () => {
  const { debuggee, module, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'indirect') : 'run',
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'global.set'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  const [first, inside, after] = debuggee.stops;
  expect(debuggee.stops.map(({ event }) => event)).toEqual([
    'breakpoint',
    'breakpoint',
    'injected-call-return',
  ]);
  expect(inside!.activations).toMatchObject([
    [{ func: 1, at: 'global.set', locals: [i32(3), i32(4)], operands: [i32(1)] }, { func: 3 }],
    AT_SUB,
  ]);
  expect(after!.detail).toMatchObject({ values: [{ bits: 8 }] });
  expectOriginal(first);
  expectOriginal(after);
});

test('steps go through it from its first instruction to its last', async () => {
  const { debuggee, instance } = await load(
    PROGRAM,
    (stop) => {
      if (debuggee.stops.length > 1) return stop.top.at === 'i32.add' ? 'run' : 'step';
      return ['step', inject(instance, 'divide', number(8), number(2))];
    },
    host(),
  );
  debuggee.engine.addBreakpoint(
    debuggee.engine.modules[0]!,
    pcOf(debuggee.engine.modules[0]!, 'i32.sub'),
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(path(debuggee.stops)).toBe('i32.sub local.get local.get i32.div_u end i32.sub i32.add');
  expect(debuggee.stops[5]).toMatchObject({
    event: 'injected-call-return',
    detail: { values: [{ bits: 4 }] },
  });
});

test('the frame returns early after a call', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'add', number(1), number(2)) : early(number(3)),
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(103);
});

test('a function of the host is called, and may call back in', async () => {
  const { debuggee, module, instance } = await stopped(
    (_stop, _debuggee, n) => (n === 0 ? inject(instance, 'host') : 'run'),
    host(() => (instance.exports['divide'] as (...args: number[]) => number)(12, 4)),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.div_u'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops[1]!.activations).toMatchObject([[{ at: 'i32.div_u' }], AT_SUB]);
  expect(debuggee.stops[2]!.detail).toMatchObject({ values: [{ bits: 3 }] });
  expectOriginal(debuggee.stops[2]);
});

test('all bits of all types go in and out', async () => {
  const { debuggee, instance } = await load(
    `(module
      (type $own (func (param i32)))
      (func (export "own") (type $own))
      (func (export "swap")
        (param i32 i64 f32 f64 v128 (ref null $own) funcref) (result funcref (ref null $own) v128 f64 f32 i64 i32)
        (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
      (func (export "f") unreachable))`,
    (stop) => {
      if (stop.event !== 'trap') return ['run', early()];
      return ['run', inject(instance, 'swap', ...ALL_BITS, func(own), func(null))];
    },
  );
  const own = instance.exports['own'];
  debuggee.call(instance, 'f');
  expect(debuggee.stops[1]!.detail).toEqual({
    kind: 'injected-call-return',
    values: [func(null), func(own), ...ALL_BITS.toReversed()],
  });
});

describe('arguments that do not fit are refused', () => {
  test.each([
    ['too few', [number(1)]],
    ['too many', [number(1), number(2), number(3)]],
    ['of another type', [number(1), ALL_BITS[1]!]],
  ])('%s', async (_, args) => {
    const { debuggee, instance } = await stopped((_stop, { engine }) => {
      const frames = engine.activations();
      expect(() => engine.resume('step', inject(instance, 'add', ...args))).toThrow(
        MismatchedValues,
      );
      expect(engine.activations()).toBe(frames);
      return 'run';
    });
    expect(debuggee.call(instance, 'f', 6)).toBe(111);
    expect(debuggee.stops).toHaveLength(1);
  });

  test('and so is a call without a frame', async () => {
    const { debuggee, instance } = await load(PROGRAM, () => 'run', host());
    expect(() => debuggee.engine.resume('run', inject(instance, 'throws'))).toThrow(NoFrame);
  });
});

test('deep in a recursion, with a recursion on top', async () => {
  const { debuggee, instance } = await load(
    `(module
      (func $down (export "f") (param $n i32) (result i32)
        (if (i32.eqz (local.get $n)) (then nop))
        (if (result i32) (local.get $n)
          (then (i32.add (local.get $n) (call $down (i32.sub (local.get $n) (i32.const 1)))))
          (else (i32.const 0)))))`,
    () => (debuggee.stops.length > 1 ? 'run' : ['run', inject(instance, 'f', number(300))]),
  );
  const [module] = debuggee.engine.modules;
  debuggee.engine.addBreakpoint(module!, pcOf(module!, 'nop'));
  expect(debuggee.call(instance, 'f', 500)).toBe(125250);
  const [first, inside, after] = debuggee.stops;
  const locals = (stop: Stop | undefined, activation: number) =>
    stop!.activations[activation]!.map((frame) => frame.locals[0]);
  const down = (n: number) => Array.from({ length: n + 1 }, (_, i) => i32(i));
  expect(locals(first, 0)).toEqual(down(500));
  expect(locals(inside, 0)).toEqual(down(300));
  expect(locals(inside, 1)).toEqual(down(500));
  expect(after!.activations).toEqual(first!.activations);
  expect(after!.detail).toMatchObject({ values: [{ bits: 45150 }] });
});

test('an interrupt that was asked for stops it before its first instruction', async () => {
  const { debuggee, instance } = await stopped((_stop, { engine }, n) => {
    if (n > 0) return 'run';
    engine.interrupt();
    return inject(instance, 'add', number(1), number(2));
  });
  debuggee.call(instance, 'f', 6);
  expect(debuggee.stops.map(({ event, top }) => [event, top.at])).toEqual([
    ['breakpoint', 'i32.sub'],
    ['interrupted', 'global.get'],
    ['injected-call-return', 'i32.sub'],
  ]);
});

test('instances of other modules are called, with their own frames', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(other, 'g', number(5)) : 'run',
  );
  const module = debuggee.engine.loadModule(
    await assemble(
      '(module (func (export "g") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))',
    ),
  );
  const other = debuggee.engine.instantiate(module);
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops[1]!.activations).toMatchObject([[{ instance: other }], [{ instance }, {}]]);
  expect(debuggee.stops[2]!.detail).toMatchObject({ values: [{ bits: 10 }] });
});
