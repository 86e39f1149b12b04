/**
 * Loads of what a local is known to hold are not made. Results, traps and states are those of plain V8,
 * and of an engine that makes every load, whatever writes to memory in between: the debugger, too.
 */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, Debuggee, instructions, type Onward } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';
import { Random } from './random.ts';
import { carriedPlaceModule, type Kind, repeatedLoadModule } from './repeated-load-programs.ts';

const PAGE = 65536;
const KINDS: Readonly<Record<string, Kind>> = {
  'a memory that grows': { memory: '1 4', bytes: PAGE, address: 'i32' },
  'one that does not': { memory: '1 1', bytes: PAGE, address: 'i32' },
  'one of 64 bits': { memory: 'i64 1 3', bytes: PAGE, address: 'i64' },
  'a shared one': { memory: '1 3 shared', bytes: PAGE, address: 'i32' },
  'one that is imported twice': { memory: '1 3', bytes: PAGE, address: 'i32', twice: true },
};
const FUNCTIONS = 10;

const EACH: CodeLimits = { ...CODE_LIMITS, forwardLoads: false };
const OTHERS: readonly CodeLimits[] = [
  CODE_LIMITS,
  { ...CODE_LIMITS, addressSums: false },
  // Some of the program's locals are in the frame.
  { ...CODE_LIMITS, locals: 48, carriedPlaces: 3 },
  // Each continuation is left soon: what was known is known no more.
  { ...CODE_LIMITS, cruiseBytes: 0, runningBytes: 60, mostRunningBytes: 400, loopBytes: 0 },
];

/** Two addresses for each call: the same, overlapping or apart, also around the ends. */
function addresses({ bytes, address }: Kind): (readonly [number, number])[] {
  const most = address === 'i32' ? 2 ** 32 : 2 ** 31;
  const pairs: (readonly [number, number])[] = [];
  for (const delta of [0, 1, 4, 8, -6]) pairs.push([16, 16 + delta]);
  for (const back of [8, 16, 24]) pairs.push([bytes - back, bytes - back - 4]);
  pairs.push([most - 8, 8], [8, most - 16]);
  return pairs;
}

interface Start {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  enter<T>(call: () => T): T;
}

/** Results of all functions (`FUNCTIONS` at most) at all addresses, each in an instance of its own. */
function run(kind: Kind, start: (imports: WebAssembly.Imports) => Omit<Start, 'memory'>): string[] {
  const results: string[] = [];
  for (let i = 0; i < FUNCTIONS; i++) {
    const imported = new WebAssembly.Memory({ initial: 1, maximum: 3 });
    const { exports, enter } = start({ m: { memory: imported } });
    const memory = (exports['memory'] as WebAssembly.Memory | undefined) ?? imported;
    const before = new Uint8Array(memory.buffer);
    for (let at = 0; at < before.length; at++) before[at] = at * 7 + (at >> 8);
    const f = exports[`f${i}`] as ((...args: unknown[]) => unknown) | undefined;
    if (f === undefined) break;
    for (const [p, q] of addresses(kind)) {
      const args = kind.address === 'i32' ? [p, q] : [BigInt(p), BigInt(q)];
      results.push(`${i} ${args}: ${outcome(() => enter(() => f(...args)))}`);
    }
    const after = new Uint8Array(memory.buffer);
    results.push(`${after.length} ${hash(after)}`);
  }
  return results;
}

function hash(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum = (Math.imul(sum, 31) + bytes[i]!) | 0;
  return sum;
}

interface How {
  readonly traps?: 'exact' | 'native';
  /** One of so many instructions has a breakpoint, where the debugger writes to memory; 0: none. */
  readonly breaks?: number;
  /** How to go on after each stop. */
  readonly onward?: Onward;
}

interface Ran {
  readonly results: string[];
  /** Kind, pc, locals and operands of each stop. */
  readonly stops: string[];
}

function debugged(bytes: Uint8Array, kind: Kind, codeLimits: CodeLimits, how: How = {}): Ran {
  const { traps = 'exact', breaks = 0, onward = 'run' } = how;
  let memory: WebAssembly.Memory | undefined;
  let written = 0;
  const debuggee = new Debuggee(
    ({ event, top: { pc } }) => {
      if (event !== 'breakpoint' || memory === undefined) return onward;
      const view = new Uint8Array(memory.buffer);
      for (let at = 0; at < 40; at++) view[at]! ^= pc + written;
      written++;
      return onward;
    },
    { traps, codeLimits },
  );
  const { engine } = debuggee;
  const module = engine.loadModule(bytes);
  const random = new Random(breaks);
  if (breaks > 0) {
    for (const { pc } of instructions(module)) {
      if (random.below(breaks) === 0) engine.addBreakpoint(module, pc);
    }
  }
  const results = run(kind, (imports) => {
    const { exports } = engine.instantiate(module, imports);
    memory = (exports['memory'] ?? imports['m']!['memory']) as WebAssembly.Memory;
    return { exports, enter: (call) => engine.enter(call) };
  });
  const stops = debuggee.stops.map(
    ({ event, top }) => `${event} ${top.pc} ${top.locals} ${top.operands}`,
  );
  return { results, stops };
}

/** How many loads of its first memory the cruise versions of a module have, in loops or anywhere. */
function countLoads(bytes: Uint8Array, limits: CodeLimits, inLoops = false): number {
  const { bytes: emitted } = instrument(decodeModule(bytes), 0, true, limits);
  let count = 0;
  for (const { codeStart, end } of decodeModule(emitted).bodies) {
    const reader = new InstructionReader(emitted, codeStart, end);
    const loops: boolean[] = [];
    while (reader.read()) {
      const { name } = reader.info;
      if (['block', 'loop', 'if', 'try_table'].includes(name)) loops.push(name === 'loop');
      else if (name === 'end') loops.pop();
      const counts = !inLoops || loops.includes(true);
      if (counts && name.includes('.load') && reader.memory === 0) count++;
    }
  }
  return count;
}

describe.each(Object.keys(KINDS))('%s', (name) => {
  const kind = KINDS[name]!;
  const seeds = Array.from({ length: FUNCTIONS }, (_, i) => 100 * name.length + i);
  const module = assemble(repeatedLoadModule(kind, seeds));

  test('holds what it does in plain V8', async () => {
    const bytes = await module;
    const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const plain = run(kind, (imports) => ({
      exports: new WebAssembly.Instance(compiled, imports).exports,
      enter: (call) => call(),
    }));
    expect(plain.join()).toMatch(/out of bounds/);
    const each = debugged(bytes, kind, EACH);
    expect(each.results).toEqual(plain);
    for (const limits of OTHERS) expect(debugged(bytes, kind, limits)).toEqual(each);
    expect(debugged(bytes, kind, CODE_LIMITS, { traps: 'native' }).results).toEqual(plain);
  });

  test('is written at breakpoints', async () => {
    const bytes = await module;
    const each = debugged(bytes, kind, EACH, { breaks: 20 });
    expect(each.stops.length).toBeGreaterThan(20);
    for (const limits of [CODE_LIMITS, OTHERS.at(-1)!]) {
      expect(debugged(bytes, kind, limits, { breaks: 20 })).toEqual(each);
    }
  });

  test('is loaded from less often', async () => {
    const bytes = await module;
    const [most, least] = [countLoads(bytes, EACH), countLoads(bytes, CODE_LIMITS)];
    if (kind.memory.includes('shared')) expect(least).toBe(most);
    else expect(least).toBeLessThan(0.95 * most);
  });
});

describe.each(Object.keys(KINDS))('loops over %s', (name) => {
  const kind = KINDS[name]!;
  const seeds = Array.from({ length: FUNCTIONS }, (_, i) => 1000 * name.length + i);
  const module = assemble(carriedPlaceModule(kind, seeds));

  test('give what they give in plain V8', async () => {
    const bytes = await module;
    const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const plain = run(kind, (imports) => ({
      exports: new WebAssembly.Instance(compiled, imports).exports,
      enter: (call) => call(),
    }));
    const each = debugged(bytes, kind, EACH);
    expect(each.results).toEqual(plain);
    for (const limits of OTHERS) expect(debugged(bytes, kind, limits)).toEqual(each);
    expect(debugged(bytes, kind, CODE_LIMITS, { traps: 'native' }).results).toEqual(plain);
  });

  test('are stopped in, and their memory written', async () => {
    const bytes = await module;
    const each = debugged(bytes, kind, EACH, { breaks: 60 });
    expect(each.stops.length).toBeGreaterThan(20);
    expect(debugged(bytes, kind, CODE_LIMITS, { breaks: 60 })).toEqual(each);
  });

  test('hand on what they store', async () => {
    const bytes = await module;
    const least = countLoads(bytes, CODE_LIMITS, true);
    const more = countLoads(bytes, { ...CODE_LIMITS, carriedPlaces: 0 }, true);
    if (kind.memory.includes('shared')) expect(least).toBe(more);
    else expect(least).toBeLessThan(more);
  });
});

test('memory is written between steps', async () => {
  const kind = KINDS['a memory that grows']!;
  const bytes = await assemble(repeatedLoadModule(kind, [5, 6, 7]));
  const how: How = { breaks: 10, onward: 'step' };
  expect(debugged(bytes, kind, CODE_LIMITS, how)).toEqual(debugged(bytes, kind, EACH, how));
});

test('loops of more bytes than are looked through are as they were', async () => {
  // Wherever the limit falls, it is inside an instruction for some of these.
  const bodies = [0, 1, 2, 3].map(
    (more) => `(func (export "f${more}") (param i32) (result i32)
      (i32.store (local.get 0) (i32.const 0))
      (loop ${'(nop) '.repeat(more)} ${'(drop (f64.const 1.5))'.repeat(500)}
        (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
        (br_if 0 (i32.lt_u (i32.load (local.get 0)) (i32.const 5))))
      (i32.load (local.get 0)))`,
  );
  const bytes = await assemble(`(module (memory 1) ${bodies.join('\n')})`);
  const debuggee = new Debuggee(() => 'run');
  const { exports } = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes), {});
  for (const name of Object.keys(exports)) {
    const f = exports[name] as (at: number) => number;
    expect(debuggee.engine.enter(() => f(16))).toBe(5);
  }
});
