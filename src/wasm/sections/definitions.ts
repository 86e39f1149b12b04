/**
 * Entries of the table, memory, global and tag sections (core spec 3.0, sections 5.5.7 to 5.5.9 and
 * 5.5.17). Their writers are those of `type-codec.ts`: what follows the type is a constant
 * expression, which whoever makes a new entry writes as instructions.
 */

import type { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import type { GlobalEntry, MemoryEntry, TableEntry, TagEntry } from '../structure.ts';
import { readGlobalType, readMemoryType, readTableType } from '../type-codec.ts';
import type { ConstExprReader } from './const-expr.ts';
import { readTagType } from './externs.ts';

/** Says that an initial value follows the table's type. */
const TABLE_WITH_INIT = 0x40;

export function readTable(input: ByteReader, expressions: ConstExprReader): TableEntry {
  const start = input.offset;
  if (start >= input.end || input.source[start] !== TABLE_WITH_INIT) {
    const type = readTableType(input);
    return { type, range: { start, end: input.offset } };
  }
  input.u8();
  if (input.u8() !== 0) throw new WasmError('zero byte expected', input.offset - 1);
  const type = readTableType(input);
  const init = expressions.skip();
  return { type, range: { start, end: input.offset }, init };
}

export function readMemory(input: ByteReader): MemoryEntry {
  const start = input.offset;
  const type = readMemoryType(input);
  return { type, range: { start, end: input.offset } };
}

export function readGlobal(input: ByteReader, expressions: ConstExprReader): GlobalEntry {
  const start = input.offset;
  const type = readGlobalType(input);
  const init = expressions.skip();
  return { type, range: { start, end: input.offset }, init };
}

export function readTag(input: ByteReader): TagEntry {
  const start = input.offset;
  const type = readTagType(input);
  return { type, range: { start, end: input.offset } };
}
