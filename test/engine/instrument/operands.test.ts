/** What the walker knows of the operands before each instruction. */
import { expect, test } from 'vitest';
import { lines, operandsOf } from './walks.ts';

test('are constants, equal to a local, follow from locals, or are values of their own', async () => {
  const text = `(module (func (param i32 i64) (result i32)
    i32.const 5 local.get 0 i32.add local.get 0 local.tee 0 i32.sub))`;
  expect(await lines(text, operandsOf)).toEqual([
    'i32.const: ',
    'local.get: i32=const',
    'i32.add: i32=const i32=0',
    'local.get: i32=derived',
    'local.tee: i32=derived i32=0',
    'i32.sub: i32 i32=0',
    'end: i32',
  ]);
});

test('that equal a local keep their value when it is written', async () => {
  const text = `(module (func (param i32 i32)
    local.get 0 local.get 1 local.get 0 i32.const 9 local.set 0 drop drop drop))`;
  const before = (await lines(text, operandsOf)).slice(4, 6);
  expect(before).toEqual(['local.set: i32=0 i32=1 i32=0 i32=const', 'drop: i32 i32=1 i32']);
});

test('follow from locals and constants, by a few instructions, until a local is written', async () => {
  const text = `(module (func (param i32 i32 i64) (local i32)
    local.get 0 local.get 1 i32.add
    local.get 0 i32.const 16 i32.sub local.tee 3 i32.const 8 i32.add
    local.get 2 i64.eqz
    i32.const 5 local.set 1
    i32.const 6 local.set 3
    drop drop drop))`;
  const found = await lines(text, operandsOf);
  expect(found.slice(3)).toEqual([
    'local.get: i32=derived',
    'i32.const: i32=derived i32=0',
    'i32.sub: i32=derived i32=0 i32=const',
    'local.tee: i32=derived i32=derived',
    'i32.const: i32=derived i32=3',
    'i32.add: i32=derived i32=3 i32=const',
    'local.get: i32=derived i32=derived',
    'i64.eqz: i32=derived i32=derived i64=2',
    'i32.const: i32=derived i32=derived i32=derived',
    'local.set: i32=derived i32=derived i32=derived i32=const',
    'i32.const: i32 i32=derived i32=derived',
    'local.set: i32 i32=derived i32=derived i32=const',
    'drop: i32 i32 i32=derived',
    'drop: i32 i32',
    'drop: i32',
    'end: ',
  ]);
});

test.each([
  ['three locals', 'local.get 0 local.get 1 i32.add local.get 2 i32.add'],
  ['a load', 'local.get 0 i32.load'],
  ['what may trap', 'local.get 0 local.get 1 i32.div_u'],
  ['other instructions between', 'local.get 0 nop i32.const 1 i32.add'],
  ['a local that was written between', 'local.get 0 local.get 1 local.tee 0 i32.add'],
  ['what is in a slot', 'call 0 local.get 0 i32.add'],
  ['long constants', 'local.get 0 i32.const 0x7fffffff i32.add i32.const 0x7ffffffe i32.add'],
])('do not follow from %s', async (_, code) => {
  const text = `(module (memory 1) (func (result i32) i32.const 0)
    (func (param i32 i32 i32) (result i32) ${code}))`;
  expect((await lines(text, operandsOf)).at(-1)).toBe('end: i32');
});

test('follow from two locals, however often those are read', async () => {
  const text = `(module (func (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add local.get 0 local.get 1 i32.sub i32.xor))`;
  expect((await lines(text, operandsOf)).at(-1)).toBe('end: i32=derived');
});

test('follow from locals that the constructs above them do not write', async () => {
  const text = `(module (func (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.add
    local.get 0 i32.const 1 i32.add
    i32.const 8 i32.const 9 i32.add
    block i32.const 1 local.set 1 end
    loop nop end
    i32.const 2 local.set 0
    drop i32.add))`;
  const found = await lines(text, operandsOf);
  expect(found.slice(9)).toEqual([
    'block: i32=derived i32=derived i32=derived',
    'i32.const: i32 i32=derived i32=derived',
    'local.set: i32 i32=derived i32=derived i32=const',
    'end: i32 i32=derived i32=derived',
    'loop: i32 i32=derived i32=derived',
    'nop: i32 i32=derived i32=derived',
    'end: i32 i32=derived i32=derived',
    'i32.const: i32 i32=derived i32=derived',
    'local.set: i32 i32=derived i32=derived i32=const',
    'drop: i32 i32 i32=derived',
    'i32.add: i32 i32',
    'end: i32',
  ]);
});

test('are settled when a construct is entered, its parameters taken from the top', async () => {
  const text = `(module (func (param i32) (result i32)
    i32.const 1 local.get 0 local.get 0
    block (param i32) (result i32 i64) local.tee 0 i64.const 2 end
    drop i32.add i32.add))`;
  expect((await lines(text, operandsOf)).slice(3)).toEqual([
    'block: i32=const i32=0 i32=0',
    'local.tee: i32=const i32 i32',
    'i64.const: i32=const i32 i32=0',
    'end: i32=const i32 i32=0 i64=const',
    'drop: i32=const i32 i32 i64',
    'i32.add: i32=const i32 i32',
    'i32.add: i32=const i32',
    'end: i32',
  ]);
});

test('go on to equal a local that the constructs above them do not write', async () => {
  const text = `(module (func (param i32 i32) (result i32)
    local.get 0 local.get 1 local.get 0
    if
      block i32.const 1 local.set 1 end
      local.get 0
      loop nop end
      drop
    end
    i32.const 2 local.set 0
    block end
    i32.add))`;
  expect((await lines(text, operandsOf)).slice(3)).toEqual([
    'if: i32=0 i32=1 i32=0',
    'block: i32=0 i32',
    'i32.const: i32=0 i32',
    'local.set: i32=0 i32 i32=const',
    'end: i32=0 i32',
    'local.get: i32=0 i32',
    'loop: i32=0 i32 i32=0',
    'nop: i32=0 i32 i32=0',
    'end: i32=0 i32 i32=0',
    'drop: i32=0 i32 i32=0',
    'end: i32=0 i32',
    'i32.const: i32=0 i32',
    'local.set: i32=0 i32 i32=const',
    'block: i32 i32',
    'end: i32 i32',
    'i32.add: i32 i32',
    'end: i32',
  ]);
});

test('have the wider type of a label when a branch to it was not taken', async () => {
  const text = `(module (func (param (ref i31) i32) (result anyref)
    local.get 0 local.get 1 br_if 0))`;
  const found = await lines(text, operandsOf);
  expect(found.at(-2)).toBe('br_if: (ref i31)=0 i32=1');
  expect(found.at(-1)).toMatch(/^end: anyref/);
});
