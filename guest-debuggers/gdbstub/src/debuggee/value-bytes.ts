/** Values as bytes, least significant first, as wide as their types. */

import type { WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';

/** Undefined for references, which have no bytes. The value is not dropped. */
export function valueBytes(value: WasmValue): Uint8Array | undefined {
  const { tag } = value.getType();
  switch (tag) {
    case 'wasm-i32':
      return written(4, (view) => view.setUint32(0, value.unwrapI32(), true));
    case 'wasm-i64':
      return written(8, (view) => view.setBigUint64(0, value.unwrapI64(), true));
    case 'wasm-f32':
      return written(4, (view) => view.setFloat32(0, value.unwrapF32(), true));
    case 'wasm-f64':
      return written(8, (view) => view.setFloat64(0, value.unwrapF64(), true));
    case 'wasm-v128':
      return value.unwrapV128();
    default:
      return undefined;
  }
}

function written(length: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer));
  return bytes;
}

/** For people: `i32 42`. */
export function valueText(value: WasmValue): string {
  const { tag } = value.getType();
  switch (tag) {
    case 'wasm-i32':
      return `i32 ${value.unwrapI32() | 0}`;
    case 'wasm-i64':
      return `i64 ${BigInt.asIntN(64, value.unwrapI64())}`;
    case 'wasm-f32':
      return `f32 ${value.unwrapF32()}`;
    case 'wasm-f64':
      return `f64 ${value.unwrapF64()}`;
    default:
      return tag.replace('wasm-', '');
  }
}
