/** Values as text. */

import { f32Text, f64Text } from '../../../src/wasm/text.ts';
import type { Value, Values } from './value.ts';

export function valuesText(values: Values): string {
  if ('error' in values) return `(${values.error})`;
  return `[${values.map(valueText).join(' ')}]`;
}

export function valueText(value: Value): string {
  if (value.type === 'exnref') {
    return `exnref:${value.values === undefined ? 'null' : valuesText(value.values)}`;
  }
  return `${value.type}:${literal(value)}`;
}

/** A value without its type, in the notation of both formats. */
export function literal(value: Exclude<Value, { type: 'exnref' }>): string {
  switch (value.type) {
    case 'i32':
      return String(value.value | 0);
    case 'i64':
      return String(BigInt.asIntN(64, value.value));
    case 'f32':
      return f32Text(value.value);
    case 'f64':
      return f64Text(value.value);
    case 'v128':
      return [...value.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    case 'funcref':
      return value.signature ?? 'null';
  }
}
