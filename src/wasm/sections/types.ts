/** Entries of the type section: recursion groups (core spec 3.0, section 5.3.7 to 5.3.9). */

import type { ByteReader } from '../byte-reader.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { WasmError } from '../error.ts';
import { readFieldType, readResultType, writeFieldType, writeResultType } from '../type-codec.ts';
import type { CompositeType, FieldType, SubType } from '../types.ts';

const REC = 0x4e;
const SUB = 0x50;
const SUB_FINAL = 0x4f;
const FUNC = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;

/** Reads one entry; its types go behind those in `types`. */
export function readRecGroup(input: ByteReader, group: number, types: SubType[]): void {
  if (input.offset < input.end && input.source[input.offset] === REC) {
    input.u8();
    for (let rest = input.count('types'); rest > 0; rest--) types.push(readSubType(input, group));
  } else {
    types.push(readSubType(input, group));
  }
}

function readSubType(input: ByteReader, group: number): SubType {
  const code = input.offset < input.end ? input.source[input.offset] : undefined;
  if (code !== SUB && code !== SUB_FINAL) {
    return { final: true, supertypes: [], composite: readComposite(input), group };
  }
  input.u8();
  const supertypes: number[] = [];
  for (let rest = input.count('supertypes'); rest > 0; rest--) supertypes.push(input.u32());
  return { final: code === SUB_FINAL, supertypes, composite: readComposite(input), group };
}

function readComposite(input: ByteReader): CompositeType {
  const at = input.offset;
  const code = input.u8();
  switch (code) {
    case FUNC:
      return { kind: 'func', params: readResultType(input), results: readResultType(input) };
    case STRUCT: {
      const fields: FieldType[] = [];
      for (let rest = input.count('fields'); rest > 0; rest--) fields.push(readFieldType(input));
      return { kind: 'struct', fields };
    }
    case ARRAY:
      return { kind: 'array', element: readFieldType(input) };
    default:
      throw new WasmError(`malformed type 0x${code.toString(16)}`, at);
  }
}

/**
 * Writes one entry. A group of one type leaves out the `rec`, and a final type without supertypes its
 * `sub final`: both mean the same without.
 */
export function writeRecGroup(out: ByteWriter, types: readonly Omit<SubType, 'group'>[]): void {
  if (types.length !== 1) {
    out.u8(REC);
    out.u32(types.length);
  }
  for (const type of types) {
    if (!type.final || type.supertypes.length > 0) {
      out.u8(type.final ? SUB_FINAL : SUB);
      out.u32(type.supertypes.length);
      for (const supertype of type.supertypes) out.u32(supertype);
    }
    writeComposite(out, type.composite);
  }
}

function writeComposite(out: ByteWriter, type: CompositeType): void {
  switch (type.kind) {
    case 'func':
      out.u8(FUNC);
      writeResultType(out, type.params);
      writeResultType(out, type.results);
      return;
    case 'struct':
      out.u8(STRUCT);
      out.u32(type.fields.length);
      for (const field of type.fields) writeFieldType(out, field);
      return;
    case 'array':
      out.u8(ARRAY);
      writeFieldType(out, type.element);
  }
}
