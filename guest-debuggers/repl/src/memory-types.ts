/** The types that memory is read and written as: values to bytes and back, little-endian. */

import { f32Text, f64Text } from '../../../src/wasm/text.ts';
import { CommandError } from './errors.ts';
import { type Scalar, toInteger } from './expression.ts';

export interface MemoryType {
  readonly bytes: number;
  /** The value at the beginning of the view, as text. */
  readonly read: (view: DataView) => string;
  readonly write: (view: DataView, value: Scalar) => void;
}

function integer(bits: 8 | 16 | 32 | 64, signed: boolean): MemoryType {
  const wrap = signed ? BigInt.asIntN : BigInt.asUintN;
  return {
    bytes: bits / 8,
    read(view) {
      let value = 0n;
      for (let i = bits / 8 - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(i));
      return String(wrap(bits, value));
    },
    write(view, value) {
      const whole = toInteger(value);
      if (BigInt.asIntN(bits, whole) !== whole && BigInt.asUintN(bits, whole) !== whole) {
        throw new CommandError(`${whole} does not fit into ${bits} bits`);
      }
      for (let i = 0; i < bits / 8; i++) view.setUint8(i, Number((whole >> BigInt(8 * i)) & 0xffn));
    },
  };
}

/** By name: those of expressions. */
export const memoryTypes: Readonly<Record<string, MemoryType>> = {
  u8: integer(8, false),
  i8: integer(8, true),
  u16: integer(16, false),
  i16: integer(16, true),
  u32: integer(32, false),
  i32: integer(32, true),
  u64: integer(64, false),
  i64: integer(64, true),
  f32: {
    bytes: 4,
    read: (view) => f32Text(view.getFloat32(0, true)),
    write: (view, value) => view.setFloat32(0, Number(value), true),
  },
  f64: {
    bytes: 8,
    read: (view) => f64Text(view.getFloat64(0, true)),
    write: (view, value) => view.setFloat64(0, Number(value), true),
  },
};

/** @throws CommandError */
export function memoryType(name: string): MemoryType {
  const type = Object.hasOwn(memoryTypes, name) ? memoryTypes[name] : undefined;
  if (type !== undefined) return type;
  throw new CommandError(`no type "${name}"; there are ${Object.keys(memoryTypes).join(', ')}`);
}

/** Those values one behind the other. */
export function bytesOf(type: MemoryType, values: readonly Scalar[]): Uint8Array {
  const bytes = new Uint8Array(type.bytes * values.length);
  values.forEach((value, i) => {
    type.write(new DataView(bytes.buffer, i * type.bytes, type.bytes), value);
  });
  return bytes;
}
