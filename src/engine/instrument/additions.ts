/**
 * The entries of sections that an instrumented module has on top of the original's. They go behind
 * what is there, so that no index changes.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import type { ModuleWriter } from '../../wasm/encode.ts';
import { type Module, SectionId } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import { writeTableType } from '../../wasm/type-codec.ts';
import { FUNCREF, type Limits, type MemoryType } from '../../wasm/types.ts';
import { FIRST_FREE_SLOT, IMPORT_MODULE, INITIAL_PAGES, MAXIMUM_PAGES } from './layout.ts';
import type { EmitTarget } from './target.ts';
import { sectionEntries } from './type-registry.ts';

/** Names of the exports that only the engine sees. */
export interface HiddenExports {
  /** The instance's number: a mutable i32 global, set before any code runs. */
  readonly instance: string;
  /** All functions by function index, imports included, then what `Segments` adds. */
  readonly functions: string;
  /** Where `leave` and the continuations are. */
  readonly continuations: string;
  /** Prefixes, followed by the index in the original's index space. */
  readonly global: string;
  readonly table: string;
  readonly tag: string;
  /** Prefix, followed by a hierarchy: the array of references. */
  readonly references: string;
}

/** Import name of a memory that the original defines. */
export function memoryImportName(index: number): string {
  return `memory:${index}`;
}

export const DEBUG_MEMORY_IMPORT = 'debug-memory';

const UNBOUNDED: Omit<Limits, 'min'> = {
  max: undefined,
  shared: false,
  address: 'i32',
  pageSizeLog2: 16,
};

export const DEBUG_MEMORY_TYPE: MemoryType = {
  limits: {
    min: BigInt(INITIAL_PAGES),
    max: BigInt(MAXIMUM_PAGES),
    shared: true,
    address: 'i32',
    pageSizeLog2: 16,
  },
};

/** An entry of the code section: size, no locals, `end`. */
export const EMPTY_BODY: Uint8Array = Uint8Array.of(2, 0, Op.end);

export function withSize(body: Uint8Array): Uint8Array {
  const out = new ByteWriter(body.length + 5);
  out.u32(body.length);
  out.bytes(body);
  return out.view();
}

export function copyVector(
  out: ModuleWriter,
  module: Module,
  id: number,
  added: readonly Uint8Array[] = [],
): void {
  const entries = [...sectionEntries(module, id), ...added];
  if (entries.length > 0) out.vectorSection(id, module, entries);
}

export function piece(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(32);
  write(out);
  return out.take();
}

export function u32Piece(value: number): Uint8Array {
  return piece((out) => out.u32(value));
}

/** Entry of the import section for a memory that the engine provides. */
export function memoryImport(name: string, type: MemoryType): Uint8Array {
  return piece((out) =>
    writeImport(out, { module: IMPORT_MODULE, name, desc: { kind: 'memory', type } }),
  );
}

export function importEntries(module: Module) {
  const own = module.memories.flatMap(({ type, import: imported }, index) =>
    imported === undefined ? [memoryImport(memoryImportName(index), type)] : [],
  );
  return [
    ...sectionEntries(module, SectionId.import),
    ...own,
    memoryImport(DEBUG_MEMORY_IMPORT, DEBUG_MEMORY_TYPE),
  ];
}

/** Entry of the table section for a table of functions. */
export function tableEntry(min: number, max?: number): Uint8Array {
  const limits = { ...UNBOUNDED, min: BigInt(min), max: max === undefined ? max : BigInt(max) };
  return piece((out) => writeTableType(out, { element: FUNCREF, limits }));
}

export function tableEntries(module: Module, functions: number) {
  return [
    ...sectionEntries(module, SectionId.table),
    tableEntry(functions),
    tableEntry(FIRST_FREE_SLOT),
  ];
}

/** Globals behind the module's own. */
export class AddedGlobals {
  readonly entries: Uint8Array[] = [];
  readonly exports: { name: string; kind: 'global'; index: number }[] = [];
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  /** The index of the one that is added next. */
  get next(): number {
    return this.#first + this.entries.length;
  }

  /** Adds one, exported if it has a name; gives its index. */
  add(write: (out: ByteWriter) => void, name?: string): number {
    const index = this.next;
    this.entries.push(piece(write));
    if (name !== undefined) this.exports.push({ name, kind: 'global', index });
    return index;
  }

  /** Adds one that is exported as the module's own are; gives its index. */
  addPrivate(write: (out: ByteWriter) => void, hidden: HiddenExports): number {
    return this.add(write, hidden.global + this.next);
  }
}

export function exportEntries(
  module: Module,
  hidden: HiddenExports,
  target: EmitTarget,
  globals: AddedGlobals,
) {
  const added: Parameters<typeof writeExport>[1][] = [
    { name: hidden.instance, kind: 'global', index: target.instanceGlobal },
    { name: hidden.functions, kind: 'table', index: module.tables.length },
    { name: hidden.continuations, kind: 'table', index: target.continuationTable },
    ...globals.exports,
  ];
  const addPrivate = (
    kind: 'global' | 'table' | 'tag',
    space: readonly { import?: unknown }[],
    prefix: string,
  ): void => {
    space.forEach((_, index) => {
      added.push({ name: prefix + index, kind, index });
    });
  };
  addPrivate('global', module.globals, hidden.global);
  addPrivate('table', module.tables, hidden.table);
  addPrivate('tag', module.tags, hidden.tag);
  return [
    ...sectionEntries(module, SectionId.export),
    ...added.map((entry) => piece((out) => writeExport(out, entry))),
  ];
}

/** The module's segments, then the one that fills the table of all functions. */
export function elementEntries(module: Module, functions: number) {
  const all = piece((out) => {
    out.u8(2); // active, explicit table, function indices
    out.u32(module.tables.length);
    out.u8(Op.i32Const);
    out.s32(0);
    out.u8(Op.end);
    out.u8(0); // elemkind: functions
    out.u32(functions);
    for (let i = 0; i < functions; i++) out.u32(i);
  });
  return [...sectionEntries(module, SectionId.element), all];
}

export function hiddenNames(module: Module): HiddenExports {
  let prefix = 'witness:';
  while (module.exports.some(({ name }) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return {
    instance: `${prefix}instance`,
    functions: `${prefix}functions`,
    continuations: `${prefix}continuations`,
    global: `${prefix}global:`,
    table: `${prefix}table:`,
    tag: `${prefix}tag:`,
    references: `${prefix}references:`,
  };
}
