/** Indirect calls without checks, where all functions of the type in the table are such as allow that. */
import { expect, test } from 'vitest';
import { BareLeaves } from '../../src/engine/instrument/bare-leaves.ts';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { assemble, Debuggee, i32, type OnStop, pcOf } from './debuggee.ts';
import { planOf } from './instrument/plans.ts';
import { outcome } from './oracle/scenario.ts';

const PROGRAM = `(module
  (import "host" "f" (func $host (param i32)))
  (memory 1)
  (type $leaf (func (param i32) (result i32)))
  (func $a (type $leaf) (i32.load (local.get 0)))
  (func $b (type $leaf) (i32.load offset=8 (local.get 0)))
  (func $far (export "far") (type $leaf) (call $host (i32.const 77)) (i32.const 5))
  (func $none)
  (table $t 6 6 funcref)
  (elem (table $t) (i32.const 1) func $a $b $none)
  (func (export "f") (param $at i32) (param $p i32) (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (call $host (local.get $n))
      (local.set $sum (i32.add (local.get $sum)
        (i32.add (i32.mul (local.get $n) (i32.const 3))
          (call_indirect $t (type $leaf) (local.get $p) (local.get $at)))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))`;

/** Their arguments are in memory, in frames of different sizes: the second is the larger. */
const FRAMES = `(module
  (memory 1)
  (global $sp (mut i32) (i32.const 1024))
  (type $leaf (func (param i32 i32) (result i32)))
  (func $a (type $leaf) (local $fp i32)
    (local.set $fp (i32.sub (global.get $sp) (i32.const 16)))
    (i32.store offset=12 (local.get $fp) (local.get 0))
    (i32.store (i32.load offset=12 (local.get $fp)) (local.get 1))
    (i32.load (i32.load offset=12 (local.get $fp))))
  (func $b (type $leaf) (local $fp i32)
    (local.set $fp (i32.sub (global.get $sp) (i32.const 32)))
    (i32.store offset=4 (local.get $fp) (local.get 0))
    (i32.store offset=8 (i32.load offset=4 (local.get $fp)) (local.get 1))
    (i32.load offset=8 (i32.load offset=4 (local.get $fp))))
  (table $t 2 2 funcref)
  (elem (table $t) (i32.const 0) func $a $b)
  (func (export "f") (param $at i32) (param $p i32) (param $v i32) (result i32)
    (i32.add (i32.const 5)
      (call_indirect $t (type $leaf) (local.get $p) (local.get $v) (local.get $at)))))`;

async function start(onStop: OnStop, bareLeaves: number, traps: 'exact' | 'native' = 'exact') {
  const codeLimits = { ...CODE_LIMITS, bareLeaves };
  const debuggee = new Debuggee(onStop, { codeLimits, traps });
  const module = debuggee.engine.loadModule(await assemble(PROGRAM));
  const calls: ((n: number) => void)[] = [];
  const host = { f: (n: number) => calls[0]?.(n) };
  const instance = debuggee.engine.instantiate(module, { host });
  const { far } = instance.exports;
  const table = instance.table(0)!;
  return { debuggee, module, instance, table, far, calls };
}

function shown({ stops }: Debuggee) {
  return stops.map(({ event, activations }) => ({
    event,
    frames: activations[0]!.map(({ func, at, locals, operands }) => [func, at, locals, operands]),
  }));
}

async function leafOf(text: string, func: number) {
  const { module } = await planOf(text);
  const { typeIndex } = module.functions[func]!;
  const call = { op: Op.callIndirect, index: typeIndex, index2: 0 };
  const innermost = { guarded: false };
  return BareLeaves.of(module, CODE_LIMITS).called(call, { innermost } as never);
}

test('the functions of the program may be called so, unless others have the table', async () => {
  expect(await leafOf(PROGRAM, 1)).toMatchObject({
    functions: [1, 2],
    spans: [{ offset: 0, bytes: 12 }],
  });
  expect(
    await leafOf(PROGRAM.replace('(table $t ', '(table $t (export "table") '), 1),
  ).toBeUndefined();
});

test.each([
  ['the first', 1, 65_533],
  ['the second', 2, 65_528],
  ['where only the other one would trap', 1, 65_528],
  ['null', 0, 0],
  ['null behind all', 5, 0],
  ['one of another type', 3, 0],
  ['beyond the end', 6, 0],
  ['far beyond the end', -1, 0],
])('a trap: %s', async (_, at, p) => {
  const seen = await Promise.all(
    [CODE_LIMITS.bareLeaves, 0].map(async (bareLeaves) => {
      const { debuggee, instance } = await start(() => 'run', bareLeaves);
      const outcomes = [
        debuggee.call(instance, 'f', 1, 16, 3),
        outcome(() => debuggee.call(instance, 'f', at, p, 3)),
        debuggee.call(instance, 'f', 2, 16, 3),
      ];
      return { outcomes, stops: shown(debuggee) };
    }),
  );
  expect(seen[0]).toEqual(seen[1]);
});

test('what one of them needs apart, all do', async () => {
  const stack = { base: { kind: 'global', index: 0 }, offset: -32, bytes: 32 };
  const target = { base: { kind: 'param', index: 0 }, offset: 0, bytes: 12 };
  const leaf = await leafOf(FRAMES, 0);
  expect(leaf).toMatchObject({ functions: [0, 1], spans: [stack, target] });
  expect(leaf!.apart.map((pair) => [...pair].sort((a, b) => a.bytes - b.bytes))).toMatchObject([
    [target, stack],
  ]);
});

test.each([
  ['the first, its own argument', 0, 1020, 2048],
  ['the first, with an address that is out of bounds', 0, 1020, -16],
  ['the second, its own argument', 1, 988, 2048],
  ['the second, with an address that is out of bounds', 1, 988, -16],
  ['a part of it', 1, 987, 0x1000_0000],
  ['what only the other one has there', 0, 988, -16],
  ['nothing of a frame', 1, 2048, -16],
  ['what is out of bounds', 1, 65_528, 1],
])('what is written: %s', async (_, at, p, v) => {
  const bytes = await assemble(FRAMES);
  const seen = [CODE_LIMITS.bareLeaves, 0].map((bareLeaves) => {
    const debuggee = new Debuggee(() => 'run', { codeLimits: { ...CODE_LIMITS, bareLeaves } });
    const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
    const outcomes = [at, 1 - at, at].map((each) =>
      outcome(() => debuggee.call(instance, 'f', each, p, v)),
    );
    return { outcomes, stops: shown(debuggee) };
  });
  expect(seen[0]).toEqual(seen[1]);
});

test.each([1, 2])(
  'a breakpoint in function %d is met in its calls, and in no others',
  async (func) => {
    const { debuggee, module, instance } = await start(() => 'run', CODE_LIMITS.bareLeaves);
    const pc = pcOf(module, 'i32.load', func - 1);
    module.breakpoints.add(pc);
    debuggee.call(instance, 'f', 1, 16, 3);
    debuggee.call(instance, 'f', 2, 16, 3);
    expect(debuggee.stops.map(({ top }) => top.func)).toEqual([func, func, func]);
    expect(debuggee.stops[1]!.activations[0]![1]!.locals).toEqual([
      i32(func),
      i32(16),
      i32(2),
      i32(9),
    ]);
    module.breakpoints.remove(pc);
    debuggee.call(instance, 'f', func, 16, 3);
    expect(debuggee.stops).toHaveLength(3);
  },
);

test.each(['exact', 'native'] as const)(
  'what a debugger writes to the table is called: %s',
  async (traps) => {
    const { debuggee, instance, table, far, calls } = await start(
      () => 'run',
      CODE_LIMITS.bareLeaves,
      traps,
    );
    let others = 0;
    calls.push((n) => {
      if (n === 4) table.set(1, far);
      if (n === 77) others++;
      if (n === 2) table.set(1, null);
    });
    expect(outcome(() => debuggee.call(instance, 'f', 1, 16, 6))).toMatch(/RuntimeError/);
    expect(others).toBe(2);
    expect(debuggee.stops.map(({ event, top }) => [event, top.func])).toEqual([['trap', 5]]);
  },
);
