/**
 * Counted loops run in chunks of rounds with one check ahead of each chunk. They end after the same
 * round as in plain V8, trap at the same access, and show the same state there as without chunks.
 */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { countedLoop } from '../../src/engine/instrument/counted-loop.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, Debuggee, i32, instructions, pcOf } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';

const ORDERS = ['ne', 'lt_s', 'lt_u', 'le_s', 'le_u', 'gt_s', 'gt_u', 'ge_s', 'ge_u'] as const;
const STEPS = [1, -1, 4, -7];
const CHUNKS = [1, 3, 1024];
/** Of counter, bound, and the place in memory where the accesses begin. */
const ARGUMENTS: readonly (readonly [number, number, number])[] = [
  [0, 10, 0],
  [10, 0, 100],
  [5, 5, 0],
  [0, 3000, 60_000],
  [3000, 0, 8000],
  [-5, 4, 20],
  [4, -5, 20],
  [0x7fff_fffa, -0x7fff_fff8, 50],
  [-0x7fff_fff8, 0x7fff_fffa, 50],
  [-6, 7, 65_530],
  [7, -6, 3],
  [0, 30, 65_520],
  [0, -1, 65_000],
  [1, 0x7fff_ffff, 64_000],
];

/** A loop that reads two bytes a round, and gives up after 5000 rounds. */
function source(order: string, step: number, turned: boolean): string {
  const operands = ['(local.get $i)', '(local.get $n)'];
  if (turned) operands.reverse();
  return `(module
    (memory (export "memory") 1)
    (global $rounds (export "rounds") (mut i32) (i32.const 0))
    (global $sum (export "sum") (mut i32) (i32.const 0))
    (func (export "f") (param $i i32) (param $n i32) (param $at i32) (result i32)
      (local $fuel i32)
      (block $out
        (loop $again
          (br_if $out (i32.gt_u (local.tee $fuel (i32.add (local.get $fuel) (i32.const 1)))
            (i32.const 5000)))
          (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
          (global.set $sum (i32.add (global.get $sum)
            (i32.load8_u offset=1 (i32.add (local.get $at) (local.get $i)))))
          (local.set $i (i32.add (local.get $i) (i32.const ${step})))
          (if (i32.and (local.get $i) (i32.const 1)) (then
            (i32.store8 (i32.add (local.get $at) (local.get $i)) (i32.const 3))))
          (local.set $at (i32.add (local.get $at) (i32.const 2)))
          (br_if $again (i32.${order} ${operands.join(' ')}))))
      (i32.add (local.get $i) (local.get $at))))`;
}

/** Loops in whose rounds a block begins that is not always run to its end, and what is known there. */
const BLOCKS: Readonly<Record<string, string>> = {
  'an access before a branch': `
    (block $b
      (local.set $a (i32.add (local.get $at) (local.get $i)))
      (global.set $sum (i32.add (global.get $sum) (i32.load8_u offset=1 (local.get $a))))
      (br_if $b (i32.and (local.get $i) (i32.const 1)))
      (i32.store8 offset=9 (local.get $a) (i32.const 3)))
    (i32.store8 (local.get $a) (i32.const 5))`,
  'a local that only some rounds write': `
    (block $b
      (local.set $a (local.get $at))
      (br_if $b (i32.and (local.get $i) (i32.const 1)))
      (local.set $a (i32.sub (local.get $a) (i32.const 100))))
    (i32.store8 offset=9 (local.get $a) (i32.const 5))`,
  'a branch out of two blocks': `
    (block $c
      (block $b
        (br_if $c (i32.and (local.get $i) (i32.const 2)))
        (br_if $b (i32.and (local.get $i) (i32.const 1)))
        (i32.store8 (local.get $at) (i32.const 9)))
      (local.set $at (i32.add (local.get $at) (i32.const 60)))
      (i32.store8 offset=2 (local.get $at) (i32.const 5)))
    (i32.store8 (local.get $a) (i32.const 5))`,
  'a branch from a condition': `
    (block $b
      (if (i32.and (local.get $i) (i32.const 1)) (then
        (br $b)))
      (local.set $at (i32.add (local.get $at) (i32.const 60)))
      (i32.store8 offset=2 (local.get $at) (i32.const 5)))
    (i32.store8 (local.get $a) (i32.const 5))`,
};

function sourceWith(body: string): string {
  return `(module
    (memory (export "memory") 1)
    (global $rounds (export "rounds") (mut i32) (i32.const 0))
    (global $sum (export "sum") (mut i32) (i32.const 0))
    (func (export "f") (param $i i32) (param $n i32) (param $at i32) (result i32)
      (local $a i32)
      (local.set $n (i32.add (local.get $i)
        (i32.or (i32.and (local.get $n) (i32.const 0xfff)) (i32.const 1))))
      (loop $again
        (global.set $rounds (i32.add (global.get $rounds) (i32.const 1)))
        ${body}
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.ne (local.get $i) (local.get $n))))
      (i32.add (local.get $i) (local.get $at))))`;
}

interface Start {
  readonly exports: WebAssembly.Exports;
  enter<T>(call: () => T): T;
}

function run({ exports, enter }: Start): string[] {
  const f = exports['f'] as (...args: readonly number[]) => unknown;
  const value = (name: string) => (exports[name] as WebAssembly.Global).value;
  const { buffer } = exports['memory'] as WebAssembly.Memory;
  const bytes = new Uint8Array(buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i * 7;
  return ARGUMENTS.map((args) => {
    const result = outcome(() => enter(() => f(...args)));
    // No callback for each byte: that would be most of what this test does.
    let written = 0;
    for (let i = 0; i < bytes.length; i++) written = (written + bytes[i]! * (i + 1)) | 0;
    return `${args}: ${result} ${value('rounds')} ${value('sum')} ${written}`;
  });
}

function plainly(bytes: Uint8Array): string[] {
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  return run({ exports: new WebAssembly.Instance(module).exports, enter: (call) => call() });
}

interface Ran {
  readonly results: string[];
  /** Kind, pc, locals and operands of each stop. */
  readonly stops: string[];
}

function inChunks(bytes: Uint8Array, chunkRounds: number, traps: 'exact' | 'native'): Ran {
  const codeLimits = { ...CODE_LIMITS, chunkRounds };
  const debuggee = new Debuggee(() => 'run', { traps, codeLimits });
  const { engine } = debuggee;
  const { exports } = engine.instantiate(engine.loadModule(bytes));
  const results = run({ exports, enter: (call) => engine.enter(call) });
  const stops = debuggee.stops.map(
    ({ event, top }) => `${event} ${top.pc} ${top.locals} ${top.operands}`,
  );
  return { results, stops };
}

function isCounted(bytes: Uint8Array): boolean {
  const module = decodeModule(bytes);
  const { engine } = new Debuggee();
  const loaded = engine.loadModule(bytes);
  const fn = loaded.functionAt(module.importedFunctions)!;
  return instructions(loaded)
    .filter(({ name }) => name === 'loop')
    .some(({ pc }) => countedLoop(module, fn.plan.localTypes, pc, fn.plan.body.end) !== undefined);
}

/** Stops and results are the same whatever the chunks, the results as in plain V8: they are returned. */
function expectSameInChunks(bytes: Uint8Array): ReturnType<typeof plainly> {
  const plain = plainly(bytes);
  expect(plain.join()).toMatch(/out of bounds/);
  const { stops } = inChunks(bytes, 0, 'exact');
  for (const rounds of CHUNKS) {
    const exact = inChunks(bytes, rounds, 'exact');
    expect(exact.results).toEqual(plain);
    expect(exact.stops).toEqual(stops);
  }
  return plain;
}

describe.each(ORDERS)('while %s', (order) => {
  test.each(STEPS)('steps of %i', async (step) => {
    for (const turned of Math.abs(step) === 1 ? [false, true] : [false]) {
      const bytes = await assemble(source(order, step, turned));
      // Up to a bound from below, down to it from above; a turned comparison is the opposite one.
      const ascends = order.startsWith('l') !== turned;
      expect(isCounted(bytes)).toBe(order === 'ne' || ascends === step > 0);
      const plain = expectSameInChunks(bytes);
      expect(inChunks(bytes, 1024, 'native').results).toEqual(plain);
    }
  });
});

test.each(Object.keys(BLOCKS))('%s', async (name) => {
  const bytes = await assemble(sourceWith(BLOCKS[name]!));
  expect(isCounted(bytes)).toBe(true);
  expectSameInChunks(bytes);
});

test.each(CHUNKS)(
  'a breakpoint at the end is reached once, behind all rounds: %i a chunk',
  async (rounds) => {
    const text = `(module (func (export "f") (param $i i32) (result i32) (local $sum i32)
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (local.get $i)))
      (br_if $again (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
    (local.get $sum)))`;
    const bytes = await assemble(text);
    expect(isCounted(bytes)).toBe(true);
    const codeLimits = { ...CODE_LIMITS, chunkRounds: rounds };
    const debuggee = new Debuggee(() => 'run', { codeLimits });
    const module = debuggee.engine.loadModule(bytes);
    debuggee.engine.addBreakpoint(module, pcOf(module, 'end'));
    expect(debuggee.call(debuggee.engine.instantiate(module), 'f', 3000)).toBe(4_501_500);
    expect(debuggee.stops.map(({ top }) => top.locals)).toEqual([[i32(0), i32(4_501_500)]]);
  },
);
