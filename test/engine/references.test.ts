/** References that a frame shows are alive, whatever V8 collects while the program is stopped. */
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { assemble, Debuggee, type Onward, pcOf } from './debuggee.ts';
import type { ReferencesAnswer, ReferencesRequest } from './references-worker.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Objects that nobody else holds once they are taken, each with a name. */
class Pool {
  readonly #objects: object[] = [];
  readonly #weak = new Map<string, WeakRef<object>>();

  constructor(names: readonly string[]) {
    for (const name of names) {
      const object = { name };
      this.#objects.push(object);
      this.#weak.set(name, new WeakRef(object));
    }
  }

  take(): unknown {
    return this.#objects.shift();
  }

  /** Names of those that were not collected. */
  alive(): string[] {
    return [...this.#weak].filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
  }
}

/** A pool in which V8 may collect: it keeps what was put into a WeakRef until the job's end. */
async function pool(...names: string[]): Promise<Pool> {
  const result = new Pool(names);
  await new Promise((resolve) => setImmediate(resolve));
  return result;
}

const HOLDING = `(module
  (import "host" "take" (func $take (result externref)))
  (import "host" "name" (func $name (param externref)))
  (type $box (struct (field externref) (field i32)))
  (tag $t (param externref))
  (func $inner (param $p externref) (local $any anyref)
    (drop (call $take)) ;; the control: nothing holds it
    (local.set $any (any.convert_extern (call $take)))
    (call $take)
    nop
    (call $name)
    (call $name (extern.convert_any (local.get $any)))
    (call $name (local.get $p)))
  (func (export "f") (local $box (ref null $box)) (local $e exnref)
    (local.set $box (struct.new $box (call $take) (i32.const 7)))
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (throw $t (call $take)))
      unreachable)
    (local.set $e)
    (call $take)
    (call $inner (call $take))
    (call $name)
    (call $name (struct.get $box 0 (local.get $box)))
    (block $h (result externref)
      (try_table (catch $t $h) (throw_ref (local.get $e)))
      unreachable)
    (call $name)))`;

const HELD = ['in a struct', 'in an exception', 'operand of the caller', 'parameter'];
const INNER = ['local', 'operand'];
const NAMES = [...HELD, 'dropped', ...INNER];

/** Stops at the `nop`, where everything but one object is in some frame. */
async function run(
  prepare: (debuggee: Debuggee) => void,
  onward: (pool: Pool) => Onward,
): Promise<{ named: string[]; collected: boolean }> {
  const objects = await pool(...NAMES);
  const named: string[] = [];
  const host = {
    take: () => objects.take(),
    name: (object: { name: string }) => named.push(object.name),
  };
  let collected = false;
  const debuggee = new Debuggee(({ event, activations }) => {
    const top = activations[0]?.[0];
    if (top?.at !== 'nop' || event === 'exception') return onward(objects);
    for (let i = 0; i < 3; i++) collect();
    expect(objects.alive()).toEqual(NAMES.filter((name) => name !== 'dropped'));
    collected = true;
    return onward(objects);
  });
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(HOLDING));
  const instance = engine.instantiate(module, { host });
  prepare(debuggee);
  await new Promise((resolve) => setImmediate(resolve));
  debuggee.call(instance, 'f');
  return { named, collected };
}

const EXPECTED = [
  'operand',
  'local',
  'parameter',
  'operand of the caller',
  'in a struct',
  'in an exception',
];

test('at a breakpoint', async () => {
  const { named, collected } = await run(
    ({ engine }) => {
      const module = engine.modules[0]!;
      expect(engine.addBreakpoint(module, pcOf(module, 'nop'))).toBe(true);
    },
    () => 'run',
  );
  expect(collected).toBe(true);
  expect(named).toEqual(EXPECTED);
});

test('at every step', async () => {
  const { named, collected } = await run(
    ({ engine }) => engine.resume('step'),
    () => {
      collect();
      return 'step';
    },
  );
  expect(collected).toBe(true);
  expect(named).toEqual(EXPECTED);
});

test('deep in a recursion, when the frames have been moved to make room', async () => {
  const text = `(module
    (import "host" "make" (func $make (param i32) (result externref)))
    (import "host" "check" (func $check (param externref i32)))
    (func $f (export "f") (param $n i32) (local $mine externref) ${'(local v128)'.repeat(16)}
      (local.set $mine (call $make (local.get $n)))
      (call $make (i32.add (local.get $n) (i32.const 1000000)))
      (if (local.get $n)
        (then (call $f (i32.sub (local.get $n) (i32.const 1))))
        (else nop))
      (call $check (i32.add (local.get $n) (i32.const 1000000)))
      (call $check (local.get $mine) (local.get $n))))`;
  const depth = 5000;
  const request: ReferencesRequest = { bytes: await assemble(text), depth };
  const worker = new Worker(new URL('./references-worker.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { stackSizeMb: 64 },
  });
  const [answer] = (await once(worker, 'message')) as [ReferencesAnswer];
  await worker.terminate();
  expect(answer.frames).toEqual([depth + 1]);
  expect(answer.checked).toBe(2 * (depth + 1));
  expect(answer.wrong).toBe(0);
  expect(answer.memory[1]).toBeGreaterThan(answer.memory[0]);
});

test('what only frames held that have ended is collected some time', async () => {
  const text = `(module
    (import "host" "take" (func $take (result externref)))
    (import "host" "go" (func $go))
    (func $inner (param $r externref) (local $any anyref)
      (local.set $any (any.convert_extern (call $take)))
      (call $take)
      (call $go) (nop) (drop) (drop (local.get $any)))
    (func (export "f") (call $inner (call $take))))`;
  const objects = await pool('parameter', 'local', 'operand');
  const { engine } = new Debuggee();
  const module = engine.loadModule(await assemble(text));
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  const host = { take: () => objects.take(), go: () => collect() };
  const instance = engine.instantiate(module, { host });
  (instance.exports['f'] as () => void)();
  for (let i = 0; i < 100 && objects.alive().length > 0; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  expect(objects.alive()).toEqual([]);
});
