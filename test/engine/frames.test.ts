/** Frames and activations (contract: entities, program counters and stops). */
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32, i64, pcOf } from './debuggee.ts';

test("a caller's pc is behind its call, and its operands still hold the arguments", async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (import "host" "unused" (func))
      (func $inner (param i32 i64) (result i32) (local f32) nop local.get 0)
      (func (export "f") (result i32) (local $l i64)
        (local.set $l (i64.const 6))
        i32.const 1
        i32.const 2
        local.get $l
        call $inner
        drop))`),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  const instance = debuggee.engine.instantiate(module, { host: { unused: () => undefined } });
  debuggee.call(instance, 'f');
  const [activation] = debuggee.stops[0]!.activations;
  expect(activation).toMatchObject([
    { func: 1, at: 'nop', locals: [i32(2), i64(6n), 'f32:00000000'], operands: [] },
    { func: 2, at: 'drop', locals: [i64(6n)], operands: [i32(1), i32(2), i64(6n)] },
  ]);
  expect(activation![1]!.pc).toBe(pcOf(module, 'drop'));
});

test('after an indirect call the operands hold the arguments and the table index', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (table funcref (elem $inner))
      (func $inner (param i64) nop)
      (func (export "f") (i64.const 9) (i32.const 0) (call_indirect (param i64)) ))`),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  debuggee.call(debuggee.engine.instantiate(module), 'f');
  expect(debuggee.stops[0]!.activations[0]![1]).toMatchObject({
    at: 'end',
    operands: [i64(9n), i32(0)],
  });
});

test('a tail call leaves no frame of its caller', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (func $last (param i32) nop)
      (func $middle (param i32 i32 i32 i32 i32 i32) (return_call $last (local.get 5)))
      (func (export "f") (local i64)
        (local.set 0 (i64.const 3))
        (call $middle (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6))))`),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  debuggee.call(debuggee.engine.instantiate(module), 'f');
  expect(debuggee.stops[0]!.activations[0]).toMatchObject([
    { func: 0, locals: [i32(6)] },
    { func: 2, locals: [i64(3n)] },
  ]);
});

test('a run of frames between two host frames is one activation, the newest first', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (import "host" "again" (func $again (param i32)))
      (func $through (param $n i32) (local i64) (call $again (local.get $n)))
      (func (export "f") (param $n i32)
        (if (i32.eqz (local.get $n)) (then (nop) (return)))
        (call $through (i32.sub (local.get $n) (i32.const 1)))))`),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  const instance = debuggee.engine.instantiate(module, {
    host: { again: (n: number) => (instance.exports['f'] as (n: number) => void)(n) },
  });
  debuggee.call(instance, 'f', 3);
  const { activations } = debuggee.stops[0]!;
  expect(activations.map((frames) => frames.map(({ func, locals }) => [func, locals[0]]))).toEqual([
    [[2, i32(0)]],
    [
      [1, i32(0)],
      [2, i32(1)],
    ],
    [
      [1, i32(1)],
      [2, i32(2)],
    ],
    [
      [1, i32(2)],
      [2, i32(3)],
    ],
  ]);
});

test('an imported function of another instance is called within the activation', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const library = engine.loadModule(await assemble('(module (func (export "g") (param i32) nop))'));
  const program = engine.loadModule(
    await assemble(`(module (import "library" "g" (func $g (param i32)))
      (func (export "f") (call $g (i32.const 4))))`),
  );
  engine.addBreakpoint(library, pcOf(library, 'nop'));
  const first = engine.instantiate(library);
  const second = engine.instantiate(program, { library: first.exports });
  debuggee.call(second, 'f');
  expect(debuggee.stops[0]!.activations).toHaveLength(1);
  expect(debuggee.stops[0]!.activations[0]!.map(({ instance }) => instance)).toEqual([
    first,
    second,
  ]);
});

test('after JavaScript has caught a trap, the frames of the next call are right', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(
    await assemble(`(module
      (import "host" "attempt" (func $attempt))
      (func $fail (export "fail") (param $n i32) (local i64 i64)
        (if (i32.eqz (local.get $n)) (then unreachable))
        (call $fail (i32.sub (local.get $n) (i32.const 1))))
      (func (export "fine") (param i32) (nop))
      (func (export "f") (local $a i64)
        (local.set $a (i64.const 77))
        (call $attempt)
        (call $attempt)))`),
  );
  const call = (name: string, n: number): void => {
    (instance.exports[name] as (n: number) => void)(n);
  };
  const instance = engine.instantiate(module, {
    host: {
      attempt: () => {
        expect(() => call('fail', 30)).toThrow(WebAssembly.RuntimeError);
        call('fine', 8);
      },
    },
  });
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  debuggee.call(instance, 'f');
  expect(() => debuggee.call(instance, 'fail', 2)).toThrow('unreachable');
  debuggee.call(instance, 'fine', 9);
  const stops = debuggee.stops.filter(({ event }) => event === 'breakpoint');
  expect(stops.map(({ activations }) => activations.map((a) => a.map((f) => f.locals)))).toEqual([
    [[[i32(8)]], [[i64(77n)]]],
    [[[i32(8)]], [[i64(77n)]]],
    [[[i32(9)]]],
  ]);
});
