import { parse } from '@bytecodealliance/jco';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/wasm/byte-writer.ts';
import { ModuleWriter } from '../../src/wasm/encode.ts';
import { decodeModule } from '../../src/wasm/module.ts';
import { decodeNames, type Names } from '../../src/wasm/names.ts';

/** The names of a module whose only section is a name section with these bytes. */
function namesOf(...subsections: number[][]): Names {
  const writer = new ModuleWriter();
  writer.customSection('name', Uint8Array.from(subsections.flat()));
  return decodeNames(decodeModule(writer.finish()));
}

/** A subsection of the given content. */
function subsection(id: number, fill: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter();
  fill(out);
  return [id, out.length, ...out.take()];
}

const moduleName = subsection(0, (out) => out.name('m'));
const functionNames = subsection(1, (out) => {
  out.u32(1);
  out.u32(5);
  out.name('f');
});

test('every subsection', async () => {
  const wat = `(module $m
    (type $t (func)) (type $s (struct (field $x i32) (field $y i64)))
    (table $tab 1 funcref) (memory $mem 1) (global $g i32 (i32.const 0)) (tag $e (type $t))
    (func $f (param $p i32) (local $l i64) (block $b (loop $c (br $c))))
    (elem $el func $f) (data $d "x"))`;
  const names = decodeNames(decodeModule(await parse(wat)));
  const nested = (map: ReadonlyMap<number, ReadonlyMap<number, string>>) =>
    [...map].map(([outer, inner]) => [outer, [...inner]]);
  expect(names.module).toBe('m');
  expect([...names.functions]).toEqual([[0, 'f']]);
  expect(nested(names.locals)).toEqual([
    [
      0,
      [
        [0, 'p'],
        [1, 'l'],
      ],
    ],
  ]);
  expect(nested(names.labels)).toEqual([
    [
      0,
      [
        [0, 'b'],
        [1, 'c'],
      ],
    ],
  ]);
  expect([...names.types].slice(0, 2)).toEqual([
    [0, 't'],
    [1, 's'],
  ]);
  expect([...names.tables]).toEqual([[0, 'tab']]);
  expect([...names.memories]).toEqual([[0, 'mem']]);
  expect([...names.globals]).toEqual([[0, 'g']]);
  expect([...names.elements]).toEqual([[0, 'el']]);
  expect([...names.data]).toEqual([[0, 'd']]);
  expect(nested(names.fields)).toEqual([
    [
      1,
      [
        [0, 'x'],
        [1, 'y'],
      ],
    ],
  ]);
  expect([...names.tags]).toEqual([[0, 'e']]);
});

test('no name section, no names', () => {
  const names = decodeNames(decodeModule(new ModuleWriter().finish()));
  expect(names.module).toBeUndefined();
  expect(names.functions.size).toBe(0);
});

describe('a malformed subsection', () => {
  const broken: readonly [string, number[]][] = [
    ['whose size is beyond the section', [1, 100, 0]],
    ['with more names than bytes', [1, 2, 0xff, 0x7f]],
    ['with a name that is not UTF-8', [1, 4, 1, 0, 1, 0xff]],
    ['that is cut off', [1]],
  ];
  test.each(broken)('%s ends the reading', (_, bytes) => {
    const names = namesOf(moduleName, bytes, functionNames);
    expect(names.module).toBe('m');
    expect(names.functions.size).toBe(0);
  });

  test('an unknown one is skipped', () => {
    const names = namesOf(moduleName, [77, 2, 1, 2], functionNames);
    expect([...names.functions]).toEqual([[5, 'f']]);
  });
});
