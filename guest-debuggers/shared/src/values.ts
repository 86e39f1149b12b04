/** Values of the debuggee, read into plain data. Every handle made on the way is dropped. */

import type {
  Debuggee,
  Error as ErrorCode,
  WasmException,
  WasmFunc,
  WasmType,
  WasmValue,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Value, Values } from './value.ts';

/**
 * What `read` gives, or the world's error code if the debuggee answers with one. Anything else that
 * is thrown goes through.
 */
export function orError<T>(read: () => T): T | { readonly error: ErrorCode } {
  try {
    return read();
  } catch (error) {
    // componentize-js throws the error case of a result as an object with a payload.
    const payload = (error as { payload?: unknown }).payload;
    if (typeof payload !== 'string') throw error;
    return { error: payload as ErrorCode };
  }
}

export function readValues(d: Debuggee, read: () => WasmValue[]): Values {
  return orError(() =>
    read().map((handle) => {
      using value = handle;
      return readValue(d, value);
    }),
  );
}

/** What an exception carries. */
export function exceptionValues(d: Debuggee, exception: WasmException): Values {
  return readValues(d, () => exception.getValues(d));
}

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64';

/** One value of a type that is known; the handle stays the caller's. */
export function readNumber(value: WasmValue, type: NumberType): Value {
  switch (type) {
    case 'i32':
      return { type, value: value.unwrapI32() };
    case 'i64':
      return { type, value: value.unwrapI64() };
    case 'f32':
      return { type, value: value.unwrapF32() };
    case 'f64':
      return { type, value: value.unwrapF64() };
  }
}

/** One value; the handle stays the caller's. */
export function readValue(d: Debuggee, value: WasmValue): Value {
  const { tag } = value.getType();
  switch (tag) {
    case 'wasm-i32':
      return readNumber(value, 'i32');
    case 'wasm-i64':
      return readNumber(value, 'i64');
    case 'wasm-f32':
      return readNumber(value, 'f32');
    case 'wasm-f64':
      return readNumber(value, 'f64');
    case 'wasm-v128':
      return { type: 'v128', bytes: value.unwrapV128() };
    case 'wasm-funcref': {
      using func = value.unwrapFunc();
      return { type: 'funcref', signature: func && signature(d, func) };
    }
    case 'wasm-exnref': {
      using exception = value.unwrapException();
      return { type: 'exnref', values: exception && exceptionValues(d, exception) };
    }
  }
}

/** A function's type in the form `(i32 i64)->(f32)`; `(?)` for a list the world cannot express. */
function signature(d: Debuggee, func: WasmFunc): string {
  const list = (read: () => WasmType[]): string => {
    const types = orError(read);
    if ('error' in types) return '(?)';
    return `(${types.map(({ tag }) => tag.replace('wasm-', '')).join(' ')})`;
  };
  return `${list(() => func.params(d))}->${list(() => func.results(d))}`;
}
