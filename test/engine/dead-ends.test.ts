/** Calls behind which there is nothing but a trap: cruise versions leave ahead of them. */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { planFunction } from '../../src/engine/instrument/plan.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, Debuggee, i32, pcOf } from './debuggee.ts';

/** `check` traps for indices from 3 on, behind a call that says which; `sum` calls nothing else. */
const PROGRAM = `(module
  (import "host" "seen" (func $seen (param i32)))
  (memory (export "memory") 1)
  (global $reports (mut i32) (i32.const 0))
  (func $report (param $index i32) (param $length i32)
    (global.set $reports (i32.add (global.get $reports) (i32.const 1)))
    (call $seen (local.get $index)))
  (func $sum (param $from i32) (param $to i32) (result i32) (local $sum i32) (local $twice i32)
    (loop $next
      (local.set $twice (i32.mul (local.get $from) (i32.const 2)))
      (local.set $sum (i32.add (local.get $sum)
        (block (result i32)
          (block $bad
            (br_if $bad (i32.ge_u (local.get $from) (i32.const 3)))
            (br 1 (i32.load (i32.shl (local.get $from) (i32.const 2)))))
          (i32.const 77)
          (i32.store offset=32 (i32.const 0) (local.get $sum))
          (call $report (local.get $from) (i32.const 3))
          unreachable)))
      (br_if $next (i32.lt_u
        (local.tee $from (i32.add (local.get $from) (i32.const 1)))
        (local.get $to))))
    (local.get $sum))
  (func (export "f") (param i32) (result i32)
    (i32.store (i32.const 0) (i32.const 5))
    (i32.store (i32.const 8) (i32.const 6))
    (call $sum (i32.const 0) (local.get 0))
    (i32.const 1000)
    i32.add))`;

const functions = { seen: 0, report: 1, sum: 2, f: 3 };

describe.each([true, false])('with dead ends left: %s', (deadEnds) => {
  const codeLimits = { ...CODE_LIMITS, deadEnds };

  test.each([true, false])(
    'all frames are exact during and behind the call, traps: %s',
    async (traps) => {
      const bytes = (await assemble(PROGRAM)) as Uint8Array<ArrayBuffer>;
      const debuggee = new Debuggee(() => 'run', { codeLimits, traps: traps ? 'exact' : 'native' });
      const seen: unknown[] = [];
      const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes), {
        host: {
          seen: (index: number) => {
            const view = new DataView((instance.exports['memory'] as WebAssembly.Memory).buffer);
            seen.push(index, view.getInt32(32, true));
          },
        },
      });
      expect(debuggee.call(instance, 'f', 3)).toBe(1011);
      expect(debuggee.stops).toEqual([]);
      expect(() => debuggee.call(instance, 'f', 4)).toThrow(WebAssembly.RuntimeError);
      expect(seen).toEqual([3, 11]);
      const frames = debuggee.stops.at(-1)!.activations[0]!;
      expect(frames.map(({ func }) => func)).toEqual([functions.sum, functions.f]);
      if (!traps) return;
      const [{ at, locals, operands }] = frames as [(typeof frames)[0]];
      expect({ at, locals, operands }).toEqual({
        at: 'unreachable',
        locals: [i32(3), i32(4), i32(11), i32(6)],
        operands: [i32(11), i32(77)],
      });
    },
  );

  test('a breakpoint in the callee shows the caller, and one behind the call is hit', async () => {
    const bytes = (await assemble(PROGRAM)) as Uint8Array<ArrayBuffer>;
    const debuggee = new Debuggee(() => 'run', { codeLimits });
    const module = debuggee.engine.loadModule(bytes);
    const instance = debuggee.engine.instantiate(module, { host: { seen: () => undefined } });
    debuggee.engine.addBreakpoint(module, pcOf(module, 'global.get'));
    expect(() => debuggee.call(instance, 'f', 4)).toThrow(WebAssembly.RuntimeError);
    const [stop, trap] = debuggee.stops;
    expect(stop!.event).toBe('breakpoint');
    expect(
      stop!.activations[0]!.map(({ func, locals, operands }) => [func, locals, operands]),
    ).toEqual([
      [functions.report, [i32(3), i32(3)], []],
      [functions.sum, [i32(3), i32(4), i32(11), i32(6)], [i32(11), i32(77), i32(3), i32(3)]],
      [functions.f, [i32(4)], [i32(0), i32(4)]],
    ]);
    expect(trap!.event).toBe('trap');
  });
});

test('the code is smaller, and a function counts as one without calls', async () => {
  const module = decodeModule(await assemble(PROGRAM));
  const measure = (deadEnds: boolean) => {
    const limits = { ...CODE_LIMITS, deadEnds };
    const { bytes } = instrument(module, 0, true, limits);
    const { isLeaf, calls } = planFunction(module, module.bodies[1]!, limits);
    return { size: bytes.length, isLeaf, calls };
  };
  const [left, complete] = [measure(true), measure(false)];
  expect(left.size).toBeLessThan(complete.size);
  expect([left, complete]).toMatchObject([
    { isLeaf: true, calls: 0 },
    { isLeaf: false, calls: 1 },
  ]);
});
