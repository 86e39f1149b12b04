/** Functions that are called by name get the frame pointer as a parameter, and nobody sees that. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { STACK } from '../../src/engine/instrument/layout.ts';
import { i32, i64, type OnStop, pcOf } from './debuggee.ts';
import { inject, load, number } from './resumptions.ts';
import type { Callable } from './transparency.ts';

const PROGRAM = `(module
  (import "host" "call" (func $host (param i32)))
  (type $unary (func (param i32) (result i32)))
  (table (export "table") 2 2 funcref)
  (elem (i32.const 0) $named $leaf)
  (tag $tag (param i32))
  (func $leaf (param i32) (result i32) (local i64)
    (local.set 1 (i64.const 3)) (i32.mul (local.get 0) (i32.const 2)))
  (func $named (export "named") (param i32) (result i32) (local i64)
    (local.set 1 (i64.const 4))
    (call $host (local.get 0))
    (call $leaf (local.get 0)))
  (func $private (param i32) (result i32) (local i64)
    (local.set 1 (i64.const 5))
    (i32.add (call $named (local.get 0))
      (call_indirect (type $unary) (local.get 0) (i32.const 1))))
  (func $tail (param i32) (result i32)
    (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (return_call $private (local.get 0)))
  (func $indirectTail (param i32) (result i32)
    (return_call_indirect (type $unary) (local.get 0) (i32.const 0)))
  (func $throws (param i32) (throw $tag (local.get 0)))
  (func (export "f") (param i32) (result i32) (local i64)
    (local.set 1 (i64.const 6))
    (i32.add (call $tail (local.get 0)) (call $indirectTail (i32.const 20))))
  (func (export "catches") (param i32) (result i32) (local i64)
    (local.set 1 (i64.const 7))
    (block $caught (result i32)
      (try_table (catch $tag $caught) (call $throws (local.get 0)))
      unreachable)
    (call $private))
  (func (export "again") (param i32) (local i64)
    (local.set 1 (i64.const 8))
    (call $host (local.get 0))))`;

const looks = (f: unknown) => [(f as Callable).name, (f as Callable).length];

describe.each([true, false])('frame pointers as parameters: %s', (frameParameter) => {
  const options = { codeLimits: { ...CODE_LIMITS, frameParameter } };

  const loaded = (onStop: OnStop, call: (n: number) => void = () => {}) =>
    load(PROGRAM, onStop, { host: { call } }, options);

  test.each(['run', 'step'] as const)(
    'results and frames of all kinds of calls: %s',
    async (how) => {
      const found: unknown[] = [];
      const { debuggee, module, instance } = await loaded((stop, { engine }) => {
        if (stop.top.at === 'i32.mul') {
          const bases = engine.activations().flatMap((frames) => frames.map(({ base }) => base));
          expect(bases.at(-1)).toBe(STACK);
          expect(bases).toEqual(bases.toSorted((a, b) => b - a));
          found.push(
            stop.activations.map((frames) => frames.map(({ func, locals }) => [func, locals])),
          );
        }
        return how;
      });
      debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
      expect(debuggee.call(instance, 'f', 9)).toBe(20 + 20 + 40);
      const leaf = (n: number) => [1, [i32(n), i64(3n)]];
      const named = (n: number) => [2, [i32(n), i64(4n)]];
      const outer = [7, [i32(9), i64(6n)]];
      expect(found).toEqual([
        [[leaf(10), named(10), [3, [i32(10), i64(5n)]], outer]],
        [[leaf(10), [3, [i32(10), i64(5n)]], outer]],
        [[leaf(20), named(20), outer]],
      ]);
      found.length = 0;
      expect(debuggee.call(instance, 'catches', 6)).toBe(24);
      expect(found[0]).toMatchObject([
        [leaf(6), named(6), [3, [i32(6), i64(5n)]], [8, [i32(6), i64(7n)]]],
      ]);
    },
  );

  test('calls of the host come back behind the frames that are there', async () => {
    const call = (n: number): void => {
      if (n > 3) (instance.exports['again'] as Callable)(n - 1);
    };
    const { debuggee, module, instance } = await loaded(() => 'run', call);
    debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
    expect(debuggee.call(instance, 'named', 5)).toBe(10);
    debuggee.engine.addBreakpoint(module, module.original.bodies.at(-1)!.codeStart);
    debuggee.call(instance, 'f', 4);
    const deepest = debuggee.stops.find(({ activations }) => activations.length === 3);
    expect(deepest).toMatchObject({
      activations: [
        [{ func: 9, locals: [i32(3), i64(0n)] }],
        [{ func: 9, locals: [i32(4), i64(8n)] }],
        [
          { func: 2, locals: [i32(5), i64(4n)] },
          { func: 3, locals: [i32(5), i64(5n)] },
          { func: 7, locals: [i32(4), i64(6n)] },
        ],
      ],
    });
  });

  test('functions that nobody outside knows can be called at a stop', async () => {
    let injected = false;
    const { debuggee, module, instance } = await loaded((stop) => {
      if (stop.event === 'injected-call-return' || injected) return 'run';
      injected = true;
      return ['run', { ...inject(instance, 'f', number(7)), func: 4 } as never];
    });
    debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
    expect(debuggee.call(instance, 'f', 1)).toBe(4 + 4 + 40);
    const returned = debuggee.stops.find(({ event }) => event === 'injected-call-return');
    expect(returned).toMatchObject({ detail: { values: [{ type: 'i32', bits: 32 }] } });
    expect(instance.func(4)!(7)).toBe(32);
    expect(looks(instance.func(4))).toEqual(['4', 1]);
  });

  test('a function has one identity, its name and its type', async () => {
    const { instance } = await loaded(() => 'run');
    const { named, table } = instance.exports;
    expect((table as WebAssembly.Table).get(0)).toBe(named);
    expect(instance.func(2)).toBe(named);
    expect(looks(named)).toEqual(['2', 1]);
  });

  test('as many parameters as V8 allows', async () => {
    const params = (count: number) => Array.from({ length: count }, (_, i) => i);
    const function_ = (name: string, count: number) => `(func $${name} (export "${name}")
      (param ${'i32 '.repeat(count)}) (result i32)
      (call $leaf (i32.add (local.get 0) (local.get ${count - 1}))))`;
    const call = (name: string, count: number) => `(func (export "call_${name}") (result i32)
      (call $${name} ${params(count)
        .map((i) => `(i32.const ${i})`)
        .join(' ')}))`;
    const { instance } = await load(
      `(module (func $leaf (param i32) (result i32) (local.get 0))
        ${function_('most', 1000)} ${function_('many', 999)}
        ${call('most', 1000)} ${call('many', 999)})`,
      () => 'run',
      {},
      options,
    );
    for (const [name, count] of [['most', 1000] as const, ['many', 999] as const]) {
      expect((instance.exports[name] as Callable)(...params(count))).toBe(count - 1);
      expect((instance.exports[`call_${name}`] as Callable)()).toBe(count - 1);
    }
  });
});
