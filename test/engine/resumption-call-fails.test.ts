/** Injected calls that stop, trap, throw, nest or never come back (contract: resumption). */
import { expect, test } from 'vitest';
import { i32, pcOf } from './debuggee.ts';
import { AT_SUB, expectOriginal, host, PROGRAM, stopped } from './injection.ts';
import { early, inject, load, number } from './resumptions.ts';

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
