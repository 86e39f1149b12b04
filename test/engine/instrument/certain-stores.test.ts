/** Which locals are stored ahead of a branch, because all ways from there store them. */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../../src/engine/instrument/code-limits.ts';
import { instrument } from '../../../src/engine/instrument/instrument.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { assemble } from '../debuggee.ts';
import { planOf } from './plans.ts';

const LOCALS = 3;

/** For each branch and `if` of the last function, in order: its locals that are certainly stored. */
async function certain(body: string): Promise<number[][]> {
  const { module, codeStart, body: code, certainStores } = await planOf(moduleOf(body));
  const reader = new InstructionReader(module.bytes, codeStart, code.end);
  const found: number[][] = [];
  while (reader.read()) {
    if (![Op.if, Op.brIf, Op.brTable].includes(reader.op as never)) continue;
    const start = certainStores.at(reader.pc);
    const locals = Array.from({ length: LOCALS }, (_, local) => local);
    found.push(
      start === undefined ? [] : locals.filter((local) => certainStores.has(start, local)),
    );
  }
  return found;
}

/** A function with a parameter and two locals, and `$f` to call. */
function moduleOf(body: string): string {
  return `(module (func $f (import "m" "f")) (func (param i32) (local i32 i32) ${body}))`;
}

test('both arms call: all that neither writes before', async () => {
  const arms = '(then (local.set 1 (i32.const 1)) (call $f)) (else (call $f))';
  expect(await certain(`(if (local.get 0) ${arms})`)).toEqual([[0, 2]]);
});

test('without a call in one arm, what is behind the construct counts', async () => {
  const arm = '(if (local.get 0) (then (call $f) (local.set 1 (i32.const 1))))';
  expect(await certain(`${arm} (call $f)`)).toEqual([[0, 1, 2]]);
  expect(await certain(`(call $f) ${arm}`)).toEqual([[]]);
});

test('a branch goes to where its construct ends', async () => {
  const block = `(block (br_if 0 (local.get 0)) (call $f) (br_if 1 (local.get 0)) (call $f))`;
  expect(await certain(`(block ${block} (local.set 2 (i32.const 1)) (call $f))`)).toEqual([
    [0, 1],
    [],
  ]);
});

test('a trap stores nothing twice, a return stores nothing', async () => {
  const after = '(call $f) (call $f)';
  expect(await certain(`(if (local.get 0) (then (unreachable))) ${after}`)).toEqual([[0, 1, 2]]);
  expect(await certain(`(if (local.get 0) (then (return))) ${after}`)).toEqual([[]]);
});

test('of all that a table leads to', async () => {
  const table =
    '(block (block (br_table 0 1 1 (local.get 0))) (local.set 1 (i32.const 1)) (call $f))';
  expect(await certain(`${table} (call $f)`)).toEqual([[0, 2]]);
});

test('from a loop, what is behind it; on the way back, nothing is certain', async () => {
  const loop = '(block (loop (br_if 1 (local.get 0)) (call $f) (br_if 0 (local.get 0))))';
  expect(await certain(`${loop} (call $f)`)).toEqual([[0, 1, 2], []]);
});

test('code that nothing reaches does not count', async () => {
  const body = '(br_if 0 (local.get 0)) (call $f) (return) (block (call $f)) (call $f)';
  expect(await certain(`(block ${body}) (call $f)`)).toEqual([[0, 1, 2]]);
});

test('ahead of a branch there is one store, and none on the ways', async () => {
  const arms = '(then (call $f)) (else (call $f) (call $f))';
  const bytes = await assemble(moduleOf(`(if (local.get 0) ${arms})`));
  const stores = [true, false].map((certainStores) => {
    const { bytes: emitted } = instrument(decodeModule(bytes), 0, true, {
      ...CODE_LIMITS,
      certainStores,
      coldBlocks: false,
    });
    const { bodies } = decodeModule(emitted);
    const reader = new InstructionReader(emitted, bodies[0]!.codeStart, bodies[0]!.end);
    let count = 0;
    while (reader.read()) if (reader.op === Op.i32Store) count++;
    return count;
  });
  // The parameter: ahead of the branch or in each arm, and where the function is left.
  // Before each call of an import, its frame pointer is stored as well.
  expect(stores).toEqual([1 + 1 + 3, 2 + 1 + 3]);
});
