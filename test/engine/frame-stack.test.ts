/** The frame stack is as flat as the program's own. */
import { expect, test } from 'vitest';
import type { DebugInstance } from '../../src/engine/runtime/engine.ts';
import { i32, i64 } from './debuggee.ts';
import { load } from './resumptions.ts';

const FRAME_POINTER = 8;

test('calls of the host into the program use no more and more of it', async () => {
  const pointers = new Set<number>();
  const call = (name: string) => (instance.exports[name] as () => void)();
  const { debuggee, instance } = await load(
    `(module
      (import "host" "repeat" (func $repeat))
      (tag $tag)
      (func $leaf (param i32) (result i32) (local.get 0))
      (func $throws (throw $tag))
      (func (export "calls") (drop (call $leaf (call $leaf (i32.const 1)))))
      (func (export "catches")
        (block $caught (try_table (catch $tag $caught) (call $throws))))
      (func (export "f") (call $repeat)))`,
    () => 'run',
    {
      host: {
        repeat() {
          for (let i = 0; i < 1000; i++) {
            call(i % 2 === 0 ? 'calls' : 'catches');
            pointers.add(new Int32Array(debuggee.memory.buffer)[FRAME_POINTER >> 2]!);
          }
        },
      },
    },
  );
  debuggee.call(instance, 'f');
  expect(pointers.size).toBeLessThan(3);
});

test('frames below a host function that calls one of its own are where they are', async () => {
  const again = () => (instance.exports['back'] as () => void)();
  // The host calls its own function through the program's exports: no frame of wasm in between.
  const viaExport = () => (instance.exports['own'] as () => void)();
  const { debuggee, instance }: { debuggee: { stops: unknown[] }; instance: DebugInstance } =
    await load(
      `(module
        (import "host" "via" (func $via))
        (import "host" "own" (func $own))
        (export "own" (func $own))
        (func (export "back") (local i32) (local.set 0 (i32.const 9)) (unreachable))
        (func $outer (param i32) (local i32) (local.set 1 (i32.const 5)) (call $via))
        (func (export "f") (call $outer (i32.const 4))))`,
      () => 'run',
      { host: { via: viaExport, own: again } },
    );
  const f = instance.exports['f'] as () => void;
  expect(f).toThrow(WebAssembly.RuntimeError);
  expect(debuggee.stops[0]).toMatchObject({
    activations: [
      [{ func: 2, locals: [i32(9)] }],
      [{ func: 3, locals: [i32(4), i32(5)] }, { func: 4 }],
    ],
  });
});

test('a function that calls nothing may stop with its frame beyond the end of the stack', async () => {
  // Constants take room in the frame, and none on V8's stack.
  const room = (slots: number) => 'i32.const 1 '.repeat(slots) + 'drop '.repeat(slots);
  const { debuggee, instance } = await load(
    `(module
      (func $leaf (param i32) (local i64) (local.set 1 (i64.const 7)) ${room(20_000)} unreachable)
      (func $deeper (export "f") (param i32) (local i64) (local.set 1 (i64.const 9)) ${room(1000)}
        (if (local.get 0)
          (then (call $deeper (i32.sub (local.get 0) (i32.const 1))))
          (else (call $leaf (i32.const 5))))))`,
    () => 'run',
  );
  const end = debuggee.memory.buffer.byteLength;
  expect(() => debuggee.call(instance, 'f', 115)).toThrow('unreachable');
  const [leaf, ...callers] = debuggee.stops[0]!.activations[0]!;
  expect(leaf!.locals).toEqual([i32(5), i64(7n)]);
  expect(callers.map(({ locals }) => locals)).toEqual(
    Array.from({ length: 116 }, (_, i) => [i32(i), i64(9n)]),
  );
  // It had to grow for that, so the frame was beyond the end.
  expect(debuggee.memory.buffer.byteLength).toBeGreaterThan(end);
});
