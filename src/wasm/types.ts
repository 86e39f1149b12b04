/**
 * The types of WebAssembly as values of the program (core spec 3.0, section 2.3).
 *
 * Value types are interned: two value types are equal exactly when they are the same object, so that
 * the instrumenter compares the types of operands with `===`. A concrete heap type is a plain index
 * and says nothing about which module's index space it lives in; that is the holder's business.
 */

/** The abstract heap types, by their text names. */
export type AbstractHeap =
  | 'func'
  | 'extern'
  | 'any'
  | 'eq'
  | 'i31'
  | 'struct'
  | 'array'
  | 'exn'
  | 'none'
  | 'nofunc'
  | 'noextern'
  | 'noexn';

/** A heap type: abstract, or an index in the module's type index space. */
export type HeapType = AbstractHeap | number;

/** A number or vector type. */
export interface NumType {
  readonly kind: 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
}

/** A reference type. */
export interface RefType {
  readonly kind: 'ref';
  readonly nullable: boolean;
  readonly heap: HeapType;
}

/** A value type. Interned: compare with `===`. */
export type ValType = NumType | RefType;

export const I32: NumType = Object.freeze({ kind: 'i32' });
export const I64: NumType = Object.freeze({ kind: 'i64' });
export const F32: NumType = Object.freeze({ kind: 'f32' });
export const F64: NumType = Object.freeze({ kind: 'f64' });
export const V128: NumType = Object.freeze({ kind: 'v128' });

// Maps rather than arrays: an index is untrusted and may be near 2^32.
const nullableTypes = new Map<HeapType, RefType>();
const nonNullTypes = new Map<HeapType, RefType>();

/** The reference type to `heap`; the same object for the same arguments. */
export function refType(nullable: boolean, heap: HeapType): RefType {
  const known = nullable ? nullableTypes : nonNullTypes;
  let type = known.get(heap);
  if (type === undefined) {
    type = Object.freeze({ kind: 'ref', nullable, heap });
    known.set(heap, type);
  }
  return type;
}

export const FUNCREF: RefType = refType(true, 'func');
export const EXTERNREF: RefType = refType(true, 'extern');
export const EXNREF: RefType = refType(true, 'exn');
export const ANYREF: RefType = refType(true, 'any');

/** Shorthands of the text format for nullable references to abstract heap types. */
const shorthand: Readonly<Record<AbstractHeap, string>> = {
  func: 'funcref',
  extern: 'externref',
  any: 'anyref',
  eq: 'eqref',
  i31: 'i31ref',
  struct: 'structref',
  array: 'arrayref',
  exn: 'exnref',
  none: 'nullref',
  nofunc: 'nullfuncref',
  noextern: 'nullexternref',
  noexn: 'nullexnref',
};

/** The type as the text format writes it: `i32`, `funcref`, `(ref null 3)`, `(ref extern)`. */
export function valTypeName(type: ValType): string {
  if (type.kind !== 'ref') return type.kind;
  if (type.nullable && typeof type.heap !== 'number') return shorthand[type.heap];
  return `(ref ${type.nullable ? 'null ' : ''}${type.heap})`;
}

/** A field of a struct, or the element of an array; packed fields hold 8 or 16 bits. */
export interface FieldType {
  readonly storage: ValType | 'i8' | 'i16';
  readonly mutable: boolean;
}

/** The value type that reading a field gives: packed fields are read as i32. */
export function unpacked(field: FieldType): ValType {
  return typeof field.storage === 'string' ? I32 : field.storage;
}

export type CompositeType =
  | {
      readonly kind: 'func';
      readonly params: readonly ValType[];
      readonly results: readonly ValType[];
    }
  | { readonly kind: 'struct'; readonly fields: readonly FieldType[] }
  | { readonly kind: 'array'; readonly element: FieldType };

export type FuncType = Extract<CompositeType, { kind: 'func' }>;
export type StructType = Extract<CompositeType, { kind: 'struct' }>;
export type ArrayType = Extract<CompositeType, { kind: 'array' }>;

/** One entry of the type index space. */
export interface SubType {
  readonly final: boolean;
  /** Indices in the type index space; at most one in valid modules. */
  readonly supertypes: readonly number[];
  readonly composite: CompositeType;
  /** Index of the recursion group: the entry of the type section that defines this type. */
  readonly group: number;
}

/** Bounds of a table (in elements) or a memory (in pages). */
export interface Limits {
  readonly min: bigint;
  readonly max: bigint | undefined;
  readonly shared: boolean;
  /** `i64` for memory64 and table64: the type of addresses and sizes. */
  readonly address: 'i32' | 'i64';
  /** Bytes of a page as a power of two: 16 unless the module says otherwise (custom page sizes). */
  readonly pageSizeLog2: number;
}

export interface TableType {
  readonly element: RefType;
  readonly limits: Limits;
}

export interface MemoryType {
  readonly limits: Limits;
}

export interface GlobalType {
  readonly value: ValType;
  readonly mutable: boolean;
}

export interface TagType {
  /** Index in the type index space of a function type whose parameters are the tag's values. */
  readonly typeIndex: number;
}
