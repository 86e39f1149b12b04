import { expect, test } from 'vitest';
import { decodeModule, funcTypeOf } from '../../src/wasm/module.ts';
import { assemble } from './assemble.ts';
import { Caller } from './calls.ts';
import type { Value } from './values.ts';

async function load(text: string) {
  const bytes = await assemble(text);
  const module = decodeModule(bytes);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes.slice()));
  const caller = new Caller();
  const index = (name: string) => module.exports.find((entry) => entry.name === name)!.index;
  return {
    call: (name: string, ...args: Value[]) => {
      const callee = exports[name] as (...args: unknown[]) => unknown;
      return caller.call(callee, funcTypeOf(module, index(name)), args);
    },
    get: (name: string) =>
      caller.read(exports[name] as WebAssembly.Global, module.globals[index(name)]!.type),
  };
}

const number = (type: 'i32' | 'i64' | 'f32' | 'f64' | 'v128', ...bytes: number[]): Value => ({
  type,
  bytes: Uint8Array.from(bytes),
});
const SIGNALING = number('f32', 0x01, 0x00, 0xa0, 0x7f);
const SIGNALING_64 = number('f64', 1, 2, 3, 4, 5, 6, 0xf4, 0xff);
const VECTOR = number('v128', ...Array.from({ length: 16 }, (_, i) => 16 * i + i));

test('all bits of parameters and results are kept', async () => {
  const { call } = await load(`(module (func (export "swap")
    (param f32 f64 v128 i32 i64) (result i64 i32 v128 f64 f32)
    local.get 4 local.get 3 local.get 2 local.get 1 local.get 0))`);
  const args = [
    SIGNALING,
    SIGNALING_64,
    VECTOR,
    number('i32', 1, 2, 3, 0xff),
    number('i64', 1, 2, 3, 4, 5, 6, 7, 0xff),
  ];
  expect(call('swap', ...args)).toEqual(args.toReversed());
});

test('references keep their identity and their place among numbers', async () => {
  const { call } = await load(`(module (func (export "f")
    (param externref i32 externref) (result externref i32 externref)
    local.get 2 local.get 1 local.get 0))`);
  const a = { type: 'ref', value: Object.freeze({}) } as const;
  const b = { type: 'ref', value: Object.freeze({}) } as const;
  const results = call('f', a, number('i32', 9, 0, 0, 0), b);
  expect(results.map((value) => value.type)).toEqual(['ref', 'i32', 'ref']);
  expect(results[0]).toHaveProperty('value', b.value);
  expect((results[0] as typeof b).value).toBe(b.value);
  expect((results[2] as typeof a).value).toBe(a.value);
});

test('a function of a type that only its module can name is called directly', async () => {
  const { call } = await load(`(module
    (rec (type $f (func (param (ref null $s)) (result i32))) (type $s (struct)))
    (func (export "f") (type $f) (ref.is_null (local.get 0))))`);
  expect(call('f', { type: 'ref', value: null })).toEqual([number('i32', 1, 0, 0, 0)]);
});

test('of references to exceptions it is known whether they are null', async () => {
  const { call } = await load(`(module
    (tag $t)
    (func (export "none") (result exnref) (ref.null exn))
    (func (export "some") (result exnref)
      (block $caught (result exnref)
        (try_table (catch_all_ref $caught) (throw $t))
        unreachable)))`);
  expect(call('none')).toEqual([{ type: 'ref', value: null }]);
  expect(call('some')).toEqual([{ type: 'ref', value: expect.anything() }]);
});

test('globals are read with all their bits', async () => {
  const { get } = await load(`(module
    (global (export "f") f32 (f32.const nan:0x200001))
    (global (export "v") (mut v128) (v128.const i8x16 0 17 34 51 68 85 102 119 136 153 170 187 204 221 238 255))
    (global (export "r") externref (ref.null extern)))`);
  expect(get('f')).toEqual(SIGNALING);
  expect(get('v')).toEqual(VECTOR);
  expect(get('r')).toEqual({ type: 'ref', value: null });
});
