/** Where a function's values are in its frame. */
import { describe, expect, test } from 'vitest';
import type { CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import type { LocalSet } from '../../../src/engine/instrument/local-set.ts';
import { operandOffset } from '../../../src/engine/instrument/plan.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { planOf } from './plans.ts';

describe('locals', () => {
  test('lie one behind the other by their sizes, parameters first', async () => {
    const plan = await planOf(`(module
      (func (param i32 i64) (result f64) (local f32 f32) (local f64 v128 i32) (f64.const 0)))`);
    expect(plan.localTypes.map(({ kind }) => kind)).toEqual([
      'i32',
      'i64',
      'f32',
      'f32',
      'f64',
      'v128',
      'i32',
    ]);
    expect(plan.localOffsets).toEqual([0, 4, 12, 16, 20, 28, 44]);
    expect(plan.localsEnd).toBe(48);
  });

  test('that are references lie where they have a place in the arrays', async () => {
    const plan = await planOf(`(module (type $s (struct))
      (func (param i32 externref i32 (ref null $s)) (local funcref)))`);
    expect(plan.localOffsets).toEqual([0, 8, 16, 24, 32]);
    expect(plan.references).toEqual(new Set(['extern', 'any', 'func']));
  });

  test('of a function without any take no room', async () => {
    const plan = await planOf('(module (func))');
    expect(plan).toMatchObject({ localsEnd: 0, operandBase: 0, maxHeight: 0 });
    // A caller and its callee must not have one base.
    expect(plan.frameSize).toBe(16);
  });
});

describe('operands', () => {
  test('have slots of 8 bytes behind the locals, one for each height', async () => {
    const plan = await planOf(`(module (func (param i32) (result i32)
      (i32.add (i32.const 1) (i32.mul (local.get 0) (i32.const 3)))))`);
    expect(plan).toMatchObject({ operandBase: 8, stride: 8, maxHeight: 3, frameSize: 32 });
    expect(operandOffset(plan, 2)).toBe(24);
  });

  test('have slots of 16 bytes if any of them, or a local, is a vector', async () => {
    const local = await planOf('(module (func (param i32 v128) (drop (local.get 0))))');
    expect(local).toMatchObject({ operandBase: 32, stride: 16, maxHeight: 1, frameSize: 48 });
    const operand = await planOf('(module (func (param i32) (drop (v128.const i32x4 0 0 0 0))))');
    expect(operand).toMatchObject({ operandBase: 16, stride: 16, maxHeight: 1, frameSize: 32 });
  });

  test('of references need the arrays of their hierarchies', async () => {
    const plan = await planOf(`(module (func
      (drop (ref.i31 (i32.const 1))) (drop (ref.null extern))
      (block $e (result exnref) (try_table (catch_all_ref $e)) (ref.null exn)) (drop)))`);
    expect(plan.references).toEqual(new Set(['any', 'extern', 'exn']));
  });
});

test('what legacy handlers have caught lies behind the operands, by how deep they are', async () => {
  const plan = await planOf(`(module (func (param i32)
    try
    catch_all
      try
      catch_all
        i32.const 1 drop
      end
    end))`);
  expect(plan).toMatchObject({ operandBase: 8, maxHeight: 1, caughtBase: 16, frameSize: 32 });
  expect(plan.legacy.depth).toBe(2);
});

test('a loop has the locals that its body writes, those of inner loops among them', async () => {
  const plan = await planOf(`(module (func (local i32 i32 i32 i32)
    (local.set 0 (i32.const 1))
    (loop
      (local.set 1 (i32.const 2))
      (loop (drop (local.tee 2 (i32.const 3)))))
    (local.set 3 (i32.const 4))))`);
  const written = [...plan.loops.values()].map(({ writes }) => members(writes, 4));
  expect(written).toEqual([[1, 2], [2]]);
});

/** `$f` is so small that it is called without checks, unless the limits say otherwise. */
const LOOPS_WITH_CALLS = `(module (func $f) (func (param i32) (local i32 i32 i32 i32)
    (loop $outer
      (local.set 1 (i32.const 1))
      (call $f)
      (local.set 2 (i32.const 1))
      (br_if $outer (local.get 0))
      (loop $inner
        (local.set 3 (i32.const 1))
        (if (local.get 0) (then (call $f)))
        (br_if $inner (local.get 0)))
      (loop $silent
        (local.set 4 (i32.const 1))
        (br_if $silent (local.get 0)))
      (br_if $outer (local.get 0)))))`;

async function loopEffects(text: string, limits: Partial<CodeLimits>) {
  const plan = await planOf(text, limits);
  return [...plan.loops.values()].map(({ carried, hasCall, alwaysCalls }) => ({
    carried: members(carried, 5),
    hasCall,
    alwaysCalls,
  }));
}

test('around a loop, all differs that is written on a way without a call that stores', async () => {
  expect(await loopEffects(LOOPS_WITH_CALLS, {})).toEqual([
    { carried: [1, 2, 3, 4], hasCall: true, alwaysCalls: false },
    { carried: [1, 2, 3, 4], hasCall: true, alwaysCalls: false },
    { carried: [4], hasCall: false, alwaysCalls: false },
  ]);
});

test('around a loop whose every way has a call, only what is written behind it differs', async () => {
  expect(await loopEffects(LOOPS_WITH_CALLS, { bareLeaves: 0 })).toEqual([
    { carried: [2, 3, 4], hasCall: true, alwaysCalls: true },
    { carried: [2, 3], hasCall: true, alwaysCalls: false },
    { carried: [4], hasCall: false, alwaysCalls: false },
  ]);
});

test('in the loop of an interpreter, only what inner loops without calls write is carried', async () => {
  const text = `(module (func $f) (func (param i32) (local i32 i32 i32)
    (loop $next
      (block $a (block $b (br_table $a $b (local.get 0)))
        (local.set 1 (i32.const 1))
        (loop $inner (local.set 2 (i32.const 1)) (br_if $inner (local.get 0))))
      (if (local.get 0) (then
        (loop $calling (call $f) (local.set 3 (i32.const 1)) (br_if $calling (local.get 0)))))
      (br_if $next (local.get 0)))))`;
  const carried = async (limits: Partial<CodeLimits>) => {
    const [loop] = (await planOf(text, limits)).loops.values();
    return { carried: members(loop!.carried, 4), storesAtOnce: loop!.storesAtOnce };
  };
  expect(await carried({ storesAtOnceFrom: 1 })).toEqual({ carried: [2], storesAtOnce: true });
  expect(await carried({ storesAtOnceFrom: 2 })).toEqual({
    carried: [1, 2, 3],
    storesAtOnce: false,
  });
});

test('a local is fresh up to its first write, or to the outermost loop around that', async () => {
  const plan = await planOf(`(module (func (param i32) (local i32 i32 i32)
    nop
    (if (local.get 0) (then (local.set 1 (i32.const 1))))
    (loop nop (loop (local.set 2 (i32.const 1))))))`);
  const reader = new InstructionReader(plan.module.bytes, plan.codeStart, plan.body.end);
  const fresh: string[] = [];
  while (reader.read()) {
    const locals = [0, 1, 2, 3].filter((local) => plan.fresh.has(local, reader.pc));
    fresh.push(`${reader.info.name}: ${locals}`);
  }
  expect(fresh).toEqual([
    'nop: 1,2,3',
    'local.get: 1,2,3',
    'if: 1,2,3',
    'i32.const: 1,2,3',
    'local.set: 1,2,3',
    'end: 2,3',
    'loop: 2,3',
    'nop: 3',
    'loop: 3',
    'i32.const: 3',
    'local.set: 3',
    'end: 3',
    'end: 3',
    'end: 3',
  ]);
  expect([0, 1, 2, 3].map((local) => plan.fresh.isConstant(local))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test('with more locals than V8 takes, the last are in the frame only', async () => {
  const text = `(module (func (param i32 i32) (local ${'i64 '.repeat(40)}) (drop (local.get 30))))`;
  const all = await planOf(text);
  expect(all.registers).toBe(42);
  const few = await planOf(text, { locals: 20 });
  expect(few.registers).toBeLessThan(20);
  expect(few.registers).toBeGreaterThan(2);
  // Where they are in the frame is the same for all.
  expect(few.localOffsets).toEqual(all.localOffsets);
  // Parameters cannot be elsewhere.
  expect((await planOf(text, { locals: 1 })).registers).toBe(2);
});

test('operands share scratch locals where there would be too many', async () => {
  const deep = `${'i32.const 1 '.repeat(100)} ${'drop '.repeat(100)}`;
  expect((await planOf(`(module (func ${deep}))`)).homes).toBe(64);
  expect((await planOf(`(module (func ${deep}))`, { homes: 3 })).homes).toBe(3);
});

function members(set: LocalSet, locals: number): number[] {
  return Array.from({ length: locals }, (_, i) => i).filter((local) => set.has(local));
}
