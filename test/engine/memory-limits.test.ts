/**
 * What the code believes of the sizes of its memories may be out of date, because others make them larger
 * as well. That costs a visit to a continuation, once, and no trap is seen that is none.
 */
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import type { DebugInstance } from '../../src/engine/runtime/engine.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, Debuggee, pcOf } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';

const PAGE = 65536;
/** Around the end of so many bytes. */
const around = (bytes: number): number[] => [-64, -9, -8, -7, 0, 64].map((by) => bytes + by);

/** Accesses through one address, with spans that have globals of their own and such that do not. */
const ACCESSES = `
  (func (export "near") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "far") (param i32) (result i64)
    (i64.load offset=20000 (i32.sub (local.get 0) (i32.const 20000))))
  (func (export "wide") (param i32) (result i64)
    (i64.store (local.get 0) (i64.const 1))
    (i64.add (i64.load offset=8 (local.get 0)) (i64.load offset=1000 (local.get 0))))
  (func $leaf (param i32) (result i64) (i64.load offset=4 (local.get 0)))
  (func (export "bare") (param i32) (result i64)
    (i64.add (call $leaf (local.get 0)) (call $leaf (i32.add (local.get 0) (i32.const 4)))))
  (func (export "loop") (param $at i32) (result i64) (local $sum i64) (local $from i32)
    (local.set $from (i32.sub (local.get $at) (i32.const 64)))
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.load (local.get $from))))
      (br_if $again (i32.le_u
        (local.tee $from (i32.add (i32.mul (local.get $from) (i32.const 1)) (i32.const 8)))
        (local.get $at))))
    (local.get $sum))`;
const NAMES = ['near', 'far', 'wide', 'bare', 'loop'];

type Call = (name: string, ...args: number[]) => unknown;

/** Calls everything at the end that the memory has, and at those that it has had and will have. */
function visit(call: Call, pages: readonly number[]): string[] {
  return pages.flatMap((count) =>
    NAMES.flatMap((name) =>
      around(count * PAGE).map((at) => `${name} ${at}: ${outcome(() => call(name, at))}`),
    ),
  );
}

interface Started {
  readonly exports: WebAssembly.Exports;
  readonly call: Call;
}

interface Program {
  readonly text: string;
  /** Makes the memory larger by a page. */
  readonly grow: (started: Started) => unknown;
  readonly imports?: () => WebAssembly.Imports;
}

const exportedMemory = ({ exports }: Started): WebAssembly.Memory =>
  exports['memory'] as WebAssembly.Memory;
const growExported = (started: Started): number => exportedMemory(started).grow(1);
const imported = (initial: number): WebAssembly.Imports => ({
  e: { memory: new WebAssembly.Memory({ initial, maximum: 8 }) },
});
const manyGlobals = Array.from({ length: 123 }, (_, i) => `(global (mut i32) (i32.const ${i}))`);

const PROGRAMS: Readonly<Record<string, Program>> = {
  'JavaScript grows the memory': {
    text: '(memory (export "memory") 1 8)',
    grow: growExported,
  },
  'the code grows it itself': {
    text: '(memory 1 8) (func (export "grow") (drop (memory.grow (i32.const 1))))',
    grow: ({ call }) => call('grow'),
  },
  'nothing says how large it may become': {
    text: '(memory 1) (func (export "grow") (drop (memory.grow (i32.const 1))))',
    grow: ({ call }) => call('grow'),
  },
  'a memory is imported': {
    text: '(import "e" "memory" (memory $memory 1 8)) (export "memory" (memory $memory))',
    grow: growExported,
    imports: () => imported(1),
  },
  'an imported one is larger than is declared': {
    text: `(import "e" "memory" (memory $memory 1 8)) (export "memory" (memory $memory))
      (func (export "grow") (drop (memory.grow (i32.const 1))))`,
    grow: ({ call }) => call('grow'),
    imports: () => imported(2),
  },
  'a memory begins empty': {
    text: '(memory (export "memory") 0 8)',
    grow: growExported,
  },
  'one begins empty and the code grows it': {
    text: '(memory 0) (func (export "grow") (drop (memory.grow (i32.const 1))))',
    grow: ({ call }) => call('grow'),
  },
  'it is shared': {
    text: '(memory (export "memory") 1 8 shared)',
    grow: growExported,
  },
  'a table of globals is long': {
    text: `(memory (export "memory") 1 8) ${manyGlobals.join('')}`,
    grow: growExported,
  },
};

async function compile(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return (await assemble(`(module ${text})`)) as Uint8Array<ArrayBuffer>;
}

describe.each(Object.keys(PROGRAMS))('%s', (name) => {
  const { text, grow, imports } = PROGRAMS[name]!;

  /** Results before the memory grows and after each time it does. */
  const run = (started: Started): string[] =>
    [0, 1, 2].flatMap((grown) => {
      if (grown > 0) grow(started);
      return visit(started.call, [1, 2, 3, 4]);
    });

  test('results and traps are those of plain V8', async () => {
    const bytes = await compile(text + ACCESSES);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports?.());
    const plain = run({
      exports,
      call: (func, ...args) => (exports[func] as (...args: number[]) => unknown)(...args),
    });
    expect(plain.some((line) => line.includes('out of bounds'))).toBe(true);
    const stops = [true, false].map((memoryLimits) => {
      const debuggee = new Debuggee(() => 'run', { codeLimits: { ...CODE_LIMITS, memoryLimits } });
      const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes), imports?.());
      const call: Call = (func, ...args) => debuggee.call(instance, func, ...args);
      expect(run({ exports: instance.exports, call })).toEqual(plain);
      expect(instance.refreshMemoryLimits()).toBe(false);
      return debuggee.stops.map(({ event, top }) => `${event} ${top.pc} ${top.locals}`);
    });
    expect(stops[0]).toEqual(stops[1]);
    expect(stops[0]).toHaveLength(plain.filter((line) => line.includes('out of bounds')).length);
  });
});

const SIMPLE = `(memory (export "memory") 1 4 shared)
  (func (export "near") (param i32) (result i32) (i32.load (local.get 0)))`;

async function start(
  text: string,
  debuggee: Debuggee,
  imports?: WebAssembly.Imports,
): Promise<DebugInstance> {
  return debuggee.engine.instantiate(debuggee.engine.loadModule(await compile(text)), imports);
}

test('another thread grows a memory', async () => {
  const debuggee = new Debuggee();
  const instance = await start(SIMPLE, debuggee);
  const [memory] = instance.memories;
  const worker = new Worker('require("worker_threads").workerData.grow(1)', {
    eval: true,
    workerData: memory,
  });
  await new Promise((done) => worker.once('exit', done));
  expect(debuggee.call(instance, 'near', 2 * PAGE - 4)).toBe(0);
  expect(instance.refreshMemoryLimits()).toBe(false);
  expect(() => debuggee.call(instance, 'near', 2 * PAGE - 3)).toThrow(/out of bounds/);
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
});

test('another instance grows it while a loop runs', async () => {
  const debuggee = new Debuggee();
  const owner = await start(
    '(memory (export "memory") 1 4) (func (export "grow") (drop (memory.grow (i32.const 1))))',
    debuggee,
  );
  const user = await start(
    `(import "e" "memory" (memory 1)) (import "e" "grow" (func $grow))
      (func (export "f") (result i32) (local $at i32)
        (loop $again
          (i32.store (local.get $at) (i32.const 1))
          (if (i32.eqz (i32.rem_u (local.get $at) (i32.const 65536))) (then (call $grow)))
          (br_if $again (i32.lt_u
            (local.tee $at (i32.add (local.get $at) (i32.const 4096))) (i32.const 0x40000))))
        (i32.load (i32.sub (local.get $at) (i32.const 4096))))`,
    debuggee,
    { e: owner.exports },
  );
  // What runs after the first page has been grown is a continuation, which asks for the size.
  for (let i = 0; i < 2; i++) expect(debuggee.call(user, 'f')).toBe(1);
  expect(debuggee.stops).toEqual([]);
  expect(user.refreshMemoryLimits()).toBe(false);
  expect(owner.refreshMemoryLimits()).toBe(false);
});

test('a debugger grows it at a stop, and what would have trapped does not', async () => {
  const debuggee = new Debuggee(({ event, top }) => {
    if (event === 'breakpoint') top.instance.memories[0]!.grow(1);
    return 'run';
  });
  const { engine } = debuggee;
  const module = engine.loadModule(await compile(SIMPLE));
  const instance = engine.instantiate(module);
  engine.addBreakpoint(module, pcOf(module, 'i32.load'));
  expect(debuggee.call(instance, 'near', PAGE)).toBe(0);
  engine.removeBreakpoint(module, pcOf(module, 'i32.load'));
  expect(debuggee.call(instance, 'near', 2 * PAGE - 4)).toBe(0);
  expect(instance.refreshMemoryLimits()).toBe(false);
  expect(debuggee.stops).toHaveLength(1);
});

test('several memories each have their size', async () => {
  const debuggee = new Debuggee();
  const instance = await start(
    `(memory $a 1 3) (memory $b 2 4) (memory $c 0 3)
      (func (export "a") (param i32) (result i32) (i32.load $a (local.get 0)))
      (func (export "b") (param i32) (result i32) (i32.load $b (local.get 0)))
      (func (export "c") (param i32) (result i32) (i32.load $c (local.get 0)))
      (func (export "grow a") (drop (memory.grow $a (i32.const 1))))
      (func (export "grow b") (drop (memory.grow $b (i32.const 1))))`,
    debuggee,
  );
  const ends = (): unknown[] =>
    ['a', 'b', 'c'].map((name) =>
      [0, 1, 2, 3].map((pages) =>
        [PAGE - 4, PAGE - 3].map((at) => {
          const call = (): unknown => debuggee.call(instance, name, pages * PAGE + at);
          return outcome(call).length === 1;
        }),
      ),
    );
  const has = (pages: number): boolean[][] =>
    [0, 1, 2, 3].map((page) => [page < pages, page < pages - 1]);
  expect(ends()).toEqual([has(1), has(2), has(0)]);
  debuggee.call(instance, 'grow b');
  expect(ends()).toEqual([has(1), has(3), has(0)]);
  debuggee.call(instance, 'grow a');
  expect(ends()).toEqual([has(2), has(3), has(0)]);
});

test('all that 32 bits can address', async () => {
  const debuggee = new Debuggee();
  const instance = await start(
    `(memory 65535) (func (export "grow") (result i32) (memory.grow (i32.const 1)))
      (func (export "near") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "next") (param i32) (result i32) (i32.load8_u offset=1 (local.get 0)))
      (func (export "both") (param i32) (result i32)
        (i32.add (i32.load8_u offset=1 (local.get 0)) (i32.load8_u offset=2000 (local.get 0))))`,
    debuggee,
  );
  const end = 2 ** 32;
  expect(() => debuggee.call(instance, 'near', end - PAGE)).toThrow(/out of bounds/);
  expect(debuggee.call(instance, 'next', end - PAGE - 2)).toBe(0);
  expect(debuggee.call(instance, 'grow')).toBe(65535);
  expect(debuggee.call(instance, 'near', end - PAGE)).toBe(0);
  expect(debuggee.call(instance, 'near', end - 1)).toBe(0);
  expect(debuggee.call(instance, 'next', end - 2)).toBe(0);
  expect(debuggee.call(instance, 'both', end - 2001)).toBe(0);
  expect(debuggee.stops).toHaveLength(1);
  expect(() => debuggee.call(instance, 'next', end - 1)).toThrow(/out of bounds/);
  expect(() => debuggee.call(instance, 'both', end - 2000)).toThrow(/out of bounds/);
  expect(debuggee.stops).toHaveLength(3);
  expect(instance.refreshMemoryLimits()).toBe(false);
});

test('the stack overflows where a memory grows', async () => {
  const debuggee = new Debuggee();
  const instance = await start(
    `(memory 1 4) (func $f (export "f") (param i32) (result i32)
      (drop (memory.grow (i32.const 0)))
      (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))`,
    debuggee,
  );
  expect(() => debuggee.call(instance, 'f', 0)).toThrow(RangeError);
  const [{ event, activations }] = debuggee.stops as [Debuggee['stops'][0]];
  expect(event).toBe('trap');
  expect(activations[0]!.length).toBeGreaterThan(100);
  for (const { func, at } of activations[0]!.slice(1)) expect([func, at]).toEqual([0, 'i32.const']);
});

test('a debugger sees none of it', async () => {
  const debuggee = new Debuggee();
  const instance = await start(`(global (mut i32) (i32.const 7)) ${SIMPLE}`, debuggee);
  expect(instance.global(0)!.value).toBe(7);
  expect(instance.global(1)).toBeUndefined();
  expect(instance.func(1)).toBeUndefined();
  expect(Object.keys(instance.exports)).toEqual(['memory', 'near']);
});

test('without checks of traps there is nothing to keep', async () => {
  const module = decodeModule(await compile(SIMPLE));
  const { bytes } = instrument(module, 0, false, { ...CODE_LIMITS, memoryLimits: false });
  expect(instrument(module, 0, false).bytes).toEqual(bytes);
  expect(instrument(module, 0, true).memoryLimits.of(0)).toBeDefined();
});
