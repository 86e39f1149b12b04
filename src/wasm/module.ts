/**
 * The module decoder (core spec 3.0, section 5.5): bytes in, index spaces with byte ranges out.
 *
 * It checks what it needs to read the bytes, which is the spec's "malformed", and not validity: V8
 * does that, with its own messages. Instructions of function bodies are not read here.
 */

import { ByteReader } from './byte-reader.ts';
import { WasmError } from './error.ts';
import { readBody } from './sections/code.ts';
import { ConstExprReader } from './sections/const-expr.ts';
import { readGlobal, readMemory, readTable, readTag } from './sections/definitions.ts';
import { readExport, readImport } from './sections/externs.ts';
import { readDataSegment, readElementSegment } from './sections/segments.ts';
import { readRecGroup } from './sections/types.ts';
import {
  type DataSegment,
  type ElementSegment,
  type Export,
  type FuncEntry,
  type FunctionBody,
  type GlobalEntry,
  type Import,
  type MemoryEntry,
  type Module,
  type Range,
  type Section,
  SectionId,
  type TableEntry,
  type TagEntry,
} from './structure.ts';
import type { SubType } from './types.ts';

export * from './structure.ts';

/** Positions of the sections by id; ids without one are unknown. */
const order = new Map<number, number>(
  [
    SectionId.type,
    SectionId.import,
    SectionId.function,
    SectionId.table,
    SectionId.memory,
    SectionId.tag,
    SectionId.global,
    SectionId.export,
    SectionId.start,
    SectionId.element,
    SectionId.dataCount,
    SectionId.code,
    SectionId.data,
  ].map((id, position) => [id, position]),
);

/**
 * Decodes a core module.
 *
 * @param bytes - the whole module; kept, not copied
 * @throws WasmError if the module is malformed, or a component
 */
export function decodeModule(bytes: Uint8Array): Module {
  return new Decoder(bytes).decode();
}

class Decoder {
  readonly #input: ByteReader;
  readonly #sections: Section[] = [];
  readonly #types: SubType[] = [];
  readonly #imports: Import[] = [];
  readonly #functions: FuncEntry[] = [];
  readonly #tables: TableEntry[] = [];
  readonly #memories: MemoryEntry[] = [];
  readonly #globals: GlobalEntry[] = [];
  readonly #tags: TagEntry[] = [];
  readonly #exports: Export[] = [];
  #start: number | undefined;
  readonly #elements: ElementSegment[] = [];
  #dataCount: number | undefined;
  readonly #bodies: FunctionBody[] = [];
  readonly #data: DataSegment[] = [];

  constructor(bytes: Uint8Array) {
    this.#input = new ByteReader(bytes);
  }

  decode(): Module {
    const bytes = this.#input.source;
    readPreamble(this.#input);
    let last = -1;
    while (this.#input.offset < bytes.length) last = this.#readSection(last);
    const imported = (kind: string) => this.#imports.filter((i) => i.desc.kind === kind).length;
    const module: Module = {
      bytes,
      sections: this.#sections,
      types: this.#types,
      imports: this.#imports,
      functions: this.#functions,
      importedFunctions: imported('func'),
      tables: this.#tables,
      importedTables: imported('table'),
      memories: this.#memories,
      importedMemories: imported('memory'),
      globals: this.#globals,
      importedGlobals: imported('global'),
      tags: this.#tags,
      importedTags: imported('tag'),
      exports: this.#exports,
      start: this.#start,
      elements: this.#elements,
      dataCount: this.#dataCount,
      bodies: this.#bodies,
      data: this.#data,
    };
    checkCounts(module);
    return module;
  }

  /** Reads one section and returns its position in the order of sections. */
  #readSection(last: number): number {
    const input = this.#input;
    const start = input.offset;
    const id = input.u8();
    const size = input.u32();
    const content = input.offset;
    if (size > input.end - content) {
      throw new WasmError(`unexpected end: section ${id} of ${size} bytes`, start);
    }
    const end = content + size;
    const fileEnd = input.end;
    input.end = end;
    if (id === SectionId.custom) {
      const name = input.name();
      this.#sections.push({ id, start, end, content, name, payload: input.offset });
      input.offset = end;
      input.end = fileEnd;
      return last;
    }
    const position = order.get(id);
    if (position === undefined) throw new WasmError(`malformed section id ${id}`, start);
    if (position <= last) throw new WasmError(`unexpected section ${id}: duplicate or late`, start);
    const entries = this.#readContent(id, input);
    if (input.offset !== end) throw new WasmError('section size mismatch', input.offset);
    const vector = entries && { count: entries.length, entries };
    this.#sections.push({ id, start, end, content, ...vector });
    input.end = fileEnd;
    return position;
  }

  /** Reads a section's content and returns the ranges of its entries, if it is a vector. */
  #readContent(id: number, input: ByteReader): Range[] | undefined {
    if (id === SectionId.start) {
      this.#start = input.u32();
      return undefined;
    }
    if (id === SectionId.dataCount) {
      this.#dataCount = input.u32();
      return undefined;
    }
    const read = this.#entryReader(id, input);
    const entries: Range[] = [];
    const count = input.count('entries');
    for (let i = 0; i < count; i++) {
      const start = input.offset;
      read(i);
      entries.push({ start, end: input.offset });
    }
    return entries;
  }

  #entryReader(id: number, input: ByteReader): (index: number) => void {
    const expressions = new ConstExprReader(input);
    switch (id) {
      case SectionId.type:
        return (group) => readRecGroup(input, group, this.#types);
      case SectionId.import:
        return () => this.#addImport(readImport(input));
      case SectionId.function:
        return () => this.#functions.push({ typeIndex: input.u32() });
      case SectionId.table:
        return () => this.#tables.push(readTable(input, expressions));
      case SectionId.memory:
        return () => this.#memories.push(readMemory(input));
      case SectionId.tag:
        return () => this.#tags.push(readTag(input));
      case SectionId.global:
        return () => this.#globals.push(readGlobal(input, expressions));
      case SectionId.export:
        return () => this.#exports.push(readExport(input));
      case SectionId.element:
        return () => this.#elements.push(readElementSegment(input, expressions));
      case SectionId.code: {
        // Function entries are imports first, so the first body is that of the first entry after them.
        const imported = this.#imports.filter(({ desc }) => desc.kind === 'func').length;
        return (i) => this.#bodies.push(readBody(input, imported + i));
      }
      default:
        return () => this.#data.push(readDataSegment(input, expressions));
    }
  }

  #addImport(entry: Import): void {
    this.#imports.push(entry);
    const { desc } = entry;
    switch (desc.kind) {
      case 'func':
        this.#functions.push({ typeIndex: desc.typeIndex, import: entry });
        return;
      case 'table':
        this.#tables.push({ type: desc.type, import: entry });
        return;
      case 'memory':
        this.#memories.push({ type: desc.type, import: entry });
        return;
      case 'global':
        this.#globals.push({ type: desc.type, import: entry });
        return;
      case 'tag':
        this.#tags.push({ type: desc.type, import: entry });
    }
  }
}

function readPreamble(input: ByteReader): void {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  for (const byte of magic) {
    if (input.u8() !== byte) throw new WasmError('magic header not detected', input.offset - 1);
  }
  const at = input.offset;
  const version = input.bytes(4);
  if (version[2] === 1) throw new WasmError('a component, not a core module', at);
  if (version[0] !== 1 || version[1] !== 0 || version[2] !== 0 || version[3] !== 0) {
    throw new WasmError('unknown binary version', at);
  }
}

/** The counts that two sections have to agree on. */
function checkCounts(module: Module): void {
  const declared = module.functions.length - module.importedFunctions;
  if (declared !== module.bodies.length) {
    throw new WasmError(
      `function and code section have inconsistent lengths: ${declared} and ${module.bodies.length}`,
      offsetOf(module, SectionId.code),
    );
  }
  if (module.dataCount !== undefined && module.dataCount !== module.data.length) {
    throw new WasmError(
      `data count and data section have inconsistent lengths: ${module.dataCount} and ${module.data.length}`,
      offsetOf(module, SectionId.data),
    );
  }
}

/** Offset of a section, or of the end of the module where it is missing. */
function offsetOf(module: Module, id: number): number {
  return module.sections.find((section) => section.id === id)?.start ?? module.bytes.length;
}
