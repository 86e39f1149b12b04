/**
 * The opcode table: every instruction Witness knows, by its number and by its name. The rows live in
 * `opcodes/`, one file per family.
 */

import { atomicOpcodes } from './opcodes/atomics.ts';
import { coreOpcodes } from './opcodes/core.ts';
import { referenceOpcodes } from './opcodes/references.ts';
import { simdOpcodes } from './opcodes/simd.ts';
import { F32, F64, I32, I64, V128, type ValType } from './types.ts';

/** What follows the opcode, by what it means and in the order of the binary format. */
export type ImmediateKind =
  | 'none'
  | 'block'
  | 'label'
  | 'labels'
  | 'func'
  | 'type'
  | 'type-table'
  | 'local'
  | 'global'
  | 'table'
  | 'table-table'
  | 'memory'
  | 'memory-memory'
  | 'data-memory'
  | 'elem-table'
  | 'data'
  | 'elem'
  | 'tag'
  | 'memarg'
  | 'memarg-lane'
  | 'lane'
  | 'shuffle'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'heap'
  | 'select-types'
  | 'try-table'
  | 'type-field'
  | 'type-type'
  | 'type-data'
  | 'type-elem'
  | 'type-u32'
  | 'br-cast'
  | 'fence';

/** The proposal that brought the instruction; `mvp` is version 1.0. */
export type Feature =
  | 'mvp'
  | 'sign-ext'
  | 'sat-trunc'
  | 'bulk'
  | 'reftypes'
  | 'simd'
  | 'relaxed-simd'
  | 'threads'
  | 'tail-call'
  | 'eh'
  | 'legacy-eh'
  | 'func-refs'
  | 'gc';

export interface Opcode {
  /** A single byte as it is; a prefixed opcode as `(prefix << 16) | sub`. */
  readonly id: number;
  /** Text name. Two opcodes share a name where the immediates tell them apart in text (`select`). */
  readonly name: string;
  readonly immediate: ImmediateKind;
  readonly feature: Feature;
  /** Operand types, bottom first; undefined where they depend on immediates or on the operands. */
  readonly params: readonly ValType[] | undefined;
  /** Result types, bottom first; undefined where they depend on immediates or on the operands. */
  readonly results: readonly ValType[] | undefined;
  /**
   * Memory accesses: the operand types above the address. The address itself is i32 or i64 with the
   * memory, which is why `params` is undefined.
   */
  readonly operands?: readonly ValType[];
  /** Memory accesses: their width in bytes. */
  readonly accessBytes?: number;
}

const rows = { ...coreOpcodes, ...referenceOpcodes, ...simdOpcodes, ...atomicOpcodes };
type Rows = typeof rows;

type Camel<S extends string> = S extends `${infer A}.${infer B}`
  ? `${Camel<A>}${Capitalize<Camel<B>>}`
  : S extends `${infer A}_${infer B}`
    ? `${A}${Capitalize<Camel<B>>}`
    : S extends `${infer A} ${infer B}`
      ? `${A}${Capitalize<Camel<B>>}`
      : S;

/**
 * Ids by text name in camel case: `Op.i32Const`, `Op.memoryCopy`, `Op.returnCallIndirect`. The second
 * opcodes of one text name are `selectT`, `refTestNull` and `refCastNull`.
 */
export const Op = Object.fromEntries(
  Object.entries(rows).map(([key, row]) => [camel(key), row[0]]),
) as { readonly [K in keyof Rows & string as Camel<K>]: Rows[K][0] };

function camel(key: string): string {
  return key.replace(/[._ ](.)/g, (_, first: string) => first.toUpperCase());
}

type Row = readonly [
  id: number,
  immediate: ImmediateKind,
  feature: Feature,
  signature?: string | undefined,
  accessBytes?: number | undefined,
];

const typeByName: Readonly<Record<string, ValType>> = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
};

function parseTypes(text: string): readonly ValType[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const type = typeByName[word];
      if (type === undefined) throw new Error(`no type ${word} in the opcode table`);
      return type;
    });
}

function describe(key: string, row: Row): Opcode {
  const [id, immediate, feature, signature, accessBytes] = row;
  // A key names one opcode; what follows a space only tells it from its namesake.
  const name = key.split(' ', 1)[0]!;
  const base = { id, name, immediate, feature };
  if (signature === undefined) return { ...base, params: undefined, results: undefined };
  const [before, after] = signature.split('->') as [string, string];
  const results = parseTypes(after);
  if (accessBytes === undefined) return { ...base, params: parseTypes(before), results };
  const operands = parseTypes(before.replace('addr', ''));
  return { ...base, params: undefined, results, operands, accessBytes };
}

/** Highest id of a plain opcode, plus one. */
const PLAIN = 0x100;
/** Room per prefix: relaxed SIMD ends at 0x113. */
const PER_PREFIX = 0x114;
const FIRST_PREFIX = 0xfb;

// One dense array, so that looking up an opcode is an index computation and no hashing.
const table: (Opcode | undefined)[] = new Array(PLAIN + 4 * PER_PREFIX).fill(undefined);

for (const [key, row] of Object.entries(rows)) {
  const op = describe(key, row);
  table[op.id < PLAIN ? op.id : slot(op.id >>> 16, op.id & 0xffff)] = op;
}

function slot(prefix: number, sub: number): number {
  return PLAIN + (prefix - FIRST_PREFIX) * PER_PREFIX + sub;
}

/** Whether the byte begins an opcode of several bytes. */
export function isPrefix(byte: number): boolean {
  return byte >= FIRST_PREFIX && byte <= 0xfe;
}

/** The opcode of one byte, or undefined if there is none. */
export function plainOpcode(byte: number): Opcode | undefined {
  return table[byte];
}

/** The opcode `sub` under `prefix` (0xfb to 0xfe), or undefined if there is none. */
export function prefixedOpcode(prefix: number, sub: number): Opcode | undefined {
  return sub < PER_PREFIX ? table[slot(prefix, sub)] : undefined;
}

/** The opcode with this id, or undefined if there is none. */
export function opcode(id: number): Opcode | undefined {
  if (id < PLAIN) return table[id];
  const prefix = id >>> 16;
  return isPrefix(prefix) ? prefixedOpcode(prefix, id & 0xffff) : undefined;
}

/** Every opcode, in the order of their ids. */
export function allOpcodes(): readonly Opcode[] {
  return table.filter((op) => op !== undefined);
}
