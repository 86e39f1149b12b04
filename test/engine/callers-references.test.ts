/** References of frames that are in a call, while the arrays that hold them are replaced. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { frameLocals, frameOperands } from '../../src/engine/runtime/frame-values.ts';
import { assemble, Debuggee, pcOf } from './debuggee.ts';

/**
 * Recursion to a depth of ten, with references of each hierarchy in every frame; at the bottom, calls
 * of a function with a reference, then the `nop`.
 */
const PROGRAM = `(module
  (import "host" "make" (func $make (param i32) (result externref)))
  (tag $t (param i32))
  (func $a (export "a"))
  (func $b (export "b"))
  (elem declare func $a $b)
  (func $tick (param externref) (result externref)
    (call $a)
    (local.get 0))
  (func $f (export "f") (param $n i32) (param $calls i32) (param $func funcref)
    (local $extern externref) (local $any anyref) (local $exn exnref) (local $i i32)
    (local.set $extern (call $make (local.get $n)))
    (local.set $any (ref.i31 (local.get $n)))
    (block $h (result i32 exnref)
      (try_table (catch_ref $t $h) (throw $t (local.get $n)))
      unreachable)
    (local.set $exn)
    drop
    (call $make (i32.add (local.get $n) (i32.const 100)))
    (if (local.get $n)
      (then
        (call $f (i32.sub (local.get $n) (i32.const 1)) (local.get $calls)
          (select (result funcref) (ref.func $a) (ref.func $b)
            (i32.and (local.get $n) (i32.const 1)))))
      (else
        (loop
          (drop (call $tick (local.get $extern)))
          (br_if 0 (i32.lt_u
            (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $calls))))
        nop))
    (drop)))`;

const DEPTH = 10;

describe.each([
  { renewReferences: true, callersReferences: true },
  { renewReferences: false, callersReferences: true },
  // Then callers have none, because one of the locals is such that a debugger is shown none.
  { renewReferences: true, callersReferences: false },
])('with $renewReferences, $callersReferences', (limits) => {
  test.each([1, 70_000])('after %i calls', async (calls) => {
    const objects = new Map<number, object>();
    const seen: unknown[][] = [];
    const debuggee = new Debuggee(
      ({ event }, { engine }) => {
        if (event === 'exception') return 'run';
        for (const frame of engine.activations()[0]!) {
          const { references, frameView } = engine;
          const [operand] = frameOperands(frame, frameView);
          seen.push(
            [...frameLocals(frame, frameView), operand!].flatMap((value) => {
              if (value.type !== 'ref') return [];
              return [references.objectAt(value.hierarchy, value.address!)];
            }),
          );
        }
        return 'run';
      },
      { codeLimits: { ...CODE_LIMITS, ...limits } },
    );
    const { engine } = debuggee;
    const module = engine.loadModule(await assemble(PROGRAM));
    engine.addBreakpoint(module, pcOf(module, 'nop'));
    const make = (n: number): object => {
      const object = {};
      objects.set(n, object);
      return object;
    };
    const instance = engine.instantiate(module, { host: { make } });
    debuggee.call(instance, 'f', DEPTH, calls, null);
    const { a, b } = instance.exports;
    expect(seen).toHaveLength(DEPTH + 1);
    seen.forEach(([func, extern, any, exn, operand], n) => {
      if (n > 0 && !limits.callersReferences) return;
      expect(func).toBe(n === DEPTH ? null : n % 2 === 0 ? a : b);
      expect(exn).toBeInstanceOf(WebAssembly.Exception);
      expect((exn as WebAssembly.Exception).getArg(instance.tag(0)!, 0)).toBe(n);
      expect(extern).toBe(objects.get(n));
      expect(any).toBe(n);
      expect(operand).toBe(objects.get(100 + n));
    });
  });
});

test('callers have the references that a debugger can be shown', async () => {
  const text = `(module
    (tag $t (param i32))
    (func $a (export "a"))
    (func $b (export "b"))
    (func $f (export "f") (param $n i32) (param $func funcref) (local $exn exnref)
      (block $h (result i32 exnref)
        (try_table (catch_ref $t $h) (throw $t (local.get $n)))
        unreachable)
      (local.set $exn)
      drop
      (select (result funcref) (ref.func $a) (ref.func $b)
        (i32.and (local.get $n) (i32.const 1)))
      (if (local.get $n)
        (then (call $f (i32.sub (local.get $n) (i32.const 1)) (ref.func $b)))
        (else nop))
      (drop)))`;
  const seen: unknown[][] = [];
  const debuggee = new Debuggee(({ event }, { engine }) => {
    if (event === 'exception') return 'run';
    for (const frame of engine.activations()[0]!) {
      const { references, frameView } = engine;
      const values = [...frameLocals(frame, frameView), ...frameOperands(frame, frameView)];
      seen.push(
        values.flatMap((value) =>
          value.type === 'ref' ? [references.objectAt(value.hierarchy, value.address!)] : [],
        ),
      );
    }
    return 'run';
  });
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  const instance = engine.instantiate(module);
  debuggee.call(instance, 'f', DEPTH, null);
  const { a, b } = instance.exports;
  expect(seen).toHaveLength(DEPTH + 1);
  seen.forEach(([func, exn, operand], n) => {
    expect(func).toBe(n === DEPTH ? null : b);
    expect((exn as WebAssembly.Exception).getArg(instance.tag(0)!, 0)).toBe(n);
    expect(operand).toBe(n % 2 === 0 ? b : a);
  });
});
