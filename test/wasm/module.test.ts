import { parse } from '@bytecodealliance/jco';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/wasm/byte-reader.ts';
import { ByteWriter } from '../../src/wasm/byte-writer.ts';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { decodeModule, funcTypeOf, type Module, type Range } from '../../src/wasm/module.ts';
import {
  readExport,
  readImport,
  writeExport,
  writeImport,
} from '../../src/wasm/sections/externs.ts';
import { readRecGroup, writeRecGroup } from '../../src/wasm/sections/types.ts';
import {
  readGlobalType,
  readMemoryType,
  readTableType,
  writeGlobalType,
  writeMemoryType,
  writeTableType,
} from '../../src/wasm/type-codec.ts';
import { refType, type SubType, valTypeName } from '../../src/wasm/types.ts';
import { hasCorpus, isValid, specModules } from './corpus.ts';

const module = async (wat: string): Promise<Module> => decodeModule(await parse(`(module ${wat})`));
const hex = ({ bytes }: Module, { start, end }: Range) =>
  Buffer.from(bytes.subarray(start, end)).toString('hex');

describe('what a module holds', () => {
  test('index spaces list imports first', async () => {
    const decoded = await module(`
      (import "a" "f" (func (param i32))) (import "a" "m" (memory 1 2))
      (import "a" "g" (global (mut i64))) (import "a" "t" (table 1 externref))
      (import "a" "e" (tag (param f32)))
      (func (result f64) f64.const 0) (memory i64 3 9 shared) (global i32 (i32.const 7))
      (table 2 (ref func) (ref.func 0)) (tag)`);
    expect(decoded.imports.map(({ name, desc }) => [name, desc.kind])).toEqual([
      ['f', 'func'],
      ['m', 'memory'],
      ['g', 'global'],
      ['t', 'table'],
      ['e', 'tag'],
    ]);
    expect([
      decoded.importedFunctions,
      decoded.importedMemories,
      decoded.importedGlobals,
      decoded.importedTables,
      decoded.importedTags,
    ]).toEqual([1, 1, 1, 1, 1]);
    expect(decoded.functions[0]?.import?.name).toBe('f');
    expect(funcTypeOf(decoded, 1).results.map(valTypeName)).toEqual(['f64']);
    expect(decoded.memories.map(({ type }) => type.limits)).toEqual([
      { min: 1n, max: 2n, shared: false, address: 'i32', pageSizeLog2: 16 },
      { min: 3n, max: 9n, shared: true, address: 'i64', pageSizeLog2: 16 },
    ]);
    expect(hex(decoded, decoded.globals[1]!.init!)).toBe('41070b');
    expect(hex(decoded, decoded.tables[1]!.init!)).toBe('d2000b');
    expect(decoded.tables[1]?.type.element).toBe(refType(false, 'func'));
    expect(decoded.bodies[0]?.funcIndex).toBe(1);
  });

  test('bodies say where locals and code begin', async () => {
    const decoded = await module('(func (param i32) (local i32 i32 i64) nop)');
    const body = decoded.bodies[0]!;
    const { start, localsStart, codeStart, end } = body;
    expect(hex(decoded, { start, end })).toBe('07' + '02027f017e' + '010b');
    expect([localsStart - start, codeStart - start]).toEqual([1, 6]);
    expect(body.locals.map(({ count, type }) => [count, type.kind])).toEqual([
      [2, 'i32'],
      [1, 'i64'],
    ]);
  });

  test('segments of every form', async () => {
    const decoded = await module(`
      (table 9 funcref) (table 9 externref) (memory 1) (memory 1) (func)
      (elem (i32.const 1) func 0) (elem func 0 0) (elem declare func 0)
      (elem (table 0) (i32.const 2) funcref (ref.null func) (ref.func 0))
      (elem (table 1) (i32.const 0) externref (ref.null extern))
      (data (i32.const 5) "ab") (data "c") (data (memory 1) (i32.const 6) "")`);
    expect(
      decoded.elements.map(({ mode, table, type, items }) => [
        mode,
        table,
        valTypeName(type),
        'functions' in items ? items.functions : items.expressions.map((e) => hex(decoded, e)),
      ]),
    ).toEqual([
      ['active', 0, '(ref func)', [0]],
      ['passive', 0, '(ref func)', [0, 0]],
      ['declarative', 0, '(ref func)', [0]],
      ['active', 0, 'funcref', ['d0700b', 'd2000b']],
      ['active', 1, 'externref', ['d06f0b']],
    ]);
    expect(decoded.elements[3]?.offset && hex(decoded, decoded.elements[3].offset)).toBe('41020b');
    expect(
      decoded.data.map(({ mode, memory, init }) => [mode, memory, hex(decoded, init)]),
    ).toEqual([
      ['active', 0, '6162'],
      ['passive', 0, '63'],
      ['active', 1, ''],
    ]);
  });

  test('custom sections keep their name apart from their payload', () => {
    const writer = new ModuleWriter();
    writer.customSection('żółw', Uint8Array.of(1, 2, 3));
    const decoded = decodeModule(writer.finish());
    const section = decoded.sections[0]!;
    expect(section.name).toBe('żółw');
    expect(hex(decoded, { start: section.payload!, end: section.end })).toBe('010203');
  });

  test('the writer tells where the entries of a section begin', async () => {
    const source = await module('(func) (func nop)');
    const writer = new ModuleWriter();
    for (const section of source.sections.filter(({ id }) => id !== 10)) {
      writer.copySection(source, section);
    }
    const code = source.sections.find(({ id }) => id === 10)!;
    const first = writer.vectorSection(10, source, [
      Uint8Array.of(3, 0, 0, 0x0b),
      code.entries![1]!,
    ]);
    const decoded = decodeModule(writer.finish());
    expect(decoded.bodies[0]?.start).toBe(first);
    expect(decoded.bodies.map(({ start, end }) => hex(decoded, { start, end }))).toEqual([
      '0300000b',
      '0300010b',
    ]);
  });
});

describe.skipIf(!hasCorpus)('writers are the inverse of readers', () => {
  /** Writes a value and reads it again, to the last byte. */
  function again<T>(
    value: T,
    write: (out: ByteWriter, value: T) => void,
    read: (input: ByteReader) => T,
  ): T {
    const out = new ByteWriter();
    write(out, value);
    const input = new ByteReader(out.take());
    const result = read(input);
    expect(input.offset).toBe(input.end);
    return result;
  }

  test('over all of the test suite', async () => {
    let compared = 0;
    const same = (actual: unknown, expected: unknown) => {
      expect(actual).toEqual(expected);
      compared++;
    };
    for (const { bytes } of await specModules(isValid)) {
      const decoded = decodeModule(bytes);
      for (const group of Map.groupBy(decoded.types, (type) => type.group).values()) {
        const read = (input: ByteReader) => {
          const types: SubType[] = [];
          readRecGroup(input, group[0]!.group, types);
          return types;
        };
        same(again(group, writeRecGroup, read), group);
      }
      for (const { module: from, name, desc } of decoded.imports) {
        const read = again({ module: from, name, desc }, writeImport, readImport);
        same([read.module, read.name, read.desc], [from, name, desc]);
      }
      for (const { name, kind, index } of decoded.exports) {
        const read = again({ name, kind, index }, writeExport, readExport);
        same([read.name, read.kind, read.index], [name, kind, index]);
      }
      for (const { type } of decoded.tables) same(again(type, writeTableType, readTableType), type);
      for (const { type } of decoded.memories) {
        same(again(type, writeMemoryType, readMemoryType), type);
      }
      for (const { type } of decoded.globals) {
        same(again(type, writeGlobalType, readGlobalType), type);
      }
    }
    expect(compared).toBeGreaterThan(10_000);
  });
});
