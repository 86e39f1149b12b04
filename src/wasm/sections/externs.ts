/** Entries of the import and export sections (core spec 3.0, sections 5.5.5 and 5.5.10). */

import type { ByteReader } from '../byte-reader.ts';
import type { ByteWriter } from '../byte-writer.ts';
import { WasmError } from '../error.ts';
import type { Export, ExternKind, Import, ImportDesc } from '../structure.ts';
import {
  readGlobalType,
  readMemoryType,
  readTableType,
  writeGlobalType,
  writeMemoryType,
  writeTableType,
} from '../type-codec.ts';
import type { TagType } from '../types.ts';

/** By the byte that stands for them. */
const kinds: readonly ExternKind[] = ['func', 'table', 'memory', 'global', 'tag'];

function readKind(input: ByteReader): ExternKind {
  const at = input.offset;
  const code = input.u8();
  const kind = kinds[code];
  if (kind === undefined) throw new WasmError(`malformed extern kind ${code}`, at);
  return kind;
}

/** A tag's type: an attribute that must be 0 (exception), then the type index. */
export function readTagType(input: ByteReader): TagType {
  const at = input.offset;
  if (input.u8() !== 0) throw new WasmError('malformed tag attribute', at);
  return { typeIndex: input.u32() };
}

export function writeTagType(out: ByteWriter, type: TagType): void {
  out.u8(0);
  out.u32(type.typeIndex);
}

export function readImport(input: ByteReader): Import {
  const start = input.offset;
  const module = input.name();
  const name = input.name();
  const descStart = input.offset;
  const desc = readDesc(input);
  return { module, name, range: { start, end: input.offset }, desc, descStart };
}

function readDesc(input: ByteReader): ImportDesc {
  const kind = readKind(input);
  switch (kind) {
    case 'func':
      return { kind, typeIndex: input.u32() };
    case 'table':
      return { kind, type: readTableType(input) };
    case 'memory':
      return { kind, type: readMemoryType(input) };
    case 'global':
      return { kind, type: readGlobalType(input) };
    case 'tag':
      return { kind, type: readTagType(input) };
  }
}

export function writeImport(
  out: ByteWriter,
  entry: Pick<Import, 'module' | 'name' | 'desc'>,
): void {
  out.name(entry.module);
  out.name(entry.name);
  const { desc } = entry;
  out.u8(kinds.indexOf(desc.kind));
  switch (desc.kind) {
    case 'func':
      out.u32(desc.typeIndex);
      return;
    case 'table':
      writeTableType(out, desc.type);
      return;
    case 'memory':
      writeMemoryType(out, desc.type);
      return;
    case 'global':
      writeGlobalType(out, desc.type);
      return;
    case 'tag':
      writeTagType(out, desc.type);
  }
}

export function readExport(input: ByteReader): Export {
  const start = input.offset;
  const name = input.name();
  const kind = readKind(input);
  const indexStart = input.offset;
  const index = input.u32();
  return { name, kind, index, range: { start, end: input.offset }, indexStart };
}

export function writeExport(out: ByteWriter, entry: Pick<Export, 'name' | 'kind' | 'index'>): void {
  out.name(entry.name);
  out.u8(kinds.indexOf(entry.kind));
  out.u32(entry.index);
}
