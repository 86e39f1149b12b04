/** Reading what a component imports and exports. */
import { parse } from '@bytecodealliance/jco';
import { beforeAll, describe, expect, it } from 'vitest';
import { readComponent } from '../../../src/wasm/component/component.ts';
import {
  definitionText,
  type Extern,
  type Externs,
  typeText,
} from '../../../src/wasm/component/types.ts';
import { WasmError } from '../../../src/wasm/error.ts';
import { dummyComponent } from '../../support/worlds.ts';

/** One line for each function and type. */
function lines(externs: Externs): string[] {
  const text = ([name, extern]: [string, Extern]): string[] => {
    if (extern.kind === 'func') return [`${name}: ${typeText(extern.type)}`];
    if (extern.kind === 'type') return [`${name} = ${definitionText(extern.type)}`];
    if (extern.kind === 'instance') return lines(extern.exports).map((line) => `${name} ${line}`);
    return [`${name}: ${extern.kind}`];
  };
  return [...externs].flatMap(text);
}

describe('a component', () => {
  it.each<[string, string[], string[]]>([
    ['', [], []],
    [
      '(import "f" (func (param "a" u8) (param "b" (list string)) (result (tuple s64 char bool))))',
      ['f: func(a: u8, b: list<string>) -> tuple<s64, char, bool>'],
      [],
    ],
    [
      '(import "f" (func (param "a" (option f32)) (result (result f64 (error string)))))',
      ['f: func(a: option<f32>) -> result<f64, string>'],
      [],
    ],
    ['(import "f" (func (result (result (error u16)))))', ['f: func() -> result<_, u16>'], []],
    ['(import "f" (func (result (result u16))))', ['f: func() -> result<u16>'], []],
    ['(import "f" (func (result (result))))', ['f: func() -> result'], []],
    [
      `(import "i" (instance
        (type $e (enum "x" "y")) (export "e" (type $n (eq $e)))
        (type $v (variant (case "p" $n) (case "q"))) (export "v" (type (eq $v)))
        (type $r (record (field "p" $n) (field "q" u8))) (export "r" (type (eq $r)))
        (type $f (flags "s" "t")) (export "f" (type (eq $f)))))`,
      [
        'i e = enum { x, y }',
        'i v = variant { p(e), q }',
        'i r = record { p: e, q: u8 }',
        'i f = flags { s, t }',
      ],
      [],
    ],
    [
      `(import "i" (instance $i (export "t" (type (sub resource)))))
       (alias export $i "t" (type $t))
       (import "j" (instance (alias outer 1 $t (type $o)) (export "t" (type $u (eq $o)))
         (export "f" (func (param "a" (own $u)) (param "b" (borrow $u))))))`,
      ['i t = resource', 'j t = resource', 'j f: func(a: t, b: borrow<t>)'],
      [],
    ],
    [
      '(import "m" (core module)) (import "f" (func $f)) (export "g" (func $f))',
      ['m: other', 'f: func()'],
      ['g: func()'],
    ],
    [
      `(core module $m (func (export "f") (param i32)) (memory (export "memory") 1))
       (core instance $i (instantiate $m))
       (func $f (param "a" u32) (canon lift (core func $i "f")))
       (instance $j (export "f" (func $f)))
       (export "j" (instance $j))`,
      [],
      ['j f: func(a: u32)'],
    ],
    [
      `(component $c (import "f" (func $f (param "x" u8))) (export "g" (func $f)))
       (import "h" (func $h (param "x" u8)))
       (instance $j (instantiate $c (with "f" (func $h)))) (export "j" (instance $j))`,
      ['h: func(x: u8)'],
      ['j g: func(x: u8)'],
    ],
  ])('%s', async (text, imports, exports) => {
    const component = readComponent(await parse(`(component ${text})`));
    expect(lines(component.imports)).toEqual(imports);
    expect(lines(component.exports)).toEqual(exports);
  });
});

it('a type that is huge when written out is cut', async () => {
  const levels = Array.from({ length: 40 }, (_, i) => `(type $t${i + 1} (tuple $t${i} $t${i}))`);
  const bytes = await parse(
    `(component (type $t0 (list u8)) ${levels.join(' ')} (import "f" (func (param "a" $t40))))`,
  ).catch(() => undefined);
  // The assembler validates, and may have a limit of its own.
  const [line] = bytes === undefined ? [] : lines(readComponent(bytes).imports);
  expect((line ?? '').length).toBeLessThan(100_000);
});

describe('a component that is damaged', () => {
  let whole: Uint8Array;
  beforeAll(async () => {
    whole = await dummyComponent('import wasi:cli/stdout@0.2.12;');
  });

  it('is read as far as it goes, or refused, when it is cut', () => {
    for (let length = 8; length < whole.length; length += 401) {
      try {
        readComponent(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(WasmError);
      }
    }
  });

  it('is read, or refused, with any byte changed', () => {
    const bytes = whole.slice();
    for (let at = 8; at < bytes.length; at += 97) {
      const before = bytes[at]!;
      for (const value of [0, 0x7f, 0xff, before ^ 1]) {
        bytes[at] = value;
        try {
          readComponent(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WasmError);
        }
      }
      bytes[at] = before;
    }
  });
});
