/**
 * Functions near V8's limits: they run as without a debugger, stop everywhere, and show all values.
 * `fuzz/narrow.test.ts` has the same means in small programs, where everything is compared.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES, MAX_LOCALS } from '../../src/engine/instrument/code-limits.ts';
import { I32, I64 } from '../../src/wasm/types.ts';
import { Debuggee, i32, i64, instructions, type Stop } from './debuggee.ts';
import { longBody } from './large-code.ts';
import { PROGRAMS, WAYS, type Way } from './large-programs.ts';
import { deepOperands, kindOf, manyLocals } from './large-values.ts';
import type { LargeAnswer, LargeRequest } from './large-worker.ts';

async function answer(program: string, way: Way): Promise<LargeAnswer> {
  const request: LargeRequest = { program, way };
  // A frame of 50,000 locals is one of 400 KB on V8's stack as well.
  const worker = new Worker(new URL('./large-worker.ts', import.meta.url), {
    workerData: request,
    resourceLimits: { stackSizeMb: 16 },
  });
  const [found] = (await once(worker, 'message')) as [LargeAnswer];
  await worker.terminate();
  return found;
}

const TESTS: Readonly<Record<Way, string>> = {
  cruise: 'runs as in plain V8',
  steps: 'can be stepped, and goes on',
  breakpoints: 'stops at random breakpoints, and steps on a little',
};

describe.each(Object.entries(PROGRAMS))('%s', (name, program) => {
  const { steps, calls, ways = WAYS } = program;
  const least = { cruise: 0, steps: Math.min(steps, 5), breakpoints: calls.length };

  test.each(ways.map((way) => [TESTS[way], way] as const))('%s', async (_, way) => {
    const { plain, debugged, stops, unexpected } = await answer(name, way);
    expect(debugged).toEqual(plain);
    expect(unexpected).toEqual([]);
    expect(stops).toBeGreaterThanOrEqual(least[way]);
    if (way === 'cruise') expect(stops).toBe(0);
  });
});

/** The only stop of `f`, with a breakpoint before or at the first instruction of a name. */
function stopAt(bytes: Uint8Array, name: string, before: 0 | 1, argument: number): Stop {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(bytes);
  const all = instructions(module);
  const at = all.findIndex((instruction) => instruction.name === name) - before;
  engine.addBreakpoint(module, all[at]!.pc);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const instance = engine.instantiate(module, { e: { memory, g: (n: number) => n + 1 } });
  debuggee.call(instance, 'f', argument);
  expect(debuggee.stops).toHaveLength(1);
  return debuggee.stops[0]!;
}

test('all of 50,000 locals are shown', () => {
  // Before the local that counts the rounds is set, the last thing ahead of the loop.
  const { top } = stopAt(manyLocals(), 'loop', 1, 7);
  const expected = Array.from({ length: MAX_LOCALS }, (_, i) => {
    if (i === 0) return i32(7);
    const type = kindOf(i);
    if (type === I64) return i64(7n * BigInt(i));
    if (type === I32) return i32(0);
    return type.kind === 'v128'
      ? `v128:${Array(4).fill('00000000').join(' ')}`
      : `f64:${'0'.repeat(16)}`;
  });
  // Compared as text: fifty thousand matchers take long.
  const wrong = expected.findIndex((text, i) => top.locals[i] !== text);
  expect(wrong, `local ${wrong} is ${top.locals[wrong]}, not ${expected[wrong]}`).toBe(-1);
  expect(top.operands).toEqual([i32(2)]);
});

test('all of 800 operands are shown', () => {
  // The stack is at its highest before the first extension.
  const { top } = stopAt(deepOperands(800), 'i64.extend_i32_s', 0, 5);
  expect(top.operands).toHaveLength(800);
  // What local 0 was in each of the stretches that a write of it ends.
  let n = 5;
  const expected = top.operands.map((_, i) => {
    const text = [i32(n + i), i32(n), i64(BigInt(i)), i32(n | i)][i % 4]!;
    if (i % 40 === 39) n++;
    // The last round of the loop sets it to 1 + 1.
    if (i % 300 === 299) n = 2;
    return text;
  });
  expect(top.operands).toEqual(expected);
});

test('the body of 7.6 MB has no room for checks', () => {
  const bytes = longBody(MAX_BODY_BYTES, 1);
  expect(bytes.length).toBeGreaterThan(MAX_BODY_BYTES - 1000);
  const module = new Debuggee().engine.loadModule(bytes);
  expect(module.instrumented.bytes.length).toBeLessThan(10_000);
});
