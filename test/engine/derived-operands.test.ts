/** What frames show of operands that follow from locals: wherever a program is stopped, and left. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, type OnStop } from './debuggee.ts';
import { framesOf, WAYS } from './ways-of-stopping.ts';

/**
 * Operands that follow from parameters, from locals that are fresh, derived or tell about derived ones;
 * below calls, among their arguments, below a block that writes what one follows from, and below a loop
 * that does not.
 */
const PROGRAM = `(module (memory 1) (data (i32.const 4) "\\01\\02\\03\\04\\05")
  (func $callee (param i32 i64 i32) (result i32)
    (i32.rotl (i32.add (local.get 0) (i32.const 3)) (i32.wrap_i64 (local.get 1))))
  (func (export "f") (param $n i32) (param $wide i64) (result i32)
    (local $fresh i32) (local $byte i32) (local $odd i32) (local $kept i32) (local $sum i32)
    (local $rounds i32)
    (loop $again
      (i32.sub (local.get $n) (i32.const 1))
      (i32.shl (local.get $fresh) (i32.const 1))
      (local.set $byte (i32.load8_u offset=4 (local.get $n)))
      (local.set $odd (i32.and (local.get $byte) (i32.const 1)))
      (i32.eqz (local.get $odd))
      (i32.add (local.tee $kept (i32.xor (local.get $byte) (local.get $odd))) (i32.const 7))
      (call $callee
        (i32.add (local.get $byte) (i32.const 16))
        (i64.mul (local.get $wide) (i64.const -3))
        (i32.load8_u (local.get $odd)))
      (block $out
        (br_if $out (local.get $odd))
        (local.set $kept (call $callee (i32.const 1) (i64.shl (local.get $wide) (i64.const 1)) (local.get $byte))))
      (local.set $rounds (i32.and (local.get $n) (i32.const 3)))
      (loop $inner
        (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $rounds))))
        (br_if $inner (i32.gt_s (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1))) (i32.const 0))))
      (local.set $fresh (i32.add (local.get $n) (local.get $kept)))
      i32.add i32.add i32.add i32.add
      (local.set $sum (i32.add (local.get $sum)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (i32.add (local.get $sum) (i32.const 1)) (i32.div_u (local.get $sum) (local.get $n)))))`;

function seen(onStop: OnStop, derivedOperands: boolean, limits = {}): Promise<string[]> {
  const codeLimits = { ...CODE_LIMITS, derivedOperands, ...limits };
  return framesOf(PROGRAM, [5, 9n], ['i32.rotl', 'i32.gt_s'], onStop, codeLimits);
}

describe.each(Object.entries(WAYS))('%s', (_, way) => {
  test.each([
    ['derived or stored', {}],
    ['with locals that are not stored either', { derivedLocals: true, freshLocals: true }],
    ['with one scratch local', { homes: 1 }],
    ['with two locals that are not in frames', { steppingLocals: 2, runningLocals: 2, locals: 2 }],
    ['in short pieces', { runningBytes: 20, steppingBytes: 20, mostRunningBytes: 100 }],
  ])('operands are the same, %s', async (_, limits) => {
    const all = { derivedLocals: false, freshLocals: false, equalOperands: false };
    const stored = await seen(way(), false, all);
    expect(stored.length).toBeGreaterThan(15);
    expect(await seen(way(), true, limits)).toEqual(stored);
  });
});

test('those that follow from locals are not stored', async () => {
  const module = decodeModule(
    await assemble(`(module (func $f (param i32 i32)
      (call $f (i32.add (local.get 0) (i32.const 16)) (i32.lt_s (local.get 1) (i32.const 8)))))`),
  );
  const size = (derivedOperands: boolean): number =>
    instrument(module, 0, true, { ...CODE_LIMITS, derivedOperands }).bytes.length;
  // At the call two stores, each with an address and a value.
  expect(size(false) - size(true)).toBeGreaterThan(2 * 6);
});
