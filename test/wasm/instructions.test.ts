/** The instruction reader and the opcode table against wasm-tools's disassembly. */

import { parse, print } from '@bytecodealliance/jco';
import { describe, expect, test } from 'vitest';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule, type Module } from '../../src/wasm/module.ts';
import { allOpcodes, Op, opcode } from '../../src/wasm/opcodes.ts';
import { hasCorpus, isValid, specModules } from './corpus.ts';
import { instructionText, printedInstructions } from './wat.ts';

/** Names would be printed in place of indices. */
function withoutNames(module: Module): Uint8Array {
  const writer = new ModuleWriter(module.bytes.length);
  for (const section of module.sections) {
    if (section.id !== 0) writer.copySection(module, section);
  }
  return writer.finish();
}

describe.skipIf(!hasCorpus)('the test suite', () => {
  test('instructions read as wasm-tools prints them', async () => {
    const seen = new Set<number>();
    for (const { name, bytes } of await specModules(isValid)) {
      const module = decodeModule(bytes);
      const printed = printedInstructions(await print(withoutNames(module)));
      expect(printed.length, name).toBe(module.bodies.length);
      for (const [i, body] of module.bodies.entries()) {
        const reader = new InstructionReader(bytes, body.codeStart, body.end);
        const read: string[] = [];
        while (reader.read()) {
          seen.add(reader.op);
          read.push(instructionText(module, reader));
        }
        // The function's own `end` is not printed.
        expect(read.slice(0, -1), `${name}, function ${body.funcIndex}`).toEqual(printed[i]);
      }
    }
    const unseen = allOpcodes().filter(({ id }) => !seen.has(id));
    // The suite never executes one; it has a test below.
    expect(unseen.map(({ name }) => name)).toEqual(['atomic.fence']);
  });
});

/** A reader over the body of the only function of a module in text form. */
async function bodyOf(wat: string): Promise<InstructionReader> {
  const module = decodeModule(await parse(`(module ${wat})`));
  const body = module.bodies[0]!;
  return new InstructionReader(module.bytes, body.codeStart, body.end);
}

test('atomic.fence has a byte that must be zero', async () => {
  const reader = await bodyOf('(func atomic.fence)');
  expect(reader.read()).toBe(true);
  expect(reader.info.name).toBe('atomic.fence');
  expect(reader.next).toBe(reader.pc + 3);
  const fence = new InstructionReader(Uint8Array.of(0xfe, 3, 1), 0, 3);
  expect(() => fence.read()).toThrow('zero byte expected (at offset 0x2)');
});

test('constants keep every bit', async () => {
  const integers = [
    0n,
    -1n,
    63n,
    64n,
    -64n,
    -65n,
    2n ** 27n,
    -(2n ** 27n),
    -(2n ** 28n),
    2n ** 63n - 1n,
  ];
  const body = [...integers, -(2n ** 63n)].map((value) => `i64.const ${value} drop`).join('\n');
  const reader = await bodyOf(`(func ${body})`);
  for (const value of [...integers, -(2n ** 63n)]) {
    reader.read();
    expect(reader.i64).toBe(value);
    reader.read();
  }
  const floats = await bodyOf(
    '(func f32.const nan:0x200001 f64.const -nan:0x4000000000001 unreachable)',
  );
  floats.read();
  expect(floats.i32).toBe(0x7fa0_0001);
  floats.read();
  expect(BigInt.asUintN(64, floats.i64)).toBe(0xfff4_0000_0000_0001n);
});

test('memory offsets have up to 64 bits', async () => {
  const offsets = [0n, 127n, 128n, 2n ** 28n - 1n, 2n ** 28n, 2n ** 32n - 1n, 2n ** 64n - 1n];
  const loads = offsets.map((offset) => `(drop (i32.load 1 offset=${offset} (i64.const 0)))`);
  const reader = await bodyOf(`(memory 1) (memory i64 1) (func ${loads.join('')})`);
  for (const offset of offsets) {
    reader.read();
    reader.read();
    expect([reader.op, reader.memory, reader.memOffset, reader.align]).toEqual([
      Op.i32Load,
      1,
      offset,
      2,
    ]);
    reader.read();
  }
});

test('seek goes back to an instruction', async () => {
  const reader = await bodyOf('(func i32.const 1 i32.const 2 i32.add drop)');
  const start = reader.next;
  while (reader.read());
  reader.seek(start);
  expect([reader.read(), reader.i32]).toEqual([true, 1]);
});

describe('malformed instructions', () => {
  const cases: readonly [string, number[], string][] = [
    ['an opcode that does not exist', [0x27], 'illegal opcode 27 (at offset 0x0)'],
    [
      'a prefixed opcode that does not exist',
      [0xfd, 0x9a, 1],
      'illegal opcode fd 9a (at offset 0x0)',
    ],
    [
      'a sub-opcode beyond all tables',
      [0xfc, 0xff, 0xff, 0x7f],
      'illegal opcode fc 1fffff (at offset 0x0)',
    ],
    ['a missing immediate', [0x20], 'unexpected end (at offset 0x1)'],
    ['half a float', [0x43, 0, 0, 0], 'unexpected end: 4 bytes wanted (at offset 0x1)'],
    [
      'more labels than bytes',
      [0x0e, 0xff, 0x7f, 0],
      'unexpected end: 16383 labels in 1 bytes (at offset 0x1)',
    ],
    ['flags of a memory access', [0x28, 0x80, 1, 0], 'malformed memop flags (at offset 0x1)'],
    ['a negative block type', [0x02, 0x80, 0x7f], 'malformed block type (at offset 0x1)'],
    ['a catch clause', [0x1f, 0x40, 1, 4, 0], 'malformed catch clause 4 (at offset 0x3)'],
    ['cast flags', [0xfb, 24, 4, 0, 0x6e, 0x6e], 'malformed cast flags 4 (at offset 0x2)'],
    ['a heap type', [0xd0, 0x40], 'malformed heap type (at offset 0x1)'],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    const reader = new InstructionReader(Uint8Array.from(bytes), 0, bytes.length);
    expect(() => reader.read()).toThrow(message);
  });
});

describe('the opcode table', () => {
  test('ids are unique and found again', () => {
    const all = allOpcodes();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const op of all) expect(opcode(op.id)).toBe(op);
    expect(new Set(Object.values(Op))).toEqual(new Set(all.map(({ id }) => id)));
    expect(opcode(0xfa0001)).toBeUndefined();
    expect(opcode(0xfd0999)).toBeUndefined();
  });

  test('names in camel case', () => {
    expect(Op.i32TruncSatF64U).toBe(0xfc0003);
    expect(Op.memoryCopy).toBe(0xfc000a);
    expect(Op.i8x16Shuffle).toBe(0xfd000d);
    expect(opcode(Op.selectT)?.name).toBe('select');
  });

  test('memory accesses tell their operands and width', () => {
    const cmpxchg = opcode(Op.i64AtomicRmw16CmpxchgU)!;
    expect(cmpxchg.operands?.map(({ kind }) => kind)).toEqual(['i64', 'i64']);
    expect(cmpxchg.results?.map(({ kind }) => kind)).toEqual(['i64']);
    expect([cmpxchg.params, cmpxchg.accessBytes]).toEqual([undefined, 2]);
    expect(opcode(Op.v128Store32Lane)?.accessBytes).toBe(4);
  });
});
