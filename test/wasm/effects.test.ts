/**
 * Stack effects where the type of the result depends on immediates or operands. Those with a fixed
 * signature, and all of them over real bodies, are checked in round-trip.test.ts.
 */

import { parse } from '@bytecodealliance/jco';
import { describe, expect, test } from 'vitest';
import { StackEffect, stackEffect } from '../../src/wasm/effects.ts';
import { WasmError } from '../../src/wasm/error.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { decodeModule, type Module } from '../../src/wasm/module.ts';
import {
  ANYREF,
  EXTERNREF,
  FUNCREF,
  I32,
  refType,
  type ValType,
  valTypeName,
} from '../../src/wasm/types.ts';

const context = `
  (type $sig (func (param i32 i64) (result f32 f64)))
  (type $pair (struct (field i8) (field (mut (ref null $pair)))))
  (type $bytes (array (mut i16)))
  (type $any (array (mut anyref)))
  (memory 1) (memory i64 1)
  (table 1 funcref) (table i64 1 externref)
  (global externref (ref.null extern))
  (tag (param i32 f64))
  (func $callee (type $sig) unreachable)
  (elem declare func $callee)
  (data "x") (elem anyref)
  (func (param i32) (local (ref null $pair)) block`;

/** The effect of one instruction, as `pops -> types`, with the given operands (the top first). */
async function effectOf(instruction: string, ...operands: ValType[]): Promise<string> {
  const text = `(module ${context} ${instruction} ${closed(instruction)} end)`;
  const module = decodeModule(await parse(`${text})`));
  const body = module.bodies[1]!;
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  reader.read();
  reader.read();
  const out = effect(module, reader, operands);
  return `${out.pops} -> ${out.pushes.map(valTypeName).join(' ')}`.trim();
}

/** Structured instructions need an end of their own. */
function closed(instruction: string): string {
  return /^(block|loop|if|try_table)/.test(instruction) ? 'end' : '';
}

function effect(module: Module, reader: InstructionReader, operands: ValType[]): StackEffect {
  const out = new StackEffect();
  const locals: ValType[] = [I32, refType(true, 1)];
  const functionContext = { module, localType: (index: number) => locals[index]! };
  stackEffect(reader, functionContext, (depth) => operands[depth]!, out);
  return out;
}

const pair = refType(true, 1);

describe('one instruction', () => {
  const cases: readonly [string, ValType[], string][] = [
    ['local.get 1', [], '0 -> (ref null 1)'],
    ['local.set 1', [], '1 ->'],
    ['local.tee 1', [], '1 -> (ref null 1)'],
    ['global.get 0', [], '0 -> externref'],
    ['drop', [I32], '1 ->'],
    ['select', [I32, I32, I32], '3 -> i32'],
    ['select (result (ref null 1))', [I32, pair, pair], '3 -> (ref null 1)'],
    ['call 0', [], '2 -> f32 f64'],
    ['call_indirect (type 0)', [], '3 -> f32 f64'],
    ['call_ref 0', [], '3 -> f32 f64'],
    ['return_call 0', [], '2 ->'],
    ['return_call_indirect (type 0)', [], '3 ->'],
    ['return_call_ref 0', [], '3 ->'],
    ['throw 0', [], '2 ->'],
    ['throw_ref', [], '1 ->'],
    ['block (result i32) i32.const 0', [], '0 ->'],
    ['if', [], '1 ->'],
    ['br 0', [], '0 ->'],
    ['br_if 0', [], '1 ->'],
    ['br_table 0 0', [], '1 ->'],
    ['br_on_null 0', [pair], '1 -> (ref 1)'],
    ['br_on_non_null 0', [pair], '1 ->'],
    ['br_on_cast 0 anyref (ref 1)', [ANYREF], '1 -> anyref'],
    ['br_on_cast 0 anyref (ref null 1)', [ANYREF], '1 -> (ref any)'],
    ['br_on_cast_fail 0 anyref (ref 1)', [ANYREF], '1 -> (ref 1)'],
    ['memory.size 0', [], '0 -> i32'],
    ['memory.grow 1', [], '1 -> i64'],
    ['memory.copy 0 1', [], '3 ->'],
    ['i32.load8_u 1', [], '1 -> i32'],
    ['i64.store', [], '2 ->'],
    ['table.get 1', [], '1 -> externref'],
    ['table.size 1', [], '0 -> i64'],
    ['table.grow 0', [], '2 -> i32'],
    ['ref.null 1', [], '0 -> (ref null 1)'],
    ['ref.func 0', [], '0 -> (ref 0)'],
    ['ref.as_non_null', [FUNCREF], '1 -> (ref func)'],
    ['ref.test (ref null 1)', [], '1 -> i32'],
    ['ref.cast (ref 1)', [], '1 -> (ref 1)'],
    ['ref.cast (ref null 1)', [], '1 -> (ref null 1)'],
    ['any.convert_extern', [EXTERNREF], '1 -> anyref'],
    ['any.convert_extern', [refType(false, 'extern')], '1 -> (ref any)'],
    ['extern.convert_any', [refType(false, 'i31')], '1 -> (ref extern)'],
    ['ref.i31', [], '1 -> (ref i31)'],
    ['struct.new 1', [], '2 -> (ref 1)'],
    ['struct.new_default 1', [], '0 -> (ref 1)'],
    ['struct.get_s 1 0', [], '1 -> i32'],
    ['struct.get 1 1', [], '1 -> (ref null 1)'],
    ['struct.set 1 1', [], '2 ->'],
    ['array.new 2', [], '2 -> (ref 2)'],
    ['array.new_default 2', [], '1 -> (ref 2)'],
    ['array.new_fixed 2 5', [], '5 -> (ref 2)'],
    ['array.new_data 2 0', [], '2 -> (ref 2)'],
    ['array.get_u 2', [], '2 -> i32'],
    ['array.get 3', [], '2 -> anyref'],
    ['array.set 3', [], '3 ->'],
    ['array.len', [], '1 -> i32'],
    ['array.fill 3', [], '4 ->'],
    ['array.copy 3 3', [], '5 ->'],
    ['array.init_elem 3 1', [], '4 ->'],
  ];
  test.each(cases)('%s', async (instruction, operands, expected) => {
    expect(await effectOf(instruction, ...operands)).toBe(expected);
  });
});

describe('what the module does not have', () => {
  const cases: readonly [string, string][] = [
    ['global.get 9', 'unknown global 9'],
    ['call 99', 'unknown function 99'],
    ['call_ref 1', 'not a function type: struct 1'],
    ['struct.get 2 0', 'type 2 is not a struct'],
    ['struct.get 1 7', 'unknown field 7'],
    ['array.get 1', 'type 1 is not an array'],
    ['table.get 5', 'unknown table 5'],
    ['memory.size 5', 'unknown memory 5'],
  ];
  test.each(cases)('%s', async (instruction, message) => {
    const failed = effectOf(instruction);
    await expect(failed).rejects.toThrow(WasmError);
    await expect(failed).rejects.toThrow(message);
  });
});
