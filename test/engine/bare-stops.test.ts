/** Stops in small functions that their callers call without checks while nothing wants to stop there. */
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32, type Onward, path, pcOf } from './debuggee.ts';

const PROGRAM = `(module
  (import "host" "f" (func $host (param i32)))
  (memory (export "memory") 1)
  (func $leaf (export "leaf") (param $p i32) (result i32)
    (i32.add (i32.load (local.get $p)) (i32.const 1)))
  (func (export "f") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $leaf (i32.const 8))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "g") (param $n i32) (result i32) (local $sum i32)
    (loop $next
      (call $host (local.get $n))
      (local.set $sum (i32.add (local.get $sum) (call $leaf (i32.const 8))))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (table (export "table") 1 funcref) (elem (i32.const 0) $leaf))`;

async function start(
  onStop: ConstructorParameters<typeof Debuggee>[0],
  host: (n: number) => void = () => {},
) {
  const debuggee = new Debuggee(onStop);
  const module = debuggee.engine.loadModule(await assemble(PROGRAM));
  const instance = debuggee.engine.instantiate(module, { host: { f: host } });
  return { debuggee, module, instance };
}

test('a breakpoint in one stops at each call, with the frame of the caller', async () => {
  const { debuggee, module, instance } = await start(() => 'run');
  module.breakpoints.add(pcOf(module, 'i32.load'));
  expect(debuggee.call(instance, 'f', 1000)).toBe(1000);
  expect(debuggee.stops).toHaveLength(1000);
  const { activations } = debuggee.stops[400]!;
  expect(activations).toHaveLength(1);
  expect(
    activations[0]!.map(({ func, at, locals, operands }) => [func, at, locals, operands]),
  ).toEqual([
    [1, 'i32.load', [i32(8)], [i32(8)]],
    [2, 'i32.add', [i32(600), i32(400)], [i32(400), i32(8)]],
  ]);
});

test('one that is set while a loop runs stops at the next call, and is no more when taken away', async () => {
  let pc = 0;
  const { debuggee, module, instance } = await start(
    () => 'run',
    (n) => {
      if (n === 60) module.breakpoints.add(pc);
      if (n === 57) module.breakpoints.remove(pc);
    },
  );
  pc = pcOf(module, 'i32.load');
  expect(debuggee.call(instance, 'g', 100)).toBe(100);
  expect(debuggee.stops.map(({ activations }) => activations[0]![1]!.locals[0])).toEqual([
    i32(60),
    i32(59),
    i32(58),
  ]);
});

test('steps go into one, and out', async () => {
  const { debuggee, module, instance } = await start(
    (stop): Onward => (stop.top.at === 'br_if' ? 'run' : 'step'),
  );
  module.breakpoints.add(pcOf(module, 'local.get', 1));
  debuggee.call(instance, 'f', 1);
  expect(path(debuggee.stops)).toBe(
    'local.get i32.const call local.get i32.load i32.const i32.add end i32.add local.set local.get i32.const i32.sub local.tee br_if',
  );
});

test('a breakpoint at the call is met once each time', async () => {
  const { debuggee, module, instance } = await start(() => 'run');
  const pc = pcOf(module, 'call');
  module.breakpoints.add(pc);
  module.breakpoints.add(pcOf(module, 'i32.load'));
  debuggee.call(instance, 'f', 3);
  expect(path(debuggee.stops)).toBe('call i32.load call i32.load call i32.load');
});

test('the host has the function itself', async () => {
  const { debuggee, instance, module } = await start(() => 'run');
  debuggee.call(instance, 'f', 3);
  const { leaf, table } = instance.exports as { leaf: () => number; table: WebAssembly.Table };
  expect(table.get(0)).toBe(leaf);
  expect(leaf.name).toBe('1');
  module.breakpoints.add(pcOf(module, 'i32.load'));
  expect(() => debuggee.call(instance, 'leaf', 65_533)).toThrow(WebAssembly.RuntimeError);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['breakpoint', 'trap']);
});

test('an interrupt between calls is reported in the function, once', async () => {
  const { debuggee, instance } = await start(
    () => 'run',
    (n) => {
      if (n === 5) debuggee.engine.interrupt();
    },
  );
  expect(debuggee.call(instance, 'g', 10)).toBe(10);
  expect(debuggee.stops.map(({ event, top }) => [event, top.func])).toEqual([['interrupted', 1]]);
});

test('where the stack ends, the frame of the caller is the innermost', async () => {
  const text = `(module
    (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func $f (export "f") (param $n i32) (result i32)
      (i32.add (call $leaf (local.get $n)) (call $f (call $leaf (local.get $n))))))`;
  const debuggee = new Debuggee();
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(text)));
  expect(() => debuggee.call(instance, 'f', 0)).toThrow(RangeError);
  const frames = debuggee.stops.flatMap(({ activations }) => activations.flat());
  expect(new Set(frames.slice(1).map(({ func }) => func))).toEqual(new Set([1]));
});
