/**
 * Words of the command line to WebAssembly values and back, for `--invoke`. Integers are read
 * signed or unsigned and shown signed; floats are shown with the fewest digits that read back as
 * the same value of their width.
 */
import { UsageError } from './errors.ts';

/** What JavaScript can pass to and get from a function without losing it. */
export type NumberType = 'i32' | 'i64' | 'f32' | 'f64';

export function isNumberType(type: string): type is NumberType {
  return type === 'i32' || type === 'i64' || type === 'f32' || type === 'f64';
}

const INTEGER = /^([+-]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)$/;

/**
 * @returns a number, or a bigint for i64
 * @throws UsageError with the reason, ending in the word
 */
export function parseValue(type: NumberType, word: string): number | bigint {
  return type === 'i32' || type === 'i64' ? parseInteger(type, word) : parseFloatWord(type, word);
}

function parseInteger(type: 'i32' | 'i64', word: string): number | bigint {
  const match = INTEGER.exec(word);
  if (match === null) throw new UsageError(`not an ${type}: "${word}"`);
  const magnitude = BigInt(match[2]!);
  const value = match[1] === '-' ? -magnitude : magnitude;
  const bits = type === 'i32' ? 32n : 64n;
  if (value < -(1n << (bits - 1n)) || value >= 1n << bits) {
    throw new UsageError(`out of the range of ${type}: "${word}"`);
  }
  return type === 'i32' ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);
}

const FLOAT = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;

function parseFloatWord(type: 'f32' | 'f64', word: string): number {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(word);
  if (special !== null) {
    const magnitude = special[2]!.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
    return special[1] === '-' ? -magnitude : magnitude;
  }
  if (!FLOAT.test(word) && !INTEGER.test(word)) throw new UsageError(`not an ${type}: "${word}"`);
  if (FLOAT.test(word)) return Number(word);
  // Number() does not take a sign before 0x.
  return word.startsWith('-') ? -Number(word.slice(1)) : Number(word.replace('+', ''));
}

/** @param type the value type's name; types that are not numbers are shown as far as possible */
export function formatValue(type: string, value: unknown): string {
  switch (type) {
    case 'i32':
    case 'i64':
      return String(value);
    case 'f32':
      return formatFloat(value as number, shortestF32);
    case 'f64':
      return formatFloat(value as number, String);
  }
  if (value === null) return 'null';
  return typeof value === 'function' ? `function ${value.name}` : `[${type}]`;
}

function formatFloat(value: number, digits: (value: number) => string): string {
  if (Number.isNaN(value)) return 'nan';
  if (Object.is(value, -0)) return '-0';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  return digits(value);
}

/** 9 significant digits always tell two f32 apart. */
function shortestF32(value: number): string {
  for (let precision = 1; precision < 9; precision++) {
    const candidate = Number(value.toPrecision(precision));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}
