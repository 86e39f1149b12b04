/** Exceptions thrown by the debugger (contract: resumption). */
import { expect, test } from 'vitest';
import type { ThrownException } from '../../src/engine/runtime/exceptions.ts';
import { NoFrame } from '../../src/engine/runtime/resumption.ts';
import { MismatchedValues } from '../../src/engine/runtime/value-row.ts';
import { i32, path, pcOf } from './debuggee.ts';
import { ALL_BITS, exception, func, inject, load, number, throwing } from './resumptions.ts';

test('a caller in the cruise version catches it, its frame as it was', async () => {
  const { debuggee, module, instance } = await load(
    `(module
      (tag (param i32 f64))
      (func $callee unreachable)
      (func (export "f") (param i32) (result i32) (local $l i64)
        (local.set $l (i64.const 5))
        i32.const 3
        (block $caught (result i32 f64)
          (try_table (catch 0 $caught) (call $callee))
          unreachable)
        drop
        i32.sub))`,
    (stop) =>
      stop.event === 'trap' ? ['run', throwing(instance, 0, number(8), ALL_BITS[3]!)] : 'run',
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'drop'));
  expect(debuggee.call(instance, 'f', 1)).toBe(-5);
  expect(debuggee.stops[1]).toMatchObject({
    event: 'breakpoint',
    top: {
      locals: [i32(1), 'i64:0000000000000005'],
      operands: [i32(3), i32(8), 'f64:fff40000deadbeef'],
    },
  });
});

test('it replaces a trap and another exception', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag (param i32))
      (func (export "trap") (result i32)
        (block $caught (result i32)
          (try_table (catch 0 $caught) (drop (i32.div_u (i32.const 1) (i32.const 0))))
          i32.const 0))
      (func (export "throw") (result i32)
        (block $caught (result i32)
          (try_table (catch 0 $caught) (throw 0 (i32.const 1)))
          i32.const 0)))`,
    () => ['run', throwing(instance, 0, number(6))],
  );
  expect(debuggee.call(instance, 'trap')).toBe(6);
  expect(debuggee.call(instance, 'throw')).toBe(6);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap', 'exception']);
});

test('of the tag of JavaScript, any value is thrown as it is', async () => {
  const { JSTag } = WebAssembly as unknown as { readonly JSTag: WebAssembly.Tag };
  const values = [null, undefined, 5, 'text', { is: 'an object' }];
  let thrown: unknown;
  const { debuggee, instance } = await load(
    `(module
      (import "js" "tag" (tag (param externref)))
      (func $trap unreachable)
      (func (export "trap") (call $trap))
      (func (export "catch") (result externref)
        (block $caught (result externref)
          (try_table (catch 0 $caught) (call $trap))
          unreachable)))`,
    () => ['run', throwing(instance, 0, { type: 'ref', hierarchy: 'extern', object: thrown })],
    { js: { tag: JSTag as unknown as WebAssembly.ExportValue } } as WebAssembly.Imports,
  );
  for (const value of values) {
    thrown = value;
    expect(debuggee.call(instance, 'catch')).toBe(value);
    let outside: unknown = 'nothing';
    try {
      debuggee.call(instance, 'trap');
    } catch (error) {
      outside = error;
    }
    expect(outside).toBe(value);
  }
});

test('uncaught, it comes out to the host, the same every time', async () => {
  const { debuggee, instance } = await load(
    `(module
      (import "host" "attempt" (func $attempt))
      (tag (export "tag") (param i32 i64 f32 f64 v128 funcref))
      (func (export "inner") unreachable)
      (func (export "f") (call $attempt) unreachable))`,
    () => ['run', { kind: 'throw-exception', exception: thrown() }],
    { host: { attempt: () => caught.push(attempt('inner')) } },
  );
  let made: ThrownException | undefined;
  const thrown = () => (made ??= exception(instance, 0, ...ALL_BITS, func(instance.exports['f'])));
  const caught: unknown[] = [];
  const attempt = (name: string): unknown => {
    try {
      return (instance.exports[name] as () => void)();
    } catch (error) {
      return error;
    }
  };
  debuggee.engine.enter(() => caught.push(attempt('f')));
  expect(caught).toHaveLength(2);
  expect(caught[0]).toBeInstanceOf(WebAssembly.Exception);
  expect(caught[1]).toBe(caught[0]);
  const error = caught[0] as WebAssembly.Exception;
  expect(error.is(instance.exports['tag'] as WebAssembly.Tag)).toBe(true);
  expect(error.getArg(instance.exports['tag'] as WebAssembly.Tag, 1)).toBe(-15n);
  // And is known again, with all its bits.
  expect(debuggee.engine.exceptions.describe(error)).toBe(made);
});

test('the values of an exception that wasm caught are exact', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag (param i32 i64 f32 f64 v128 funcref))
      (func (export "own"))
      (func (export "fill") (result i32 i64 f32 f64 v128 funcref) unreachable)
      (func (export "f")
        (block $caught (result i32 i64 f32 f64 v128 funcref exnref)
          (try_table (catch_ref 0 $caught) (call 1) (throw 0))
          unreachable)
        throw_ref))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      const values = [...ALL_BITS, func(instance.exports['own'])];
      return ['run', { kind: 'early-return', values }];
    },
  );
  expect(() => debuggee.call(instance, 'f')).toThrow(WebAssembly.Exception);
  expect(path(debuggee.stops)).toBe('unreachable throw throw_ref');
  const values = [...ALL_BITS, func(instance.exports['own'])];
  expect(debuggee.stops[1]!.detail).toMatchObject({ exception: { values } });
  expect(debuggee.stops[2]!.detail).toMatchObject({ exception: { values } });
});

test('the exception of an earlier stop is thrown later', async () => {
  let kept: ThrownException | undefined;
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "f") (result i32)
        (block $first (result i32)
          (try_table (catch $tag $first) (throw $tag (i32.const 3)))
          unreachable)
        (block $second (result i32)
          (try_table (catch $tag $second) unreachable)
          unreachable)
        i32.add))`,
    ({ detail }) => {
      if (detail.kind === 'exception') kept = detail.exception;
      return detail.kind === 'trap'
        ? ['run', { kind: 'throw-exception', exception: kept! }]
        : 'run';
    },
  );
  expect(debuggee.call(instance, 'f')).toBe(6);
});

test('thrown in an injected call that does not catch it, it ends that', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "fails") unreachable)
      (func (export "f") (result i32)
        (block $caught (result i32)
          (try_table (catch $tag $caught) unreachable)
          i32.const 5)))`,
    (stop) => {
      const n = debuggee.stops.length;
      if (n === 1) return ['run', inject(instance, 'fails')];
      expect(stop.event).toBe(n === 2 ? 'trap' : 'injected-call-failed');
      return ['run', throwing(instance, 0, number(n))];
    },
  );
  // The second time from the frame itself, whose handler it is for.
  expect(debuggee.call(instance, 'f')).toBe(3);
});

test('an interrupt that was asked for comes before the handler’s first instruction', async () => {
  const { debuggee, instance } = await load(
    `(module
      (tag $tag (param i32))
      (func (export "f") (result i32)
        (block $caught (result i32)
          (try_table (catch $tag $caught) unreachable)
          i32.const 5)
        (i32.add (i32.const 1))))`,
    (stop) => {
      if (stop.event !== 'trap') return 'run';
      debuggee.engine.interrupt();
      return ['run', throwing(instance, 0, number(4))];
    },
  );
  expect(debuggee.call(instance, 'f')).toBe(5);
  expect(debuggee.stops).toMatchObject([
    { event: 'trap' },
    { event: 'interrupted', top: { at: 'i32.const', operands: [i32(4)] } },
  ]);
});

test('tags of types in recursion groups, and with references of the module’s own types', async () => {
  const text = `(module
    (rec (type $params (func (param i32 (ref null $own)))) (type $own (func (param i64))))
    (tag $tag (type $params))
    (func (export "own") (type $own))
    (func (export "other"))
    (func (export "f") (result i32)
      (block $caught (result i32 (ref null $own))
        (try_table (catch $tag $caught) unreachable)
        unreachable)
      (drop)))`;
  const { debuggee, instance } = await load(text, () => {
    const { other, own } = instance.exports;
    expect(() =>
      debuggee.engine.resume('run', throwing(instance, 0, number(2), func(other))),
    ).toThrow(MismatchedValues);
    return ['run', throwing(instance, 0, number(2), func(own))];
  });
  expect(debuggee.call(instance, 'f')).toBe(2);
});

test('without a frame it is refused', async () => {
  const { debuggee, instance } = await load('(module (tag))', () => 'run');
  expect(() => debuggee.engine.resume('run', throwing(instance, 0))).toThrow(NoFrame);
});
