/** Between the values of the interface to the debuggee and those of the WIT world. */

import type { WasmType } from '../opaque-debugger/opaque-debugger.ts';
import type { WasmType as WitType } from './generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { WasmValue } from './resources/wasm-value.ts';
import type { Owner, Session } from './session.ts';

export function toWitType(type: WasmType): WitType {
  return { tag: `wasm-${type}` } as const;
}

export function fromWitType(type: WitType): WasmType {
  return type.tag.slice('wasm-'.length) as WasmType;
}

const scratch = new DataView(new ArrayBuffer(8));

/*
 * A number can carry every f64 bit pattern through these, but an f32 becomes a number by widening,
 * and that makes a signalling NaN quiet (its payload stays). So a debugger that looks at a
 * signalling f32 NaN sees it quiet; one that hands the wasm-value on keeps every bit.
 */

export function f32FromBits(bits: number): number {
  scratch.setUint32(0, bits);
  return scratch.getFloat32(0);
}

export function f32ToBits(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

export function f64FromBits(bits: bigint): number {
  scratch.setBigUint64(0, bits);
  return scratch.getFloat64(0);
}

export function f64ToBits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}

/**
 * The contents of values that the component has handed over, which ends its ownership: `use` gets
 * them while their references are still held.
 * @throws WebAssembly.RuntimeError for a value of another debuggee
 */
export function consume<T>(
  session: Session,
  method: string,
  values: readonly WasmValue[],
  use: (contents: WasmValue['contents'][]) => T,
): T {
  try {
    for (const value of values) {
      // One that the component made is of no debuggee.
      if (value.session !== undefined) session.requireOwn(method, 'value', value as Owner);
    }
    return use(session.alone(method, () => values.map((value) => value.contents)));
  } finally {
    for (const value of values) value[Symbol.dispose]();
  }
}
