/**
 * The `name` custom section with the subsections of the extended-name-section proposal (core spec 3.0,
 * appendix "Custom Sections").
 *
 * Names never make a module malformed: like engines do, reading stops at the first malformed
 * subsection and keeps what came before.
 */

import { ByteReader } from './byte-reader.ts';
import { WasmError } from './error.ts';
import { type Module, SectionId } from './structure.ts';

/** Names by index. */
export type NameMap = ReadonlyMap<number, string>;
/** Names by two indices, the outer one first. */
export type IndirectNameMap = ReadonlyMap<number, NameMap>;

/** What the module calls its parts; an index without a name is not in the map. */
export interface Names {
  readonly module?: string;
  readonly functions: NameMap;
  /** By function index, then local index. */
  readonly locals: IndirectNameMap;
  /** By function index, then the position of the labelled instruction among the function's labels. */
  readonly labels: IndirectNameMap;
  readonly types: NameMap;
  readonly tables: NameMap;
  readonly memories: NameMap;
  readonly globals: NameMap;
  readonly elements: NameMap;
  readonly data: NameMap;
  /** By type index, then field index. */
  readonly fields: IndirectNameMap;
  readonly tags: NameMap;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const maps = {
  1: 'functions',
  4: 'types',
  5: 'tables',
  6: 'memories',
  7: 'globals',
  8: 'elements',
  9: 'data',
  11: 'tags',
} as const;
const indirectMaps = { 2: 'locals', 3: 'labels', 10: 'fields' } as const;

/** Reads the module's first `name` section; without one, all maps are empty. */
export function decodeNames(module: Module): Names {
  const names: Mutable<Names> = {
    functions: new Map(),
    locals: new Map(),
    labels: new Map(),
    types: new Map(),
    tables: new Map(),
    memories: new Map(),
    globals: new Map(),
    elements: new Map(),
    data: new Map(),
    fields: new Map(),
    tags: new Map(),
  };
  readSubsections(module, (input, id) => readSubsection(input, id, names));
  return names;
}

/** The module's own name, without reading those of its parts: it comes first. */
export function decodeModuleName(module: Module): string | undefined {
  let name: string | undefined;
  readSubsections(module, (input, id) => {
    if (id !== 0) return 'stop';
    input.u32();
    name = input.name();
    return 'stop';
  });
  return name;
}

function readSubsections(
  module: Module,
  // biome-ignore lint/suspicious/noConfusingVoidType: most have nothing to say
  read: (input: ByteReader, id: number) => 'stop' | void,
): void {
  const section = module.sections.find((s) => s.id === SectionId.custom && s.name === 'name');
  if (section === undefined) return;
  const input = new ByteReader(module.bytes, section.payload ?? section.content, section.end);
  try {
    while (input.offset < section.end) if (read(input, input.u8()) === 'stop') return;
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
  }
}

function readSubsection(input: ByteReader, id: number, names: Mutable<Names>): void {
  const size = input.u32();
  const start = input.offset;
  input.skip(size);
  const content = new ByteReader(input.source, start, input.offset);
  if (id === 0) names.module = content.name();
  else if (id in maps) names[maps[id as keyof typeof maps]] = readMap(content);
  else if (id in indirectMaps) {
    names[indirectMaps[id as keyof typeof indirectMaps]] = readIndirectMap(content);
  }
  // Ids of other proposals are skipped.
}

function readMap(input: ByteReader): Map<number, string> {
  const map = new Map<number, string>();
  for (let rest = input.count('names'); rest > 0; rest--) map.set(input.u32(), input.name());
  return map;
}

function readIndirectMap(input: ByteReader): Map<number, NameMap> {
  const map = new Map<number, NameMap>();
  for (let rest = input.count('name maps'); rest > 0; rest--) map.set(input.u32(), readMap(input));
  return map;
}
