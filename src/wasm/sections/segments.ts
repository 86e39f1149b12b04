/** Entries of the element and data sections (core spec 3.0, sections 5.5.12 and 5.5.14). */

import type { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import type { DataSegment, ElementSegment, Range } from '../structure.ts';
import { readRefType } from '../type-codec.ts';
import { FUNCREF, type RefType, refType } from '../types.ts';
import type { ConstExprReader } from './const-expr.ts';

// Bits of an element segment's flags.
const NOT_ACTIVE = 1;
/** Active: a table index is given. Otherwise: declarative. */
const EXPLICIT = 2;
const EXPRESSIONS = 4;

export function readElementSegment(
  input: ByteReader,
  expressions: ConstExprReader,
): ElementSegment {
  const start = input.offset;
  const flags = input.u32();
  if (flags > 7) throw new WasmError(`malformed elements segment kind ${flags}`, start);
  const active = (flags & NOT_ACTIVE) === 0;
  const table = active && flags & EXPLICIT ? input.u32() : 0;
  const offset = active ? expressions.skip() : undefined;
  // Only the two oldest forms leave the type out.
  const typed = (flags & (NOT_ACTIVE | EXPLICIT)) !== 0;
  let type: RefType;
  let items: ElementSegment['items'];
  if (flags & EXPRESSIONS) {
    type = typed ? readRefType(input) : FUNCREF;
    const ranges: Range[] = [];
    for (let rest = input.count('elements'); rest > 0; rest--) ranges.push(expressions.skip());
    items = { expressions: ranges };
  } else {
    if (typed) readElementKind(input);
    // Function indices cannot be null.
    type = refType(false, 'func');
    const functions: number[] = [];
    for (let rest = input.count('elements'); rest > 0; rest--) functions.push(input.u32());
    items = { functions };
  }
  const mode = active ? 'active' : flags & EXPLICIT ? 'declarative' : 'passive';
  const range = { start, end: input.offset };
  return { range, mode, table, ...(offset && { offset }), type, items };
}

function readElementKind(input: ByteReader): void {
  const at = input.offset;
  if (input.u8() !== 0) throw new WasmError('malformed element kind', at);
}

export function readDataSegment(input: ByteReader, expressions: ConstExprReader): DataSegment {
  const start = input.offset;
  const flags = input.u32();
  if (flags > 2) throw new WasmError(`malformed data segment kind ${flags}`, start);
  const memory = flags === 2 ? input.u32() : 0;
  const offset = flags === 1 ? undefined : expressions.skip();
  const size = input.u32();
  const init = { start: input.offset, end: input.offset + size };
  input.skip(size);
  const range = { start, end: input.offset };
  return { range, mode: offset ? 'active' : 'passive', memory, ...(offset && { offset }), init };
}
