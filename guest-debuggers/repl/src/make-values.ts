/** Values of the debuggee, made from what an expression gives. */

import { WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { type ValType, valTypeName } from '../../../src/wasm/types.ts';
import { CommandError } from './errors.ts';
import { type Scalar, toInteger } from './expression.ts';

/**
 * A value of this type. Integers may be given signed or unsigned.
 * @throws CommandError if it has no such value
 */
export function makeValue(type: ValType, value: Scalar): WasmValue {
  switch (type.kind) {
    case 'i32':
      return WasmValue.makeI32(Number(BigInt.asUintN(32, fitting(value, 32))));
    case 'i64':
      return WasmValue.makeI64(BigInt.asUintN(64, fitting(value, 64)));
    case 'f32':
      return WasmValue.makeF32(Number(value));
    case 'f64':
      return WasmValue.makeF64(Number(value));
    default:
      throw new CommandError(`a ${valTypeName(type)} cannot be written as an expression`);
  }
}

/**
 * The values for these types, in their order.
 * @param what whose values they are: `fib takes`, for a message
 * @throws CommandError if there are too few or too many, or one does not fit
 */
export function makeValues(
  what: string,
  types: readonly ValType[],
  values: readonly Scalar[],
): WasmValue[] {
  if (types.length !== values.length) {
    const list = types.map(valTypeName).join(' ');
    throw new CommandError(
      `${what} ${types.length} value${types.length === 1 ? '' : 's'}${list === '' ? '' : ` (${list})`}, not ${values.length}`,
    );
  }
  return types.map((type, i) => makeValue(type, values[i]!));
}

/** @throws CommandError */
function fitting(value: Scalar, bits: number): bigint {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new CommandError(`${value} is not an integer`);
  }
  const integer = toInteger(value);
  if (BigInt.asIntN(bits, integer) !== integer && BigInt.asUintN(bits, integer) !== integer) {
    throw new CommandError(`${integer} does not fit into ${bits} bits`);
  }
  return integer;
}
