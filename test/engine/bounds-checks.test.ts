/**
 * Checks of bounds serve several accesses, some of which come later. The traps are the same as in plain
 * V8, at the same access with the same state, wherever addresses are near the end of the memory or wrap
 * around.
 */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import { addressModule, type Kind } from './address-programs.ts';
import { assemble, Debuggee, instructions } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';
import { Random } from './random.ts';

const PAGE = 65536;
const KINDS: Readonly<Record<string, Kind>> = {
  'a memory that grows': { memory: '1 4', bytes: PAGE, address: 'i32' },
  'one that does not': { memory: '2 2', bytes: 2 * PAGE, address: 'i32' },
  'one that begins empty': { memory: '0 3', bytes: 0, address: 'i32' },
  'a shared one': { memory: '1 3 shared', bytes: PAGE, address: 'i32', atomic: true },
  'one of 64 bits': { memory: 'i64 1 3', bytes: PAGE, address: 'i64' },
  'a fixed one of 64 bits': { memory: 'i64 1 1', bytes: PAGE, address: 'i64' },
  'a second one': { memory: '1 4', bytes: PAGE, address: 'i32', index: '$memory' },
};
const FUNCTIONS = 16;
const SPACING = 3;

const EACH: CodeLimits = {
  ...CODE_LIMITS,
  checksAhead: false,
  memoryLimits: false,
  addressSums: false,
  chunkRounds: 0,
};
const OTHERS: readonly CodeLimits[] = [
  CODE_LIMITS,
  { ...CODE_LIMITS, checksAhead: false },
  { ...CODE_LIMITS, leastSpan: 0 },
  { ...CODE_LIMITS, memoryLimits: false },
  { ...CODE_LIMITS, memoryLimits: false, addressSums: false },
  // Each continuation is left soon: what was known is known no more.
  { ...CODE_LIMITS, cruiseBytes: 0, runningBytes: 60, mostRunningBytes: 400, loopBytes: 0 },
];

/** Two addresses for each call: around both ends of the memory and of what an address can be. */
function addresses({ bytes, address }: Kind): (readonly [number, number])[] {
  const most = address === 'i32' ? 2 ** 32 : 2 ** 31;
  const pairs: (readonly [number, number])[] = [[0, bytes >> 1]];
  for (let back = -8; back < 48; back += SPACING) pairs.push([bytes - back, (bytes >> 1) + back]);
  for (let back = 1; back < 20; back += 6) pairs.push([most - back, 8]);
  for (const at of [3, 5000, 5040]) pairs.push([bytes - at, bytes - 32], [at, at]);
  return pairs;
}

interface Start {
  readonly exports: WebAssembly.Exports;
  enter<T>(call: () => T): T;
}

/** Results of all functions at all addresses, each in an instance of its own. */
function run(kind: Kind, start: () => Start): string[] {
  return Array.from({ length: FUNCTIONS }, (_, i) => {
    const { exports, enter } = start();
    const { buffer } = exports['memory'] as WebAssembly.Memory;
    const before = new Uint8Array(buffer);
    for (let at = 0; at < before.length; at++) before[at] = at * 7 + (at >> 8);
    const f = exports[`f${i}`] as (...args: unknown[]) => unknown;
    const results = addresses(kind).map(([p, q]) => {
      const args = kind.address === 'i32' ? [p, q] : [BigInt(p), BigInt(q)];
      return `${i} ${args}: ${outcome(() => enter(() => f(...args)))}`;
    });
    const after = new Uint8Array((exports['memory'] as WebAssembly.Memory).buffer);
    return [...results, `${after.length} ${hash(after)}`];
  }).flat();
}

function seeds(first: number): number[] {
  return Array.from({ length: FUNCTIONS }, (_, i) => first + i);
}

function hash(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i++) sum = (Math.imul(sum, 31) + bytes[i]!) | 0;
  return sum;
}

interface Ran {
  readonly results: string[];
  /** Kind, pc, locals and operands of each stop. */
  readonly stops: string[];
}

function debugged(
  bytes: Uint8Array,
  kind: Kind,
  codeLimits: CodeLimits,
  breaks: Random | undefined,
): Ran {
  const debuggee = new Debuggee(() => 'run', { codeLimits });
  const { engine } = debuggee;
  const module = engine.loadModule(bytes);
  if (breaks !== undefined) {
    for (const { pc } of instructions(module)) {
      if (breaks.below(16) === 0) engine.addBreakpoint(module, pc);
    }
  }
  const results = run(kind, () => {
    const { exports } = engine.instantiate(module);
    return { exports, enter: (call) => engine.enter(call) };
  });
  const stops = debuggee.stops.map(
    ({ event, top }) => `${event} ${top.pc} ${top.locals} ${top.operands}`,
  );
  return { results, stops };
}

describe.each(Object.keys(KINDS))('%s', (name) => {
  const kind = KINDS[name]!;

  test('traps where plain V8 does', async () => {
    const bytes = await assemble(addressModule(kind, seeds(100 * name.length)));
    const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const plain = run(kind, () => ({
      exports: new WebAssembly.Instance(compiled).exports,
      enter: (call) => call(),
    }));
    expect(plain.join()).toMatch(/out of bounds/);
    const each = debugged(bytes, kind, EACH, undefined);
    expect(each.results).toEqual(plain);
    for (const limits of OTHERS) {
      expect(debugged(bytes, kind, limits, undefined)).toEqual(each);
    }
  });
});

test('stops once at a breakpoint where a check is ahead', async () => {
  const kind = KINDS['a memory that grows']!;
  const bytes = await assemble(addressModule(kind, seeds(1)));
  const each = debugged(bytes, kind, EACH, new Random(1));
  expect(debugged(bytes, kind, CODE_LIMITS, new Random(1))).toEqual(each);
});

/** Ways to make the memory larger by a page, inside a loop that goes through the memory. */
const GROWS: Readonly<Record<string, string>> = {
  'by itself': '(drop (memory.grow (i32.const 1)))',
  'by a call': '(call $grow)',
  'by an indirect call': '(call_indirect (i32.const 0))',
  'in a loop inside': `(loop $inside (br_if $inside (i32.eqz (memory.grow (i32.const 1)))))`,
};

test.each(Object.keys(GROWS))('a loop that makes its memory larger %s', async (how) => {
  const access = '(i32.store8 offset=1 (local.get $p) (i32.const 1))';
  // Accesses in the loop that grows, and in one inside.
  const accesses = [
    access,
    `(local.set $n (i32.const 0)) (loop $m ${access} (br_if $m (i32.lt_u
    (local.tee $n (i32.add (local.get $n) (i32.const 1)))
    (i32.const 3))))`,
  ];
  const functions = accesses.map(
    (accessed, i) => `(func (export "f${i}") (result i32) (local $p i32) (local $n i32)
      (loop $again
        (if (i32.ge_u (i32.add (local.get $p) (i32.const 1)) (i32.shl (memory.size) (i32.const 16)))
          (then ${GROWS[how]}))
        ${accessed}
        (local.set $p (i32.add (local.get $p) (i32.const 1001)))
        (br_if $again (i32.lt_u (local.get $p) (i32.const 0x60000))))
      (local.get $p))`,
  );
  const bytes = await assemble(`(module (memory (export "memory") 1 4) (table funcref (elem $grow))
    (func $grow (drop (memory.grow (i32.const 1))))
    ${functions.join('\n')})`);
  const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  for (const name of ['f0', 'f1']) {
    const { exports } = new WebAssembly.Instance(compiled);
    const plain = outcome(() => (exports[name] as () => unknown)());
    expect(plain).toMatch(/out of bounds/);
    const stops = [EACH, CODE_LIMITS].map((codeLimits) => {
      const debuggee = new Debuggee(() => 'run', { codeLimits });
      const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
      expect(outcome(() => debuggee.call(instance, name))).toBe(plain);
      return debuggee.stops.map(({ event, top }) => `${event} ${top.pc} ${top.locals}`);
    });
    expect(stops[0]).toHaveLength(1);
    expect(stops[1]).toEqual(stops[0]);
  }
});
