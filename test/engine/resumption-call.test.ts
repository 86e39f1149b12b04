/** Injected calls (contract: resumption). */
import { describe, expect, test } from 'vitest';
import type { Resumption } from '../../src/engine/runtime/engine.ts';
import { NoFrame } from '../../src/engine/runtime/resumption.ts';
import { MismatchedValues } from '../../src/engine/runtime/value-row.ts';
import { assemble, type Debuggee, i32, path, pcOf, type Stop } from './debuggee.ts';
import { ALL_BITS, early, func, inject, load, number } from './resumptions.ts';

/** Functions to inject, and a caller with locals and operands that must stay. */
const PROGRAM = `(module
  (import "host" "call" (func $host (result i32)))
  (tag $tag (param i32))
  (global $count (export "count") (mut i32) (i32.const 0))
  (func $add (export "add") (param i32 i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.div_u (local.get 0) (local.get 1)))
  (func (export "indirect") (result i32) (i32.add (call $add (i32.const 3) (i32.const 4)) (i32.const 1)))
  (func (export "throws") (throw $tag (i32.const 9)))
  (func (export "catches") (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (throw $tag (i32.const 9)))
      (i32.const 0)))
  (export "host" (func $host))
  (func (export "asks") (result i32) (i32.or (i32.const 60) (i32.eqz (call $host))))
  (func $callee (param $n i32) (result i32) (local $l i64)
    (local.set $l (i64.const 77))
    (i32.add (local.get $n) (i32.sub (local.get $n) (i32.const 1))))
  (func (export "f") (param $n i32) (result i32)
    i32.const 100
    (call $callee (local.get $n))
    i32.add)
  (func (export "trap") (result i32) (i32.add (i32.const 5) (i32.load8_u (i32.const -1))))
  (memory 0))`;

const host = (call: () => unknown = () => 1): WebAssembly.Imports => ({ host: { call } });

/** Stops at `i32.sub` in `$callee`, does something there, and then goes on. */
async function stopped(
  onStop: (stop: Stop, debuggee: Debuggee, n: number) => Resumption | 'run' | 'step',
  imports = host(),
) {
  let n = 0;
  const loaded = await load(
    PROGRAM,
    (stop, debuggee) => {
      const onward = onStop(stop, debuggee, n++);
      return typeof onward === 'string' ? onward : ['run', onward];
    },
    imports,
  );
  loaded.debuggee.engine.addBreakpoint(loaded.module, pcOf(loaded.module, 'i32.sub'));
  return loaded;
}

const AT_SUB = [
  { at: 'i32.sub', locals: [i32(6), 'i64:000000000000004d'], operands: [i32(6), i32(6), i32(1)] },
  { at: 'i32.add', locals: [i32(6)], operands: [i32(100), i32(6)] },
];

/** At the original point, with everything as it was. */
function expectOriginal(stop: Stop | undefined): void {
  expect(stop?.activations).toMatchObject([AT_SUB]);
  expect(stop?.activations[0]).toHaveLength(2);
}

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

test('a trap in it is reported first, then the failure at the original point', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'divide', number(1), number(0)) : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  const [first, trap, failed, ...more] = debuggee.stops;
  expect(more).toEqual([]);
  expectOriginal(first);
  expect(trap).toMatchObject({
    event: 'trap',
    activations: [[{ func: 2, at: 'i32.div_u', operands: [i32(1), i32(0)] }], AT_SUB],
  });
  expectOriginal(failed);
  expect(failed!.detail).toMatchObject({
    kind: 'injected-call-failed',
    error: expect.objectContaining({ message: 'divide by zero' }),
  });
});

test('so is an exception that nothing in it catches', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'throws') : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  const [first, thrown, failed, ...more] = debuggee.stops;
  expect(more).toEqual([]);
  expectOriginal(first);
  expect(thrown).toMatchObject({ event: 'exception', activations: [[{ at: 'throw' }], AT_SUB] });
  expectOriginal(failed);
  expect(failed!.detail).toMatchObject({
    kind: 'injected-call-failed',
    error: expect.any(WebAssembly.Exception),
  });
});

test('an exception that it catches is its own affair', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'catches') : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops.map(({ event }) => event)).toEqual([
    'breakpoint',
    'exception',
    'injected-call-return',
  ]);
  expect(debuggee.stops[2]!.detail).toMatchObject({ values: [{ bits: 9 }] });
});

test('a trap in it may be replaced by an early return', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0
      ? inject(instance, 'divide', number(1), number(0))
      : n === 1
        ? early(number(55))
        : 'run',
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops[2]!.detail).toMatchObject({
    kind: 'injected-call-return',
    values: [{ bits: 55 }],
  });
});

test('the frame returns early after a call', async () => {
  const { debuggee, instance } = await stopped((_stop, _debuggee, n) =>
    n === 0 ? inject(instance, 'add', number(1), number(2)) : early(number(3)),
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(103);
});

test('calls nest, and each comes back to its own point', async () => {
  const { debuggee, module, instance } = await stopped((stop, _debuggee, n) => {
    if (n === 0) return inject(instance, 'indirect');
    if (n === 1) return inject(instance, 'divide', number(9), number(0));
    // At the trap in the innermost.
    if (n === 2) return inject(instance, 'divide', number(9), number(3));
    if (n === 3) expect(stop.top.at).toBe('i32.div_u');
    return 'run';
  });
  debuggee.engine.addBreakpoint(module, pcOf(module, 'global.set'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops.map(({ event, top }) => [event, top.at])).toEqual([
    ['breakpoint', 'i32.sub'],
    ['breakpoint', 'global.set'],
    ['trap', 'i32.div_u'],
    ['injected-call-return', 'i32.div_u'],
    ['injected-call-failed', 'global.set'],
    ['injected-call-return', 'i32.sub'],
  ]);
  expect(debuggee.stops[2]!.activations).toMatchObject([
    [{ at: 'i32.div_u' }],
    [{ at: 'global.set' }, { at: 'i32.const' }],
    AT_SUB,
  ]);
  expect(debuggee.stops[4]!.activations).toEqual(debuggee.stops[1]!.activations);
  expectOriginal(debuggee.stops[5]);
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

test('an error of the host that comes out of it is its failure', async () => {
  const { debuggee, instance } = await stopped(
    (_stop, _debuggee, n) => (n === 0 ? inject(instance, 'host') : 'run'),
    host(() => {
      throw new TypeError('of the host');
    }),
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  // No event before: no frame has called it.
  expect(debuggee.stops).toHaveLength(2);
  expect(debuggee.stops[1]!.detail).toMatchObject({
    kind: 'injected-call-failed',
    error: expect.any(TypeError),
  });
  expectOriginal(debuggee.stops.at(-1));
});

test('an error of the host inside it is a trap in the frame that called, first', async () => {
  const { debuggee, instance } = await stopped(
    (_stop, _debuggee, n) => (n === 0 ? inject(instance, 'asks') : 'run'),
    host(() => {
      throw new TypeError('of the host');
    }),
  );
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops.map(({ event }) => event)).toEqual([
    'breakpoint',
    'trap',
    'injected-call-failed',
  ]);
  expect(debuggee.stops[1]!.activations).toMatchObject([[{ at: 'i32.eqz' }], AT_SUB]);
  expectOriginal(debuggee.stops[2]);
});

test('on top of a frame whose host function has thrown', async () => {
  const error = new TypeError('of the host');
  const { debuggee, module, instance } = await load(
    PROGRAM,
    () => (debuggee.stops.length > 1 ? 'run' : ['run', inject(instance, 'indirect')]),
    host(() => {
      throw error;
    }),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'global.set'));
  expect(() => debuggee.call(instance, 'asks')).toThrow(error);
  expect(debuggee.stops.map(({ event }) => event)).toEqual([
    'trap',
    'breakpoint',
    'injected-call-return',
  ]);
  const [thrown, inside, after] = debuggee.stops;
  expect(thrown!.activations).toMatchObject([[{ at: 'i32.eqz', operands: [i32(60)] }]]);
  expect(inside!.activations).toMatchObject([
    [{ at: 'global.set' }, { at: 'i32.const' }],
    [{ at: 'i32.eqz', operands: [i32(60)] }],
  ]);
  expect(after!.activations).toEqual(thrown!.activations);
});

test('at a trap: afterwards the trap happens, and is not reported again', async () => {
  const { debuggee, instance } = await load(
    PROGRAM,
    () =>
      debuggee.stops.length > 1 ? 'run' : ['run', inject(instance, 'add', number(1), number(2))],
    host(),
  );
  expect(() => debuggee.call(instance, 'trap')).toThrow('memory access out of bounds');
  expect(debuggee.stops.map(({ event, top }) => [event, top.at])).toEqual([
    ['trap', 'i32.load8_u'],
    ['injected-call-return', 'i32.load8_u'],
  ]);
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

test('what the debugger itself throws goes through it', async () => {
  const { debuggee, module, instance } = await stopped((_stop, _debuggee, n) => {
    if (n === 0) return inject(instance, 'add', number(1), number(2));
    throw new Error('the debugger is gone');
  });
  debuggee.engine.addBreakpoint(module, pcOf(module, 'global.set'));
  expect(() => debuggee.call(instance, 'f', 6)).toThrow('the debugger is gone');
  expect(debuggee.stops).toHaveLength(2);
});

test('when the debugger leaves inside it, both run on', async () => {
  const { debuggee, module, instance } = await stopped((_stop, { engine }, n) => {
    if (n === 0) return inject(instance, 'add', number(1), number(2));
    engine.detach();
    return 'run';
  });
  debuggee.engine.addBreakpoint(module, pcOf(module, 'global.set'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops).toHaveLength(2);
  expect((instance.exports['count'] as WebAssembly.Global).value).toBe(1);
});

test('a trap in it that was not foreseen is reported with the frames below', async () => {
  const { debuggee, module, instance } = await load(
    PROGRAM,
    () =>
      debuggee.stops.length > 1 ? 'run' : ['run', inject(instance, 'divide', number(1), number(0))],
    host(),
    { traps: 'native' },
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  expect(debuggee.call(instance, 'f', 6)).toBe(111);
  expect(debuggee.stops.map(({ event }) => event)).toEqual([
    'breakpoint',
    'trap',
    'injected-call-failed',
  ]);
  expect(debuggee.stops[1]!.activations).toMatchObject([[{ at: 'i32.div_u' }], AT_SUB]);
  expectOriginal(debuggee.stops[2]);
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
