/** Errors that come out of host functions (contract: events). */
import { expect, test } from 'vitest';
import type { Resumption } from '../../src/engine/runtime/engine.ts';
import { I32 } from '../../src/wasm/types.ts';
import { assemble, i32, pcOf } from './debuggee.ts';
import { early, load, number } from './resumptions.ts';

const tag = new WebAssembly.Tag({ parameters: ['i32'] } as never) as never;

const PROGRAM = `(module
  (import "host" "tag" (tag $tag (param i32)))
  (import "host" "fail" (func $fail (param i32) (result i64)))
  (func $caller (param $n i32) (result i64)
    (block $caught (result i32)
      (try_table (catch $tag $caught)
        (return (i64.add (i64.const 40) (call $fail (local.get $n)))))
      (unreachable))
    (i64.extend_i32_s))
  (func (export "f") (param i32) (result i64) (call $caller (local.get 0)))
  (func (export "again") (param i32) (result i64) (call $fail (local.get 0))))`;

async function failing(error: unknown, resumption: Resumption = { kind: 'normal' }) {
  const { debuggee, module, instance } = await load(PROGRAM, () => ['run', resumption], {
    host: {
      tag,
      fail() {
        throw error;
      },
    },
  });
  return { debuggee, module, call: () => debuggee.call(instance, 'f', 7) };
}

test('an error of JavaScript is a trap in the frame that called', async () => {
  const error = new Error('from the host');
  const { debuggee, module, call } = await failing(error);
  expect(call).toThrow(error);
  expect(debuggee.stops).toHaveLength(1);
  const [stop] = debuggee.stops;
  expect(stop).toMatchObject({ event: 'trap', top: { func: 1, locals: [i32(7)] } });
  // As in every frame in a call: the pc behind it, and the arguments still there.
  expect(stop!.top.at).toBe('i64.add');
  expect(stop!.top.pc).toBe(pcOf(module, 'i64.add'));
  expect(stop!.top.operands.at(-1)).toBe(i32(7));
  expect(stop!.activations.map((frames) => frames.map(({ func }) => func))).toEqual([[1, 2]]);
});

test.each([undefined, 'text', null, { some: 'object' }])(
  'anything can be thrown: %j',
  async (e) => {
    const { debuggee, call } = await failing(e);
    let seen: unknown = 'nothing';
    try {
      call();
    } catch (error) {
      seen = error;
    }
    expect(seen).toBe(e);
    expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
  },
);

test('an exception is reported before its handler gets it', async () => {
  const { debuggee, call } = await failing(new WebAssembly.Exception(tag, [21]));
  expect(call()).toBe(21n);
  expect(debuggee.stops).toHaveLength(1);
  const [stop] = debuggee.stops;
  expect(stop!.top.func).toBe(1);
  expect(stop!.detail).toMatchObject({
    kind: 'exception',
    exception: { tag, values: [{ type: 'i32', bits: 21 }] },
  });
});

test('early-return takes the place of the error, and nothing after the call runs', async () => {
  const error = new Error('from the host');
  const { debuggee, call } = await failing(error, early({ type: 'i64', bits: 5n }));
  expect(call()).toBe(5n);
  expect(debuggee.stops).toHaveLength(1);
});

test('throw-exception takes the place of the error, and handlers of the frame apply', async () => {
  const params = [I32];
  const exception = { tag, params, values: [number(33)], identity: {}, declared: undefined };
  const { debuggee, call } = await failing(new Error('no'), { kind: 'throw-exception', exception });
  expect(call()).toBe(33n);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
});

test('an error that goes through two host functions is reported once, where it was thrown', async () => {
  const error = new Error('from the host');
  const { debuggee, instance } = await load(PROGRAM, () => 'run', {
    host: {
      tag,
      fail(n: number): unknown {
        if (n === 0) throw error;
        return (instance.exports['again'] as (n: number) => unknown)(n - 1);
      },
    },
  });
  expect(() => debuggee.call(instance, 'f', 2)).toThrow(error);
  expect(debuggee.stops).toHaveLength(1);
  expect(debuggee.stops[0]!.activations).toHaveLength(3);
});

test('a trap below a host function is reported once, before it happens', async () => {
  const { debuggee, instance } = await load(
    `(module
      (import "host" "back" (func $back))
      (func (export "f") (call $back))
      (func (export "g") unreachable))`,
    () => 'run',
    { host: { back: () => (instance.exports['g'] as () => void)() } },
  );
  expect(() => debuggee.call(instance, 'f')).toThrow(WebAssembly.RuntimeError);
  expect(debuggee.stops.map(({ event, top }) => `${event} ${top.at}`)).toEqual([
    'trap unreachable',
  ]);
});

test('a segment out of bounds at instantiation is a trap, with the frames there are', async () => {
  const { debuggee, instance } = await load(
    `(module (import "host" "load" (func $load)) (func (export "f") (call $load)))`,
    () => 'run',
    { host: { load: () => debuggee.engine.instantiate(broken) } },
  );
  const bytes = await assemble('(module (memory 1) (data (i32.const 65536) "x"))');
  const broken = debuggee.engine.loadModule(bytes);
  const inV8 = () => new WebAssembly.Instance(new WebAssembly.Module(bytes as never));
  expect(inV8).toThrow(WebAssembly.RuntimeError);
  let message = '';
  try {
    inV8();
  } catch (error) {
    message = (error as Error).message;
  }
  expect(() => debuggee.call(instance, 'f')).toThrow(message);
  expect(debuggee.stops).toHaveLength(1);
  expect(debuggee.stops[0]).toMatchObject({ event: 'trap', top: { func: 1, at: 'end' } });
});
