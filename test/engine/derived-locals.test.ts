/** What frames show of locals that follow from others: wherever a program is stopped, and left. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { assemble, Debuggee, type OnStop } from './debuggee.ts';
import { framesOf, WAYS } from './ways-of-stopping.ts';

/**
 * In rounds 5 to 1: a comparison and what follows from it, in some rounds a sum, and a call. The trap
 * is in the last.
 */
const PROGRAM = `(module (memory 1) (data (i32.const 4) "\\01\\02\\03\\04\\05")
  (func $callee (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 3)))
  (func (export "f") (param $n i32) (result i32)
    (local $base i32) (local $zero i32) (local $byte i32) (local $odd i32) (local $wide i64)
    (local $small i32) (local $twice i32) (local $sum i32) (local $first i32) (local $five i32)
    (local $next i64)
    (local.set $base (i32.add (local.get $n) (i32.const -1)))
    (loop $again
      (local.set $zero (i32.const 0))
      (local.set $byte (i32.load8_u offset=4 (local.get $n)))
      (local.set $odd (i32.and (local.get $byte) (i32.const 1)))
      (local.set $wide (i64.extend_i32_u (local.tee $small (i32.lt_u (local.get $odd) (local.get $byte)))))
      (if (local.get $odd) (then
        (local.set $twice (i32.mul (local.get $byte) (i32.load8_u (local.get $n))))
        (local.set $first (i32.shl (local.get $twice) (i32.const 1)))
        (local.set $five (i32.const 5))
        (local.set $next (i64.sub (i64.const 7) (i64.extend_i32_s (local.get $first))))))
      (local.set $sum (i32.add (local.get $sum) (call $callee (local.get $first))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.div_u (local.get $sum) (local.get $n))))`;

function seen(onStop: OnStop, derivedLocals: boolean, limits = {}): Promise<string[]> {
  const codeLimits = { ...CODE_LIMITS, derivedLocals, ...limits };
  return framesOf(PROGRAM, [5], ['i32.rotl', 'i64.extend_i32_u'], onStop, codeLimits);
}

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  test.each([
    ['derived or stored', {}],
    ['with two locals that are not in frames', { steppingLocals: 2, runningLocals: 2, locals: 2 }],
    ['in short pieces', { runningBytes: 20, steppingBytes: 20, mostRunningBytes: 100 }],
  ])('locals are the same, %s', async (_, limits) => {
    const stored = await seen(way(), false);
    expect(stored.length).toBeGreaterThan(8);
    expect(await seen(way(), true, limits)).toEqual(stored);
  });
});

test('a local that tells about others is read where a load is known to give the same', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module (memory 1)
      (func (export "f") (param $n i32) (result i32) (local $value i32) (local $next i32)
        (local $sum i32)
        (loop $again
          (local.set $value (i32.load (i32.const 8)))
          (local.set $next (i32.add (local.get $value) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 8))))
          (i32.store (i32.const 8) (local.get $next))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))`),
  );
  const { plan } = module.functionAt(0)!;
  expect(plan.derived.all.map(({ local, mark }) => [local, mark])).toEqual([[2, 1]]);
  expect(debuggee.call(debuggee.engine.instantiate(module), 'f', 5)).toBe(10);
});
