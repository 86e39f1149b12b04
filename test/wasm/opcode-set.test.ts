import { describe, expect, test } from 'vitest';
import { OpcodeSet } from '../../src/wasm/opcode-set.ts';
import { allOpcodes, Op } from '../../src/wasm/opcodes.ts';

describe('a set of opcodes', () => {
  test('has what it was made of and nothing else', () => {
    const ids = [Op.unreachable, Op.localGet, Op.brOnNonNull, Op.memoryFill, Op.v128Load];
    const set = new OpcodeSet(ids);
    const found = allOpcodes().filter(({ id }) => set.has(id));
    expect(found.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  test('of nothing is empty', () => {
    const set = new OpcodeSet([]);
    expect(allOpcodes().some(({ id }) => set.has(id))).toBe(false);
  });
});
