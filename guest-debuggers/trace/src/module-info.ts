/**
 * What a tracer needs to know of a core module: where its functions' instructions begin and what
 * they are called. A reader of its own, because the component carries nothing of its host and the
 * world gives only a module's bytes. Everything else in the module is passed over.
 */

import { ByteReader, MalformedModule } from './byte-reader.ts';

const sectionId = { custom: 0, import: 2, export: 7, code: 10 } as const;
const functionNames = 1;

export interface ModuleInfo {
  /** Functions in the index space before the module's own. */
  readonly importedFunctions: number;
  /** Byte offset in the module of each own function's body (its locals declarations). */
  readonly bodies: readonly number[];
  /** Function index to name, from the name section. */
  readonly names: ReadonlyMap<number, string>;
  /** Function index to the names that it is exported under. */
  readonly exports: ReadonlyMap<number, readonly string[]>;
}

/**
 * Reads a module's outline. A malformed name section leaves the names read so far: custom sections
 * never make a module invalid (appendix "Custom Sections" of the core specification).
 * @throws MalformedModule when `bytes` is no core module
 */
export function readModule(bytes: Uint8Array): ModuleInfo {
  const reader = new ByteReader(bytes);
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  for (const expected of header) {
    if (reader.byte() !== expected) throw new MalformedModule('not a core module', 0);
  }
  let importedFunctions = 0;
  let bodies: number[] = [];
  const names = new Map<number, string>();
  const exports = new Map<number, string[]>();
  while (!reader.atEnd) {
    const id = reader.byte();
    const section = reader.part(reader.u32());
    if (id === sectionId.import) importedFunctions = countImportedFunctions(section);
    else if (id === sectionId.export) readExports(section, exports);
    else if (id === sectionId.code) bodies = readBodies(section);
    else if (id === sectionId.custom) readCustom(section, names);
  }
  return { importedFunctions, bodies, names, exports };
}

/**
 * Byte offset in the module of a function's first instruction, or undefined if the function is
 * imported or does not exist.
 */
export function firstInstruction(
  bytes: Uint8Array,
  info: ModuleInfo,
  functionIndex: number,
): number | undefined {
  const body = info.bodies[functionIndex - info.importedFunctions];
  if (body === undefined) return undefined;
  const reader = new ByteReader(bytes, body);
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    skipValueType(reader);
  }
  return reader.offset;
}

/** The name to show for a function: its name, else an export's, else its index. */
export function functionName(info: ModuleInfo | undefined, functionIndex: number): string {
  return (
    info?.names.get(functionIndex) ??
    info?.exports.get(functionIndex)?.[0] ??
    `func[${functionIndex}]`
  );
}

function countImportedFunctions(section: ByteReader): number {
  let functions = 0;
  for (let count = section.u32(); count > 0; count--) {
    section.name();
    section.name();
    const start = section.offset;
    const kind = section.byte();
    if (kind === 0) {
      section.skipNumber();
      functions++;
    } else if (kind === 1) {
      skipValueType(section);
      skipLimits(section);
    } else if (kind === 2) skipLimits(section);
    else if (kind === 3) {
      skipValueType(section);
      section.byte();
    } else if (kind === 4) {
      section.byte();
      section.skipNumber();
    } else throw new MalformedModule(`unknown kind of import 0x${kind.toString(16)}`, start);
  }
  return functions;
}

/** A value type is one byte, except the references with an explicit heap type. */
function skipValueType(reader: ByteReader): void {
  const type = reader.byte();
  if (type === 0x63 || type === 0x64) reader.skipNumber();
}

function skipLimits(reader: ByteReader): void {
  const flags = reader.byte();
  reader.skipNumber();
  if ((flags & 0x01) !== 0) reader.skipNumber();
  // Custom page sizes add their logarithm.
  if ((flags & 0x08) !== 0) reader.skipNumber();
}

function readExports(section: ByteReader, exports: Map<number, string[]>): void {
  for (let count = section.u32(); count > 0; count--) {
    const name = section.name();
    const kind = section.byte();
    const index = section.u32();
    if (kind !== 0) continue;
    const names = exports.get(index);
    if (names === undefined) exports.set(index, [name]);
    else names.push(name);
  }
}

function readBodies(section: ByteReader): number[] {
  const bodies: number[] = [];
  for (let count = section.u32(); count > 0; count--) {
    bodies.push(section.part(section.u32()).offset);
  }
  return bodies;
}

function readCustom(section: ByteReader, names: Map<number, string>): void {
  try {
    if (section.name() !== 'name') return;
    while (!section.atEnd) {
      const id = section.byte();
      const part = section.part(section.u32());
      if (id !== functionNames) continue;
      for (let count = part.u32(); count > 0; count--) names.set(part.u32(), part.name());
    }
  } catch (error) {
    if (!(error instanceof MalformedModule)) throw error;
  }
}
