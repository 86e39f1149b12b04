/**
 * Instructions for the generator straight from the opcode table: all that have operands and results of
 * fixed types, and all that access memory.
 */
import { allOpcodes, type Opcode } from '../../../src/wasm/opcodes.ts';
import type { ValType } from '../../../src/wasm/types.ts';
import type { Random } from '../random.ts';
import type { NumberType } from './expressions.ts';

export interface TableOperation {
  readonly name: string;
  /** Without the address of a memory access. */
  readonly operands: readonly NumberType[];
  readonly results: readonly NumberType[];
  readonly access: boolean;
  /** Accesses need their exact alignment: atomics. */
  readonly bytes: number;
  readonly immediate: Opcode['immediate'];
  /** How many lanes there are to choose from. */
  readonly lanes: number;
  /** Lanes in which a NaN may come out whose bits are open: none, or of 32 or 64 bits, or a scalar. */
  readonly nans: 'none' | 'scalar' | 'f32x4' | 'f64x2';
}

const FREE: ReadonlySet<Opcode['immediate']> = new Set(['none', 'lane', 'shuffle']);
const ACCESSES: ReadonlySet<Opcode['immediate']> = new Set(['memarg', 'memarg-lane']);
/** Written by hand: they may wait for ever, or always trap. */
const LEFT_OUT =
  /^(unreachable|nop|return|.*throw.*|ref\..*|memory\.atomic.*|any\..*|extern\..*|drop|end|else)$/;

const ARITHMETIC =
  /\.(add|sub|mul|div|min|max|sqrt|ceil|floor|trunc|nearest|demote|promote|relaxed_(n?madd|min|max))/;

function nansOf(name: string): TableOperation['nans'] {
  if (!ARITHMETIC.test(name)) return 'none';
  if (/^f(32|64)\./.test(name)) return 'scalar';
  if (name.startsWith('f32x4')) return 'f32x4';
  return name.startsWith('f64x2') ? 'f64x2' : 'none';
}

function lanesOf({ name, immediate, accessBytes }: Opcode): number {
  if (immediate === 'memarg-lane') return 16 / accessBytes!;
  return Number(/^[if]\d+x(\d+)/.exec(name)?.[1] ?? 0);
}

const numbers = (types: readonly ValType[]): NumberType[] =>
  types.map(({ kind }) => kind as NumberType);

function tableOperation(op: Opcode): TableOperation | undefined {
  const { name, immediate, accessBytes, results } = op;
  const access = ACCESSES.has(immediate);
  const operands = access ? op.operands : op.params;
  if (operands === undefined || results === undefined || LEFT_OUT.test(name)) return undefined;
  if (!access && (!FREE.has(immediate) || operands.length === 0)) return undefined;
  return {
    name,
    operands: numbers(operands),
    results: numbers(results),
    access,
    bytes: name.includes('atomic') ? accessBytes! : 1,
    immediate,
    lanes: lanesOf(op),
    nans: nansOf(name),
  };
}

const ALL = allOpcodes().flatMap((op) => tableOperation(op) ?? []);

const giving = (type: NumberType): readonly TableOperation[] =>
  ALL.filter(({ results }) => results.length === 1 && results[0] === type);

/** By the type of the one result. */
export const TABLE_OPERATIONS: Readonly<Record<NumberType, readonly TableOperation[]>> = {
  i32: giving('i32'),
  i64: giving('i64'),
  f32: giving('f32'),
  f64: giving('f64'),
  v128: giving('v128'),
};

/** What leaves nothing: stores. */
export const TABLE_STATEMENTS = ALL.filter(({ results, access }) => access && results.length === 0);

export function immediateText(
  { immediate, lanes, bytes }: TableOperation,
  memory: string,
  random: Random,
): string {
  const offset = bytes === 1 ? random.below(20) : bytes * random.below(3);
  const access = `${memory} offset=${offset} align=${bytes}`;
  switch (immediate) {
    case 'lane':
      return `${random.below(lanes)}`;
    case 'memarg':
      return access;
    case 'memarg-lane':
      return `${access} ${random.below(lanes)}`;
    case 'shuffle':
      return Array.from({ length: 16 }, () => random.below(32)).join(' ');
    default:
      return '';
  }
}
