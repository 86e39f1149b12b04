/** Values of random programs as JavaScript has them: what to give, and how to tell of them. */
import type { ValType } from '../../../src/wasm/types.ts';
import type { Callable } from '../oracle/scenario.ts';
import type { Random } from '../random.ts';

/** Always the same value of a type; null where JavaScript can make none. */
export function initial(type: ValType): unknown {
  switch (type.kind) {
    case 'i32':
    case 'f32':
    case 'f64':
      return 7;
    case 'i64':
      return 7n;
    case 'v128':
      return undefined;
    case 'ref':
      return type.heap === 'extern' ? 'of the host' : null;
  }
}

const INTEGERS = [0, 1, -1, 2, 42, 0x7fff_ffff, -0x8000_0000, 65_536];
const FLOATS = [0, -0, 1.5, -1, Infinity, 1e-40, 4_294_967_296, 1e300];

/** Any value of a type; one that does not fit where JavaScript can make none, which is refused. */
export function argument(type: ValType, random: Random, functions: readonly Callable[]): unknown {
  const pick = <T>(values: readonly T[]): T => values[random.below(values.length)]!;
  switch (type.kind) {
    case 'i32':
      return pick(INTEGERS);
    case 'i64':
      return BigInt(pick(INTEGERS)) * 0x1_0001n;
    case 'f32':
    case 'f64':
      return pick(FLOATS);
    case 'v128':
      return undefined;
    case 'ref':
      if (type.nullable && random.below(3) === 0) return null;
      switch (type.heap) {
        case 'extern':
          return pick(['text', 5, undefined]);
        case 'func':
          return pick(functions);
        case 'any':
        case 'eq':
        case 'i31':
          return pick([3, -9]);
        default:
          return null;
      }
  }
}

/** All that the language lets one tell of a value, but no identity of its own. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  if (Object.is(value, -0)) return '-0';
  switch (typeof value) {
    case 'function':
      return `function ${value.name} of ${value.length}`;
    case 'object':
      // Structs and arrays have no properties.
      return value === null ? 'null' : `object ${Object.isExtensible(value)}`;
    case 'bigint':
      return `${value}n`;
    default:
      return String(value);
  }
}

export function textOfError(error: unknown): string {
  if (error instanceof WebAssembly.Exception) return 'exception';
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `thrown ${textOf(error)}`;
}

/** FNV-1a, four bytes at a time: a memory has whole pages. */
export function hash(buffer: ArrayBuffer): number {
  let result = 0x811c9dc5;
  for (const word of new Uint32Array(buffer)) result = Math.imul(result ^ word, 0x01000193);
  return result >>> 0;
}
