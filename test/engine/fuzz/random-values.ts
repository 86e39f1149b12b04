/** Values for the engine of the types that a function or a tag has. */
import { hierarchyOf } from '../../../src/engine/instrument/references.ts';
import type { HeldValue } from '../../../src/engine/runtime/value-row.ts';
import type { Module } from '../../../src/wasm/module.ts';
import type { NumType, ValType } from '../../../src/wasm/types.ts';
import type { Random } from '../random.ts';

/**
 * What is left of each byte in a number: without the highest bit of a float's exponent there is
 * no NaN, whose bits arithmetic may change as it likes.
 */
const NO_NAN = 0xbf;

/**
 * @param nans - whether floats may be NaNs
 * @returns undefined if there is a type that no value can be made of: a reference that is not nullable
 */
export function randomValues(
  types: readonly ValType[],
  module: Module,
  random: Random,
  nans: 'with-nans' | 'without-nans',
): HeldValue[] | undefined {
  const mask = nans === 'with-nans' ? 0xff : NO_NAN;
  const values: HeldValue[] = [];
  for (const type of types) {
    if (type.kind !== 'ref') values.push(number(type.kind, random, mask));
    else if (!type.nullable) return undefined;
    else values.push({ type: 'ref', hierarchy: hierarchyOf(module, type), object: null });
  }
  return values;
}

const SMALL = 8;

function number(kind: NumType['kind'], random: Random, mask: number): HeldValue {
  const bytes = Uint8Array.from({ length: 16 }, () => random.below(256) & mask);
  const view = new DataView(bytes.buffer);
  // Small integers are addresses, indices and conditions.
  const small = random.below(2) === 0;
  switch (kind) {
    case 'i32':
      return { type: kind, bits: small ? random.below(SMALL) : view.getUint32(0) };
    case 'i64':
      return { type: kind, bits: small ? BigInt(random.below(SMALL)) : view.getBigUint64(0) };
    case 'f32':
      return { type: kind, bits: view.getUint32(0) };
    case 'f64':
      return { type: kind, bits: view.getBigUint64(0) };
    case 'v128':
      return { type: kind, bits: bytes };
  }
}
