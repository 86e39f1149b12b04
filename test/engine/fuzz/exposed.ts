/** Makes what is private in a module comparable from outside. */
import { ByteWriter } from '../../../src/wasm/byte-writer.ts';
import { ModuleWriter } from '../../../src/wasm/encode.ts';
import { decodeModule, type ExternKind, SectionId } from '../../../src/wasm/module.ts';

/** Codes of the kinds in exports (core spec 3.0, section 5.5.10). */
const KINDS = { table: 1, memory: 2, global: 3 } as const satisfies Partial<
  Record<ExternKind, number>
>;

/** Sections that come behind the exports. */
const LATER: ReadonlySet<number> = new Set([
  SectionId.start,
  SectionId.element,
  SectionId.dataCount,
  SectionId.code,
  SectionId.data,
]);

/** The module with all its memories, tables and globals exported besides, as `witness memory 0`. */
export function exposed(bytes: Uint8Array): Uint8Array {
  const module = decodeModule(bytes);
  const added = [
    ...module.memories.map((_, i) => entry('memory', i)),
    ...module.tables.map((_, i) => entry('table', i)),
    ...module.globals.map((_, i) => entry('global', i)),
  ];
  const writer = new ModuleWriter(bytes.length + 1024);
  const entries = [...module.exports.map(({ range }) => range), ...added];
  let written = false;
  const write = (): void => {
    if (!written) writer.vectorSection(SectionId.export, module, entries);
    written = true;
  };
  for (const section of module.sections) {
    if (LATER.has(section.id)) write();
    if (section.id === SectionId.export) write();
    else writer.copySection(module, section);
  }
  write();
  return writer.finish();
}

function entry(kind: keyof typeof KINDS, index: number): Uint8Array {
  const writer = new ByteWriter();
  writer.name(exposedName(kind, index));
  writer.u8(KINDS[kind]);
  writer.u32(index);
  return writer.take();
}

export function exposedName(kind: keyof typeof KINDS, index: number): string {
  return `witness ${kind} ${index}`;
}
