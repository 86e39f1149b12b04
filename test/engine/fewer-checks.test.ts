/** Loops whose header has no check: one ahead of a call without checks will do, or one a little later. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../src/engine/instrument/instrument.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { assemble, Debuggee, instructions } from './debuggee.ts';

/** Instructions of all functions of an instrumented module; a check is 'check', which polls the debug memory. */
function emitted(bytes: Uint8Array, limits: CodeLimits): string[] {
  const { bytes: code } = instrument(decodeModule(bytes), 0, false, limits);
  const names: string[] = [];
  for (const { codeStart, end } of decodeModule(code).bodies) {
    const reader = new InstructionReader(code, codeStart, end);
    while (reader.read()) {
      const isCheck = reader.op === Op.i32Load8U && reader.memory === 1;
      names.push(isCheck ? 'check' : reader.info.name);
    }
  }
  return names;
}

/** How many checks are between the first `loop` and the next of some instructions. */
function checksBefore(names: readonly string[], next: string): number {
  const loop = names.indexOf('loop');
  return names.slice(loop, names.indexOf(next, loop)).filter((name) => name === 'check').length;
}

const leaves = (body: string): Promise<Uint8Array> =>
  assemble(`(module
    (import "env" "host" (func $host))
    (memory 2)
    (func (export "f") (param $n i32) (result i32) (local $i i32)
      (loop $next
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        ${body}
        (br_if $next (i32.lt_u (local.get $i) (local.get $n))))
      (local.get $i))
    (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
    (func $far (param i32) (result i32)
      (i32.store offset=70000 (i32.const 0) (local.get 0))
      (i32.load offset=70000 (i32.const 0))))`);

const CALL = '(drop (call $leaf (local.get $i)))';

test.each([
  ['in each round', 0, CALL],
  ['of one far into memory', 0, '(drop (call $far (local.get $i)))'],
  ['in both arms', 0, `(if (local.get $n) (then ${CALL}) (else ${CALL}${CALL}))`],
  ['in an inner loop', 0, `(loop ${CALL})`],
  ['in one arm', 1, `(if (local.get $n) (then ${CALL}))`],
  ['behind a way out', 1, `(block (br_if 0 (local.get $n)) ${CALL})`],
  ['behind another way back', 1, `(br_if $next (local.get $n)) ${CALL}`],
])('the check ahead of a call is one of the loop: %s', async (_, checks, body) => {
  const bytes = await leaves(body);
  expect(checksBefore(emitted(bytes, CODE_LIMITS), 'i32.add')).toBe(checks);
  const names = emitted(bytes, { ...CODE_LIMITS, bareChecks: false });
  expect(checksBefore(names, 'i32.add')).toBe(1);
});

/** A loop that chooses one of two ways by $op, which it computes with $old first. */
const interpreter = (first: string): Promise<Uint8Array> =>
  assemble(`(module
    (import "env" "memory" (memory 1 1 shared))
    (func (export "f") (result i32) (local $n i32) (local $op i32) (local $old i32) (local $x i32)
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      (loop $next
        ${first}
        (block $done
          (block $odd
            (block $even (br_table $even $odd (local.get $op)))
            (local.set $x (i32.mul (local.get $n) (i32.const 5)))
            (br $done))
          (local.set $x (i32.xor (local.get $n) (i32.const 9))))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br_if $next (i32.eqz (i32.load (i32.const 4)))))
      (local.get $x)))`);

const FIRST = `(local.set $old (i32.mul (local.get $n) (i32.const 3)))
  (local.set $op (i32.and (local.get $n) (i32.const 1)))`;

test('an interpreter has it behind what its rounds begin with', async () => {
  const bytes = await interpreter(FIRST);
  const names = emitted(bytes, CODE_LIMITS);
  expect(checksBefore(names, 'i32.and')).toBe(0);
  expect(checksBefore(names, 'br_table')).toBe(1);
  const others = emitted(bytes, { ...CODE_LIMITS, delayedChecks: false });
  expect(checksBefore(others, 'i32.and')).toBe(1);
  expect(checksBefore(others, 'br_table')).toBe(1);
});

test.each([
  ['a branch', `${FIRST} (br_if $next (i32.load (i32.const 4)))`],
  ['a construct', `(if (local.get $n) (then ${FIRST}))`],
])('not where %s comes first', async (_, first) => {
  const names = emitted(await interpreter(first), CODE_LIMITS);
  const others = emitted(await interpreter(first), { ...CODE_LIMITS, delayedChecks: false });
  expect(names).toEqual(others);
});

/** A loop that goes back by a `br` alone. */
const counter = (body: string, around = ''): Promise<Uint8Array> =>
  assemble(`(module
    (import "env" "memory" (memory 1 1 shared))
    (func (export "f") (result i32) (local $n i32) (local $op i32) (local $old i32) (local $x i32)
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
      ${around}
      (block $out (loop $next
        (br_if $out (i32.load (i32.const 4)))
        (local.set $old (i32.mul (local.get $n) (i32.const 3)))
        (local.set $op (i32.and (local.get $n) (i32.const 1)))
        ${body}
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $next)))
      ${around === '' ? '' : '(br_if $around (i32.load (i32.const 8))))'}
      (local.get $x)))`);

const EITHER = `(if (local.get $op) (then (local.set $x (i32.xor (local.get $n) (i32.const 9))))
  (else (local.set $x (i32.mul (local.get $n) (i32.const 5)))))`;
const BOTH = `(local.set $x (select (i32.xor (local.get $n) (i32.const 9))
  (i32.mul (local.get $n) (i32.const 5)) (local.get $op)))`;

test.each([
  ['which writes the same in each round, inside another', 1, BOTH, '(loop $around'],
  ['which has two ways, inside no other', 1, EITHER, ''],
  ['which goes back early as well', 2, `(if (local.get $op) (then (br $next))) ${BOTH}`, ''],
])('a loop has it ahead of the branch back: %s', async (_, checks, body, around) => {
  const names = emitted(await counter(body, around), CODE_LIMITS);
  const others = emitted(await counter(body, around), { ...CODE_LIMITS, delayedChecks: false });
  const [loop, next] = [
    names.lastIndexOf('loop'),
    names.indexOf('i32.load', names.lastIndexOf('loop')),
  ];
  expect(names.slice(loop, next)).not.toContain('check');
  const all = (some: readonly string[]): number => some.filter((name) => name === 'check').length;
  expect(all(names) - all(others)).toBe(checks - 1);
});

test.each([
  ['with two ways, inside another', EITHER, '(loop $around'],
  ['that goes back by a condition as well', `(br_if $next (local.get $op)) ${BOTH}`, ''],
  ['that an exception goes back to', '(try_table (catch_all $next))', ''],
  ['with a loop inside', `(loop (br_if 0 (i32.load (i32.const 4)))) ${BOTH}`, ''],
])('but not one %s', async (_, body, around) => {
  const names = emitted(await counter(body, around), CODE_LIMITS);
  const others = emitted(await counter(body, around), { ...CODE_LIMITS, delayedChecks: false });
  expect(names).toEqual(others);
});

test.each([
  ['an interpreter', 0, () => interpreter(FIRST)],
  ['a loop with a branch at its end', 1, () => counter(BOTH)],
  ['one with two ways', 1, () => counter(EITHER)],
])(
  '%s is interrupted at the header, with what the round before has left',
  async (_, less, program) => {
    const bytes = await program();
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const words = new Int32Array(memory.buffer);
    const debuggee = new Debuggee(() => {
      words[1] = 1;
      return 'run';
    });
    const module = debuggee.engine.loadModule(bytes);
    const instance = debuggee.engine.instantiate(module, { env: { memory } });
    const worker = new Worker(new URL('./interrupting-worker.ts', import.meta.url), {
      workerData: { memory: debuggee.memory, flag: words },
    });
    await once(worker, 'message');
    const result = debuggee.call(instance, 'f');
    await worker.terminate();
    expect(debuggee.stops.map(({ event }) => event)).toEqual(['interrupted']);
    const { top } = debuggee.stops[0]!;
    const all = instructions(module);
    expect(top.pc).toBe(all[all.findIndex(({ name }) => name === 'loop') + 1]!.pc);
    const [n, op, old, x] = top.locals.map(
      (local) => Number.parseInt(local.slice('i32:'.length), 16) | 0,
    );
    const before = (n! - 1) | 0;
    const value = (at: number): number => (at & 1 ? at ^ 9 : Math.imul(at, 5));
    expect([op, old, x]).toEqual([before & 1, Math.imul(before, 3), value(before)]);
    expect(result).toBe(value(n! - less));
  },
);
