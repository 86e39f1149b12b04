/** Deep stacks, and what happens where they end. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32, i64, pcOf } from './debuggee.ts';
import type { DeepAnswer, DeepRequest } from './deep-recursion-worker.ts';

/** In a Worker: its stack can be larger than the test's own. */
async function recurse(bytes: Uint8Array, depth: number): Promise<DeepAnswer> {
  const request: DeepRequest = { bytes, depth };
  const worker = new Worker(new URL('./deep-recursion-worker.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { stackSizeMb: 64 },
  });
  const [answer] = (await once(worker, 'message')) as [DeepAnswer];
  await worker.terminate();
  return answer;
}

test('10,000 frames, all locals and operands right', async () => {
  const bytes = await assemble(`(module
    (func $f (export "f") (param $n i32) (result i64) (local $square i64) (local $half f64)
      (local.set $square (i64.extend_i32_u (i32.mul (local.get $n) (local.get $n))))
      (local.set $half (f64.mul (f64.convert_i32_s (local.get $n)) (f64.const 0.5)))
      (i64.add (local.get $square)
        (if (result i64) (local.get $n)
          (then (call $f (i32.sub (local.get $n) (i32.const 1))))
          (else (nop) (i64.const 1))))))`);
  const depth = 10_000;
  const answer = await recurse(bytes, depth);
  let sum = 1n;
  for (let n = 0n; n <= depth; n++) sum += n * n;
  expect(answer.result).toBe(sum);
  expect(answer.locals).toHaveLength(depth + 1);
  const view = new DataView(new ArrayBuffer(8));
  for (let n = 0; n <= depth; n++) {
    view.setFloat64(0, n * 0.5);
    const half = `f64:${view.getBigUint64(0).toString(16).padStart(16, '0')}`;
    const square = i64(BigInt(n * n));
    const operands = n === 0 ? [square] : [square, i32(n - 1)];
    // Compared as text: ten thousand matchers take long.
    if (answer.locals[n]!.join() !== [i32(n), square, half].join()) {
      expect(answer.locals[n], `frame ${n}`).toEqual([i32(n), square, half]);
    }
    if (answer.operands[n]!.join() !== operands.join()) {
      expect(answer.operands[n], `frame ${n}`).toEqual(operands);
    }
  }
});

test('functions with hundreds of locals: the frame stack grows and all values stay right', async () => {
  const locals = 400;
  const sets = Array.from(
    { length: locals },
    (_, i) => `(local.set ${i + 1} (i64.extend_i32_u (i32.add (local.get 0) (i32.const ${i}))))`,
  );
  const bytes = await assemble(`(module
    (func $f (export "f") (param $n i32) (local ${'i64 '.repeat(locals)})
      ${sets.join('\n')}
      (if (i32.eqz (local.get $n)) (then (nop) (return)))
      (call $f (i32.sub (local.get $n) (i32.const 1)))))`);
  const depth = 1500;
  const answer = await recurse(bytes, depth);
  const [before, after] = answer.memory;
  expect(after - before).toBeGreaterThan(8 * locals * depth - 2 ** 20);
  expect(answer.locals).toHaveLength(depth + 1);
  answer.locals.forEach((found, n) => {
    const expected = [i32(n)];
    for (let i = 0; i < locals; i++) expected.push(i64(BigInt(n + i)));
    if (found.join() !== expected.join()) expect(found, `frame ${n}`).toEqual(expected);
  });
});

const ENDLESS = `(module
  (func $f (export "f") (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0))))
  (func (export "fine") (param i32) (result i32) (nop) (local.get 0)))`;

test('endless recursion ends in the RangeError that plain V8 gives, and the program can go on', async () => {
  const bytes = (await assemble(ENDLESS)) as Uint8Array<ArrayBuffer>;
  const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const errorOf = (call: () => unknown): Error => {
    try {
      call();
    } catch (error) {
      return error as Error;
    }
    throw new Error('no error');
  };
  const expected = errorOf(() => (plain['f'] as (n: number) => number)(1));
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(bytes);
  const instance = debuggee.engine.instantiate(module);
  for (let round = 0; round < 3; round++) {
    const found = errorOf(() => debuggee.call(instance, 'f', 1));
    expect(found).toBeInstanceOf(RangeError);
    expect(found.message).toBe(expected.message);
  }
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  expect(debuggee.call(instance, 'fine', 5)).toBe(5);
  expect(debuggee.stops.at(-1)!.activations).toMatchObject([[{ locals: [i32(5)] }]]);
});

// The engine does not do this yet.
test('a stack overflow is reported, with the frames there are', async () => {
  const debuggee = new Debuggee();
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(ENDLESS)));
  expect(() => debuggee.call(instance, 'f', 1)).toThrow(RangeError);
  expect(debuggee.stops).toHaveLength(1);
  const [frames] = debuggee.stops[0]!.activations;
  expect(frames!.length).toBeGreaterThan(1000);
  for (const { operands } of frames!.slice(1)) expect(operands).toEqual([i32(1), i32(1)]);
});
