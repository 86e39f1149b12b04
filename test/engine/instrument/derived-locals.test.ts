/** Which locals follow from others, and where. */
import { describe, expect, test } from 'vitest';
import type { CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { planOf } from './plans.ts';

/** The derived locals of a body, by their numbers; `~` behind those with a gap. */
async function derived(body: string, limits: Partial<CodeLimits> = {}): Promise<string> {
  const plan = await planOf(moduleOf(body), limits);
  return plan.derived.all
    .map(({ local, until, end }) => `${local}${until < end ? '~' : ''}`)
    .join(' ');
}

const moduleOf = (body: string): string => `(module (memory 1) (func $g)
  (func (param i32) (local i32 i32 i32 i32 i32 f64 i64) ${body}))`;

const loop = (body: string): string => `(loop $l ${body} (br_if $l (local.get 0)))`;
const zero = '(local.set 1 (i32.const 0))';
const load = '(local.set 2 (i32.load (i32.const 0)))';
const masked = '(local.set 3 (i32.and (local.get 2) (i32.const 1)))';

describe('derived are', () => {
  test('zeros, and what follows from what is written just before', async () => {
    expect(await derived(loop(zero + load + masked))).toBe('1 3~');
    const compared = '(local.set 4 (i32.lt_u (local.get 1) (local.get 2)))';
    expect(await derived(loop(zero + load + compared))).toBe('1 4~');
  });

  test('what follows from other derived ones', async () => {
    const wide = '(local.set 7 (i64.extend_i32_u (local.get 3)))';
    expect(await derived(loop(load + masked + wide))).toBe('3~ 7~');
    const copy = '(local.set 4 (local.get 1)) (local.set 5 (local.get 4))';
    expect(await derived(loop(zero + copy))).toBe('1 4 5');
  });

  test('what follows from a local that has just been written and stays an operand', async () => {
    const tee = '(local.set 3 (i32.and (local.tee 2 (i32.load (i32.const 0))) (i32.const 1)))';
    expect(await derived(loop(zero + tee))).toBe('1 3~');
  });

  test('also others, where each instruction runs once at most', async () => {
    const body = '(local.set 1 (i32.const 9)) (local.set 2 (i32.add (local.get 0) (local.get 1)))';
    expect(await derived(body)).toBe('1 2');
    expect(await derived(body, { freshLocals: false })).toBe('');
  });

  test('also others behind a local of 32 bits, which tells whether they have been written', async () => {
    const nine = '(local.set 3 (i32.const 9)) (local.set 7 (i64.const 7))';
    const not = '(local.set 4 (i32.eqz (local.get 2)))';
    expect(await derived(loop(load + nine + not))).toBe('3~ 7~ 4~');
    const plan = await planOf(moduleOf(loop(load + nine + not)));
    expect(plan.derived.all.map(({ mark }) => mark)).toEqual([2, 2, 2]);
    expect(plan.keptTypes.map(({ kind }) => kind).join(' ')).toBe(
      'i32 i32 i64 i32 i32 i32 f64 i64',
    );
    expect(plan.localOffsets).toEqual([0, 4, 8, 16, 20, 24, 28, 36]);
    // Not behind what is not stored itself, or has 64 bits.
    expect(await derived(loop(`${zero} (local.set 3 (i32.const 9))`))).toBe('1');
    const wide = '(local.set 7 (i64.load (i32.const 0)))';
    expect(await derived(loop(`${wide} (local.set 3 (i32.const 9))`))).toBe('');
  });

  test('none if they are not to be', async () => {
    expect(await derived(loop(zero + load + masked), { derivedLocals: false })).toBe('');
  });
});

describe('not derived is', () => {
  const trapping = '(drop (i32.load (i32.const 8)))';
  /** With two that are. */
  const beside = `${zero} (local.set 5 (local.get 1))`;

  test.each([
    ['what is not zero at first', '(local.set 3 (i32.const 9))'],
    ['the same, with an exit since', `${load} ${trapping} (local.set 3 (i32.const 9))`],
    ['what is written twice', load + masked + masked],
    ['what follows from what is written twice', load + load + masked],
    ['what follows from an old value', masked + load],
    ['what follows from its own old value', '(local.set 3 (i32.shl (local.get 3) (i32.const 1)))'],
    ['what follows from what other code writes', `${load} (call $g) ${masked}`],
    ['the same, in an arm', `${load} (if (local.get 0) (then ${masked}))`],
    ['what an exit is before', `${load} ${trapping} ${masked}`],
    ['what may be skipped', `(block $b ${load} (br_if $b (local.get 0)) ${masked})`],
    ['what an exception may leave old', `(try_table ${load} ${masked})`],
    ['a float', '(local.set 6 (f64.const 0))'],
    [
      'a copy of a parameter, which does not begin as zero',
      '(local.set 3 (local.tee 0 (i32.const 4)))',
    ],
    ['a parameter', '(local.set 0 (i32.const 0))'],
    [
      'what follows from an operand',
      '(i32.load (i32.const 0)) (i32.const 1) (i32.and) (local.set 3)',
    ],
    ['what traps', '(local.set 3 (i32.div_u (i32.const 0) (i32.const 1)))'],
  ])('%s', async (_, body) => {
    expect(await derived(loop(body + beside))).toBe('1 5');
  });
});

test('between the writes of its inputs and its own it is what it was', async () => {
  const plan = await planOf(moduleOf(loop(zero + load + masked)));
  const { module, body } = plan;
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  const gap: string[] = [];
  while (reader.read()) {
    expect(plan.derived.at(1, reader.pc)?.local).toBe(1);
    expect(plan.derived.at(2, reader.pc)).toBe(undefined);
    if (plan.derived.at(3, reader.pc) === undefined) gap.push(reader.info.name);
  }
  expect(gap).toEqual(['local.get', 'i32.const', 'i32.and', 'local.set']);
  expect(plan.derived.openedBy(2)).toEqual([3]);
});
