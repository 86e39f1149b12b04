/** Interrupts (contract: states), from the program's own thread and from another one. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32, path, pcOf } from './debuggee.ts';

/** Interrupts the program when it has written 1 to the word at `flag`. */
async function interrupter(debuggee: Debuggee, flag: Int32Array): Promise<Worker> {
  const worker = new Worker(new URL('./interrupting-worker.ts', import.meta.url), {
    workerData: { memory: debuggee.memory, flag },
  });
  await once(worker, 'message');
  return worker;
}

test.each([
  ['without calls', ''],
  ['with calls of a function that is called without checks', '(call $nothing)'],
  ['with calls of another', '(call $something)'],
  ['with calls of the host', '(call $host)'],
  [
    'with calls in one arm and a loop with calls in the other',
    '(if (i64.eqz (local.get $n)) (then (call $host)) (else (loop (call $host))))',
  ],
  [
    'of an interpreter',
    '(block $a (block $b (br_table $a $b (i32.wrap_i64 (local.get $n)))) (local.set $n (i64.const 7)))',
  ],
  [
    'in an inner loop',
    '(loop $inner (br_if $inner (i32.wrap_i64 (i64.and (local.get $n) (i64.const 1)))))',
  ],
])('an endless loop is interrupted from another thread: %s', async (_, body) => {
  const text = `(module
    (import "env" "memory" (memory 1 1 shared))
    (import "env" "host" (func $host))
    (func $nothing)
    (func $something (call $nothing))
    (func (export "f") (result i64) (local $n i64)
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (loop $for_ever
        (local.set $n (i64.add (local.get $n) (i64.const 2)))
        ${body}
        (br_if $for_ever (i32.eqz (i32.load (i32.const 4)))))
      (local.get $n)))`;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const words = new Int32Array(memory.buffer);
  const debuggee = new Debuggee(() => {
    words[1] = 1;
    return 'run';
  });
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(text)), {
    env: { memory, host: () => {} },
  });
  const worker = await interrupter(debuggee, words);
  expect(debuggee.call(instance, 'f')).toBeTypeOf('bigint');
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['interrupted']);
  await worker.terminate();
});

test('one that comes while the program is paused is reported before anything runs', async () => {
  let asked = false;
  const debuggee = new Debuggee((stop) => {
    if (stop.event === 'breakpoint' && !asked) {
      asked = true;
      debuggee.engine.interrupt();
      debuggee.engine.interrupt();
    }
    return 'run';
  });
  const module = debuggee.engine.loadModule(
    await assemble('(module (func (export "f") (result i32) i32.const 3 i32.const 4 i32.add))'),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.add'));
  expect(debuggee.call(debuggee.engine.instantiate(module), 'f')).toBe(7);
  const [first, second] = debuggee.stops;
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['breakpoint', 'interrupted']);
  expect(second!.activations).toEqual(first!.activations);
});

test('one that comes while stepping is reported between two steps, and no step is lost', async () => {
  const debuggee = new Debuggee((stop) => {
    if (stop.event === 'breakpoint' && stop.top.at === 'i32.add') debuggee.engine.interrupt();
    return 'step';
  });
  const module = debuggee.engine.loadModule(
    await assemble('(module (func (export "f") (result i32) i32.const 3 i32.const 4 i32.add))'),
  );
  const instance = debuggee.engine.instantiate(module);
  debuggee.engine.resume('step');
  debuggee.call(instance, 'f');
  expect(debuggee.stops.map(({ event, top }) => `${event} ${top.at}`)).toEqual([
    'breakpoint i32.const',
    'breakpoint i32.const',
    'breakpoint i32.add',
    'interrupted i32.add',
    'breakpoint end',
  ]);
});

const NEXT = `(module
  (import "host" "interrupt" (func $interrupt))
  (func $leaf (param i32) (result i32) local.get 0)
  (func (export "f") (param $n i32) (result i32)
    call $interrupt
    nop
    (if (local.get $n) (then (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (call $leaf (i32.const 5))))`;

test.each([
  ['a function entry', 0, 'local.get', 1],
  ['a loop header', 3, 'local.get', 2],
])('one from a host function is reported at %s, once', async (_, n, at, func) => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(NEXT));
  const instance = engine.instantiate(module, { host: { interrupt: () => engine.interrupt() } });
  expect(debuggee.call(instance, 'f', n)).toBe(5);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['interrupted']);
  expect(debuggee.stops[0]!.top).toMatchObject({ at, func });
});

test('one asked for before the program begins is reported at its first instruction', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(await assemble('(module (func (export "f") nop nop))'));
  const instance = debuggee.engine.instantiate(module);
  debuggee.engine.interrupt();
  debuggee.call(instance, 'f');
  expect(debuggee.stops.map(({ event, top }) => [event, top.pc])).toEqual([
    ['interrupted', pcOf(module, 'nop')],
  ]);
});

test('one that is asked for before a module is loaded stops in that module', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  engine.interrupt();
  const module = engine.loadModule(await assemble('(module (func (export "f") nop))'));
  debuggee.call(engine.instantiate(module), 'f');
  expect(path(debuggee.stops)).toBe('nop');
});

test('one that comes while the program runs stops it at the next function entry', async () => {
  const text = `(module
    (import "host" "ask" (func $ask))
    (func $g (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func (export "f") (param i32) (result i32)
      (call $ask)
      (i32.mul (local.get 0) (i32.const 2))
      (call $g)))`;
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  const host = { ask: () => engine.interrupt() };
  const instance = engine.instantiate(module, { host });
  expect(debuggee.call(instance, 'f', 4)).toBe(9);
  const [stop, ...more] = debuggee.stops;
  expect(more).toEqual([]);
  expect(stop).toMatchObject({ event: 'interrupted', top: { func: 1, at: 'local.get' } });
  expect(stop!.top.locals).toEqual([i32(8)]);
});
