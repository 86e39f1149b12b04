/**
 * What conditions and counted rounds say of addresses saves checks, and no trap: they are the same as in
 * plain V8, at the same access with the same state.
 */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { assemble, Debuggee } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';
import { rangeModule } from './range-programs.ts';

const FUNCTIONS = 30;
const ARGUMENTS = [0, 1, 9, 36, 100, 235, 236, 65_535, 65_536, 0x7fff_ffff, -1, -100];
const EACH: CodeLimits = {
  ...CODE_LIMITS,
  checksAhead: false,
  addressSums: false,
  valueRanges: false,
  chunkRounds: 0,
};
const OTHERS: Readonly<Record<string, CodeLimits>> = {
  everything: CODE_LIMITS,
  'without chunks': { ...CODE_LIMITS, chunkRounds: 0 },
  'left soon': {
    ...CODE_LIMITS,
    cruiseBytes: 0,
    runningBytes: 60,
    mostRunningBytes: 400,
    loopBytes: 0,
  },
};

function callAll(call: (name: string, argument: number) => unknown): string[] {
  return Array.from({ length: FUNCTIONS }, (_, i) =>
    ARGUMENTS.map((argument) => `${i} ${argument}: ${outcome(() => call(`f${i}`, argument))}`),
  ).flat();
}

function debugged(
  bytes: Uint8Array,
  codeLimits: CodeLimits,
): { results: string[]; stops: string[] } {
  const debuggee = new Debuggee(() => 'run', { codeLimits });
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  const results = callAll((name, argument) => debuggee.call(instance, name, argument));
  const stops = debuggee.stops.map(
    ({ event, top }) => `${event} ${top.pc} ${top.locals} ${top.operands}`,
  );
  return { results, stops };
}

describe.each([1, 2, 3])('random functions from seed %i', (seed) => {
  test('trap where plain V8 does', async () => {
    const seeds = Array.from({ length: FUNCTIONS }, (_, i) => seed * 1000 + i);
    const bytes = await assemble(rangeModule(seeds));
    const { exports } = new WebAssembly.Instance(
      new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>),
    );
    const plain = callAll((name, argument) => (exports[name] as (p: number) => unknown)(argument));
    expect(plain.join()).toMatch(/out of bounds/);
    const each = debugged(bytes, EACH);
    expect(each.results).toEqual(plain);
    for (const limits of Object.values(OTHERS)) expect(debugged(bytes, limits)).toEqual(each);
  });
});

const STORE = (address: string): string => `(i32.store8 ${address} (i32.const 1))`;
const latch = (order: string, step: number, bound: number): string =>
  `(br_if $l (i32.${order} (local.tee $i (i32.add (local.get $i) (i32.const ${step}))) (i32.const ${bound})))`;
const START = '(local.set $i (i32.const 0))';

/** Bodies of which all accesses are in bounds of one page, by what says so. */
const BOUNDED: Readonly<Record<string, string>> = {
  'rounds up to a bound': `${START} (loop $l ${STORE('(local.get $i)')} ${latch('lt_u', 7, 65_536)})`,
  'rounds up to a signed bound': `${START} (loop $l ${STORE('(local.get $i)')} ${latch('lt_s', 7, 65_536)})`,
  'rounds until a number': `${START} (loop $l (call $f) ${STORE('(local.get $i)')} ${latch('ne', 4, 65_536)})`,
  'rounds down to 0': `(local.set $i (i32.const 65535))
    (loop $l (call $f) ${STORE('(local.get $i)')} (br_if $l (local.tee $i (i32.add (local.get $i) (i32.const -1)))))`,
  'what grows beside the counter': `${START} (local.set $j (i32.const 536))
    (loop $l (call $f) ${STORE('(local.get $j)')} (local.set $j (i32.add (local.get $j) (i32.const 100)))
      ${latch('ne', 2, 1300)})`,
  'a condition': `(if (i32.lt_u (local.get $i) (i32.const 65536)) (then ${STORE('(local.get $i)')}))`,
  'a condition, otherwise': `(if (i32.gt_u (local.get $i) (i32.const 65535)) (then) (else ${STORE('(local.get $i)')}))`,
  'a way around': `(block $b (br_if $b (i32.ge_u (local.get $i) (i32.const 65536))) ${STORE('(local.get $i)')})`,
  'another value': `(block $b
    (br_if $b (i32.gt_u (local.get $i) (i32.const 65536))) (br_if $b (i32.le_u (local.get $i) (local.get $j)))
    ${STORE('(local.get $j)')})`,
  'what a dead end does not change': `(local.set $i (i32.and (local.get $i) (i32.const 4095)))
    (block $b (br_if $b (local.get $j)) (local.set $i (i32.const -1)) (return)) ${STORE('(local.get $i)')}`,
};

/** Modules with and without checks are the same otherwise. */
const BARE = { chunkRounds: 0, memoryLimits: false };

test.each(Object.keys(BOUNDED))('%s saves the check', async (name) => {
  const bytes = await assemble(`(module (memory 1) (func $f)
    (func (param $i i32) (param $j i32) ${BOUNDED[name]}))`);
  const module = decodeModule(bytes);
  const size = (traps: boolean, limits: CodeLimits): number =>
    instrument(module, 0, traps, { ...limits, ...BARE }).bytes.length;
  expect(size(true, CODE_LIMITS)).toBe(size(false, CODE_LIMITS));
  const without = { ...CODE_LIMITS, valueRanges: false };
  expect(size(true, without)).toBeGreaterThan(size(false, without));
});

const grow = (local: string, by: number): string =>
  `(local.set ${local} (i32.add (local.get ${local}) (i32.const ${by})))`;
const I = STORE('(local.get $i)');
const J = STORE('(local.get $j)');
const ZERO = '(local.set $j (i32.const 0))';
const SMALL = '(local.set $i (i32.and (local.get $i) (i32.const 4095)))';

/** Bodies that trap, although something limits what is an address: not all ways to the access. */
const NOT_BOUNDED: Readonly<Record<string, string>> = {
  'another way back': `${START} (loop $l ${I}
    (if (i32.eq (local.get $i) (i32.const 5)) (then (local.set $i (i32.const 65536)) (br $l)))
    ${latch('lt_u', 1, 10)})`,
  'a way back out of a loop inside': `(local.set $i (i32.const 65530)) (loop $l ${I}
    (loop $m ${latch('ne', 1, 65_536)} (br_if $m (i32.lt_u (local.get $i) (i32.const 65540)))))`,
  'a counter that does not always step': `${ZERO} ${START} (loop $l ${J} ${grow('$j', 30_000)}
    (if (i32.ge_u (local.get $j) (i32.const 65000)) (then ${grow('$i', 1)}))
    (br_if $l (i32.ne (local.get $i) (i32.const 2))))`,
  'two steps in a round': `${ZERO} ${START} (loop $l ${J} ${grow('$j', 100)} ${grow('$j', 65_500)} ${latch('ne', 1, 2)})`,
  'steps in a loop inside': `${ZERO} ${START} (loop $l ${J} ${grow('$j', 100)} (local.set $k (i32.const 3))
    (loop $m ${grow('$j', 30_000)} (br_if $m (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
    ${latch('ne', 1, 2)})`,
  'a bound that is passed': `(local.set $i (i32.const 65524)) (loop $l (call $f) ${I} ${latch('ne', 4, 65_534)})`,
  'what wraps around': `(local.set $i (i32.const 100)) (loop $l (call $f) ${I} ${latch('lt_u', -101, 0x7fff_ffff)}
    (local.set $i (i32.const -1)) ${I})`,
  'what becomes negative': `(local.set $i (i32.const 100))
    (loop $l (call $f) ${I} ${latch('lt_s', 0x7fff_fff0, 200)})`,
  'a branch behind what is written': `${SMALL}
    (block $b (br_if $b (local.get $j)) (local.set $i (i32.const 65536)) (br $b)) ${I}`,
  'an arm that is written in': `${SMALL} (if (i32.eqz (local.get $j)) (then (local.set $i (i32.const 65536)))) ${I}`,
  'an exception behind what is written': `${SMALL} (block $done (block $b
    (try_table (catch_all $b) (local.set $i (i32.const 65536)) (call $throws)) (br $done)) ${I})`,
  'the other arm': `(if (i32.lt_u (local.get $p) (i32.const 4096)) (then) (else ${STORE('(local.get $p)')}))`,
  'behind the arm': `(if (i32.lt_u (local.get $p) (i32.const 4096)) (then (call $f))) ${STORE('(local.get $p)')}`,
  'a signed condition': `(if (i32.lt_s (local.get $p) (i32.const 70000)) (then ${STORE('(local.get $p)')}))`,
};

test.each(Object.keys(NOT_BOUNDED))('%s does not', async (name) => {
  const bytes = await assemble(`(module (memory 1) (tag $t) (func $f) (func $throws (throw $t))
    (func (export "f") (param $p i32) (local $i i32) (local $j i32) (local $k i32)
      ${NOT_BOUNDED[name]}))`);
  const [each, all] = [EACH, { ...CODE_LIMITS, chunkRounds: 0 }].map((codeLimits) => {
    const debuggee = new Debuggee(() => 'run', { codeLimits });
    const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
    for (const argument of [-1, 65_536]) {
      expect(outcome(() => debuggee.call(instance, 'f', argument))).toMatch(/out of bounds/);
    }
    return debuggee.stops.map(({ event, top }) => `${event} ${top.pc} ${top.locals}`);
  });
  expect(each!.filter((stop) => stop.startsWith('trap'))).toHaveLength(2);
  expect(all).toEqual(each);
});
