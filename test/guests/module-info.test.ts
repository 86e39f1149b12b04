import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type KnownModule, resolveFunction } from '../../guest-debuggers/trace/src/breakpoints.ts';
import {
  firstInstruction,
  functionName,
  readModule,
} from '../../guest-debuggers/trace/src/module-info.ts';
import { assemble } from './assemble.ts';

const text = `(module
  (import "env" "print" (func $print (param i32)))
  (import "env" "memory" (memory 1 2))
  (import "env" "table" (table 1 externref))
  (import "env" "global" (global i64))
  (import "env" "log" (func $log))
  (func $plain nop)
  (func $locals (param i32) (local i32 i64 externref v128) nop)
  (func (export "twice") (export "again") nop)
  (func nop)
  (func $last (export "shown as last")))`;

async function known(wat: string): Promise<KnownModule> {
  const bytes = await assemble(wat);
  return { bytes, info: readModule(bytes) };
}

test('functions, names and exports', async () => {
  const { info } = await known(text);
  expect(info.importedFunctions).toBe(2);
  expect(info.bodies).toHaveLength(5);
  const names = [0, 1, 2, 3, 4, 5, 6].map((index) => functionName(info, index));
  expect(names).toEqual(['print', 'log', 'plain', 'locals', 'twice', 'func[5]', 'last']);
});

test('the first instruction is after the locals', async () => {
  const { bytes, info } = await known(text);
  const nop = 0x01;
  for (const index of [2, 3, 4, 5]) {
    expect(bytes[firstInstruction(bytes, info, index) ?? -1]).toBe(nop);
  }
  expect(firstInstruction(bytes, info, 1)).toBeUndefined();
  expect(firstInstruction(bytes, info, 7)).toBeUndefined();
});

describe('breakpoints', () => {
  test('by name, by export and by index', async () => {
    const module = await known(text);
    const pcOf = (index: number) => firstInstruction(module.bytes, module.info, index);
    const pc = (name: string) => resolveFunction({ kind: 'name', name }, [module])[0]?.pc;
    expect(pc('locals')).toBe(pcOf(3));
    expect(pc('again')).toBe(pcOf(4));
    expect(resolveFunction({ kind: 'index', index: 5 }, [module])).toEqual([
      { module: 0, pc: pcOf(5) },
    ]);
  });

  test('in every module that has the function', async () => {
    const one = await known('(module (func $f) (func $g))');
    const other = await known('(module (import "m" "f" (func $f)) (func $g))');
    const places = resolveFunction({ kind: 'name', name: 'g' }, [one, undefined, other]);
    expect(places.map(({ module }) => module)).toEqual([0, 2]);
    // The import of the other module has no code; the function it stands for has.
    const f = resolveFunction({ kind: 'name', name: 'f' }, [one, other]);
    expect(f.map(({ module }) => module)).toEqual([0]);
  });

  test.each([
    ['print', '--break=print: the function is imported, it has no code to stop at'],
    ['plane', '--break=plane: no function of that name; did you mean plain?'],
    [
      'zzzzzzzz',
      '--break=zzzzzzzz: no function of that name; by index or by 0xPC it can be reached without a name',
    ],
  ])('%s is refused', async (name, message) => {
    const module = await known(text);
    expect(() => resolveFunction({ kind: 'name', name }, [module])).toThrow(message);
  });

  test('an index beyond the last is refused', async () => {
    const module = await known(text);
    expect(() => resolveFunction({ kind: 'index', index: 7 }, [module])).toThrow(
      '--break=7: no such function, the last index is 6',
    );
  });
});

describe('malformed modules', () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  test.each([
    ['empty', [], 'unexpected end at offset 0x0'],
    ['a component', [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], 'not a core module at offset 0x0'],
    ['a section beyond the end', [...header, 10, 9, 1], 'unexpected end at offset 0xa'],
    ['a body beyond its section', [...header, 10, 2, 1, 9], 'unexpected end at offset 0xc'],
    ['a count without end', [...header, 10, 5, 255, 255, 255, 255, 255], 'longer than 32 bits'],
    [
      'an unknown import',
      [...header, 2, 4, 1, 0, 0, 9],
      'unknown kind of import 0x9 at offset 0xd',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readModule(Uint8Array.from(bytes))).toThrow(message);
  });

  test('a malformed name section is no error', () => {
    const section = [4, ...Buffer.from('name'), 1, 4, 9, 0, 1, 0x66];
    const bytes = Uint8Array.from([...header, 0, section.length, ...section]);
    expect(readModule(bytes).names).toEqual(new Map([[0, 'f']]));
  });
});

const corpus = new URL('../../../shared/corpus/sightglass/shootout/', import.meta.url);
let programs: string[] = [];
try {
  programs = readdirSync(corpus).filter((name) => name.endsWith('.wasm'));
} catch {
  console.warn('no corpus beside the repository: its programs are not read');
}

test.skipIf(programs.length === 0)('every instruction of a real program is past its locals', () => {
  for (const program of programs) {
    const bytes = readFileSync(new URL(program, corpus));
    const { bodies, importedFunctions, exports, ...rest } = readModule(bytes);
    const info = { bodies, importedFunctions, exports, ...rest };
    expect([...exports.values()].flat()).toContain('_start');
    bodies.forEach((body, own) => {
      const next = bodies[own + 1] ?? bytes.length;
      const first = firstInstruction(bytes, info, importedFunctions + own) ?? 0;
      expect(first).toBeGreaterThan(body);
      expect(first).toBeLessThan(next);
    });
  }
});
