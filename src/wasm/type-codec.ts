/**
 * Bytes of types (core spec 3.0, section 5.3): reading and writing side by side. Type codes are
 * one-byte negative LEBs; a padded one is malformed, as in the spec's grammar.
 */

import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { WasmError } from './error.ts';
import {
  type AbstractHeap,
  F32,
  F64,
  type FieldType,
  type GlobalType,
  type HeapType,
  I32,
  I64,
  type Limits,
  type MemoryType,
  type RefType,
  refType,
  type TableType,
  V128,
  type ValType,
} from './types.ts';

const heapCodes: Readonly<Record<AbstractHeap, number>> = {
  noexn: 0x74,
  nofunc: 0x73,
  noextern: 0x72,
  none: 0x71,
  func: 0x70,
  extern: 0x6f,
  any: 0x6e,
  eq: 0x6d,
  i31: 0x6c,
  struct: 0x6b,
  array: 0x6a,
  exn: 0x69,
};
const REF_NULL = 0x63;
const REF = 0x64;

const numCodes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
const I8 = 0x78;
const I16 = 0x77;

/** By type code: number types and shorthands of nullable references. */
const valTypes: (ValType | undefined)[] = new Array(0x80).fill(undefined);
const heapTypes: (AbstractHeap | undefined)[] = new Array(0x80).fill(undefined);
for (const type of [I32, I64, F32, F64, V128]) valTypes[numCodes[type.kind]] = type;
for (const [heap, code] of Object.entries(heapCodes) as [AbstractHeap, number][]) {
  valTypes[code] = refType(true, heap);
  heapTypes[code] = heap;
}

export function readHeapType(input: ByteReader): HeapType {
  const at = input.offset;
  const value = input.s33();
  if (value >= 0) return value;
  const heap = input.offset - at === 1 ? heapTypes[value & 0x7f] : undefined;
  if (heap === undefined) throw new WasmError('malformed heap type', at);
  return heap;
}

export function writeHeapType(out: ByteWriter, heap: HeapType): void {
  if (typeof heap === 'number') out.s33(heap);
  else out.u8(heapCodes[heap]);
}

export function readValType(input: ByteReader): ValType {
  const at = input.offset;
  const code = input.u8();
  if (code === REF_NULL) return refType(true, readHeapType(input));
  if (code === REF) return refType(false, readHeapType(input));
  const type = valTypes[code];
  if (type === undefined) throw new WasmError(`malformed value type 0x${code.toString(16)}`, at);
  return type;
}

export function writeValType(out: ByteWriter, type: ValType): void {
  if (type.kind !== 'ref') {
    out.u8(numCodes[type.kind]);
  } else if (type.nullable && typeof type.heap !== 'number') {
    out.u8(heapCodes[type.heap]);
  } else {
    out.u8(type.nullable ? REF_NULL : REF);
    writeHeapType(out, type.heap);
  }
}

export function readRefType(input: ByteReader): RefType {
  const at = input.offset;
  const type = readValType(input);
  if (type.kind !== 'ref') throw new WasmError(`malformed reference type ${type.kind}`, at);
  return type;
}

/** A vector of value types: the parameters, the results, or the types of a `select`. */
export function readResultType(input: ByteReader): ValType[] {
  const types: ValType[] = [];
  for (let rest = input.count('types'); rest > 0; rest--) types.push(readValType(input));
  return types;
}

export function writeResultType(out: ByteWriter, types: readonly ValType[]): void {
  out.u32(types.length);
  for (const type of types) writeValType(out, type);
}

function readMutability(input: ByteReader): boolean {
  const at = input.offset;
  const flag = input.u8();
  if (flag > 1) throw new WasmError(`malformed mutability ${flag}`, at);
  return flag === 1;
}

export function readFieldType(input: ByteReader): FieldType {
  const code = input.offset < input.end ? input.source[input.offset] : undefined;
  let storage: FieldType['storage'];
  if (code === I8 || code === I16) {
    input.u8();
    storage = code === I8 ? 'i8' : 'i16';
  } else {
    storage = readValType(input);
  }
  return { storage, mutable: readMutability(input) };
}

export function writeFieldType(out: ByteWriter, field: FieldType): void {
  if (field.storage === 'i8') out.u8(I8);
  else if (field.storage === 'i16') out.u8(I16);
  else writeValType(out, field.storage);
  out.u8(field.mutable ? 1 : 0);
}

// Flag bits of limits. The last is the custom page sizes proposal.
const HAS_MAX = 1;
const SHARED = 2;
const ADDRESS_64 = 4;
const PAGE_SIZE = 8;

function readLimits(input: ByteReader, allowed: number): Limits {
  const at = input.offset;
  const flags = input.u8();
  if ((flags & ~allowed) !== 0) {
    throw new WasmError(`malformed limits flags 0x${flags.toString(16)}`, at);
  }
  const address = flags & ADDRESS_64 ? 'i64' : 'i32';
  const bound = () => (address === 'i64' ? input.u64() : BigInt(input.u32()));
  const min = bound();
  const max = flags & HAS_MAX ? bound() : undefined;
  let pageSizeLog2 = 16;
  if (flags & PAGE_SIZE) {
    const sizeAt = input.offset;
    pageSizeLog2 = input.u32();
    if (pageSizeLog2 > 16) throw new WasmError('malformed page size', sizeAt);
  }
  return { min, max, shared: (flags & SHARED) !== 0, address, pageSizeLog2 };
}

function writeLimits(out: ByteWriter, limits: Limits): void {
  out.u8(
    (limits.max === undefined ? 0 : HAS_MAX) |
      (limits.shared ? SHARED : 0) |
      (limits.address === 'i64' ? ADDRESS_64 : 0) |
      (limits.pageSizeLog2 === 16 ? 0 : PAGE_SIZE),
  );
  out.u64(limits.min);
  if (limits.max !== undefined) out.u64(limits.max);
  if (limits.pageSizeLog2 !== 16) out.u32(limits.pageSizeLog2);
}

export function readMemoryType(input: ByteReader): MemoryType {
  return { limits: readLimits(input, HAS_MAX | SHARED | ADDRESS_64 | PAGE_SIZE) };
}

export function writeMemoryType(out: ByteWriter, type: MemoryType): void {
  writeLimits(out, type.limits);
}

export function readTableType(input: ByteReader): TableType {
  const element = readRefType(input);
  return { element, limits: readLimits(input, HAS_MAX | ADDRESS_64) };
}

export function writeTableType(out: ByteWriter, type: TableType): void {
  writeValType(out, type.element);
  writeLimits(out, type.limits);
}

export function readGlobalType(input: ByteReader): GlobalType {
  const value = readValType(input);
  return { value, mutable: readMutability(input) };
}

export function writeGlobalType(out: ByteWriter, type: GlobalType): void {
  writeValType(out, type.value);
  out.u8(type.mutable ? 1 : 0);
}
