/**
 * What the stub has to know of a module's bytes: where its code is, what it imports and what it calls
 * itself. Everything else is passed over, however big: this code is interpreted.
 */

import { ByteReader } from '../../../../src/wasm/byte-reader.ts';
import { WasmError } from '../../../../src/wasm/error.ts';
import { readImport } from '../../../../src/wasm/sections/externs.ts';
import { SectionId } from '../../../../src/wasm/structure.ts';

export interface Outline {
  /** From the name section; undefined if it does not say. */
  readonly name: string | undefined;
  /** Function index to the name of the import, for imported functions. */
  readonly importedFunctions: readonly ImportName[];
  /** Offsets in bytes of the code section's content. Both 0 if there is none. */
  readonly code: { readonly start: number; readonly end: number };
}

export interface ImportName {
  readonly module: string;
  readonly name: string;
}

const PREAMBLE_BYTES = 8;
/** Subsection of the name section that has the module's own name. */
const MODULE_NAME = 0;

/** As far as it can be read: the host runs the module, so what is malformed here is not its fault. */
export function readOutline(bytes: Uint8Array): Outline {
  const outline = {
    name: undefined as string | undefined,
    importedFunctions: [] as ImportName[],
    code: { start: 0, end: 0 },
  };
  try {
    const input = new ByteReader(bytes, PREAMBLE_BYTES);
    while (input.offset < bytes.length) {
      const id = input.u8();
      const size = input.u32();
      const start = input.offset;
      input.skip(size);
      const section = new ByteReader(bytes, start, input.offset);
      if (id === SectionId.import) readImports(section, outline.importedFunctions);
      else if (id === SectionId.code) outline.code = { start, end: input.offset };
      else if (id === SectionId.custom) outline.name ??= readModuleName(section);
    }
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
  }
  return outline;
}

function readImports(section: ByteReader, functions: ImportName[]): void {
  for (let left = section.count('imports'); left > 0; left--) {
    const { module, name, desc } = readImport(section);
    if (desc.kind === 'func') functions.push({ module, name });
  }
}

function readModuleName(section: ByteReader): string | undefined {
  // The module's name comes first if it is there at all.
  if (section.name() !== 'name' || section.u8() !== MODULE_NAME) return undefined;
  section.u32();
  return section.name();
}
