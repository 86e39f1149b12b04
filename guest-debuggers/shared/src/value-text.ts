/** Values and names as text. */

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
      return floatText(value.value, shortestF32);
    case 'f64':
      return floatText(value.value, String);
    case 'v128':
      return [...value.bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    case 'funcref':
      return value.signature ?? 'null';
  }
}

function floatText(value: number, finite: (value: number) => string): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Object.is(value, -0) ? '-0' : finite(value);
}

/** The fewest digits that give the same 32-bit number back; String would give all of the double's. */
function shortestF32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/**
 * Names come from the program: one with a line break must not look like another stop. By code
 * point, because the engine in the component has no Unicode classes in its regular expressions.
 */
export function printable(name: string): string {
  let text = '';
  for (const char of name) {
    const code = char.codePointAt(0) ?? 0;
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    const separator = code === 0x2028 || code === 0x2029;
    text += control || separator ? `\\u{${code.toString(16)}}` : char;
  }
  return text;
}
