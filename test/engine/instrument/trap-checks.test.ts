import { expect, test } from 'vitest';
import { MAY_TRAP } from '../../../src/engine/instrument/trap-checks.ts';
import { allOpcodes, opcode } from '../../../src/wasm/opcodes.ts';

/** By the names of the text format: what traps or throws of the instructions without a prefix. */
const TRAPPING = [
  /^i(32|64)\.(div|rem)_/,
  /^i(32|64)\.trunc_f/,
  /\.(load|store)/,
  /^(unreachable|throw|throw_ref|rethrow)$/,
  /^(return_)?call_(indirect|ref)$/,
  /^table\.(get|set)$/,
  /^ref\.as_non_null$/,
];
const VECTORS = 0xfd;

test('of the instructions without a prefix, those are looked at that may trap, and no others', () => {
  const plain = allOpcodes().filter(({ id }) => id <= 0xff);
  const expected = plain.filter(({ name }) => TRAPPING.some((pattern) => pattern.test(name)));
  const found = plain.filter(({ id }) => MAY_TRAP.has(id));
  expect(found.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
});

test('of those with a prefix, only vector instructions that access no memory are not looked at', () => {
  const passed = allOpcodes().filter(({ id }) => id > 0xff && !MAY_TRAP.has(id));
  expect(passed.length).toBeGreaterThan(200);
  for (const { id } of passed) {
    expect(id >>> 16).toBe(VECTORS);
    expect(opcode(id)?.accessBytes).toBeUndefined();
  }
});
