/**
 * What a decoded module looks like (core spec 3.0, section 2.5). Everything carries the range of bytes
 * it was read from, so that a rewriter can copy what it does not change.
 *
 * `module.ts` builds these; they stand apart because the instruction reader, which the module decoder
 * uses, needs them too.
 */

import { WasmError } from './error.ts';
import type {
  FuncType,
  GlobalType,
  MemoryType,
  RefType,
  SubType,
  TableType,
  TagType,
  ValType,
} from './types.ts';

/** Byte offsets in `Module.bytes`: `start` inclusive, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Ids of the sections (core spec 3.0, section 5.5.2). */
export const SectionId = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

/** A section; its range begins at the id and ends behind the content. */
export interface Section extends Range {
  readonly id: number;
  /** Offset of the content: behind id and size. */
  readonly content: number;
  /** Custom sections: the name. */
  readonly name?: string;
  /** Custom sections: offset behind the name. */
  readonly payload?: number;
  /** Vector sections: the number of entries. */
  readonly count?: number;
  /** Vector sections: the range of every entry; in the type section one entry per recursion group. */
  readonly entries?: readonly Range[];
}

export type ExternKind = 'func' | 'table' | 'memory' | 'global' | 'tag';

export type ImportDesc =
  | { readonly kind: 'func'; readonly typeIndex: number }
  | { readonly kind: 'table'; readonly type: TableType }
  | { readonly kind: 'memory'; readonly type: MemoryType }
  | { readonly kind: 'global'; readonly type: GlobalType }
  | { readonly kind: 'tag'; readonly type: TagType };

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly range: Range;
  readonly desc: ImportDesc;
  /** Offset of the kind byte: behind the two names. */
  readonly descStart: number;
}

export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  /** In the index space of its kind. */
  readonly index: number;
  readonly range: Range;
  /** Offset of the index: behind the name and the kind byte. */
  readonly indexStart: number;
}

export interface FuncEntry {
  readonly typeIndex: number;
  readonly import?: Import;
}

export interface TableEntry {
  readonly type: TableType;
  readonly import?: Import;
  readonly range?: Range;
  /** Initial value of the elements: a constant expression, its `end` included. */
  readonly init?: Range;
}

export interface MemoryEntry {
  readonly type: MemoryType;
  readonly import?: Import;
  readonly range?: Range;
}

export interface GlobalEntry {
  readonly type: GlobalType;
  readonly import?: Import;
  readonly range?: Range;
  /** A constant expression, its `end` included. */
  readonly init?: Range;
}

export interface TagEntry {
  readonly type: TagType;
  readonly import?: Import;
  readonly range?: Range;
}

export interface ElementSegment {
  readonly range: Range;
  readonly mode: 'passive' | 'active' | 'declarative';
  /** Active segments: table index; 0 otherwise. */
  readonly table: number;
  /** Active segments: a constant expression, its `end` included. */
  readonly offset?: Range;
  readonly type: RefType;
  /** Function indices, or constant expressions, each with its `end`. */
  readonly items:
    | { readonly functions: readonly number[] }
    | { readonly expressions: readonly Range[] };
}

export interface DataSegment {
  readonly range: Range;
  readonly mode: 'passive' | 'active';
  /** Active segments: memory index; 0 otherwise. */
  readonly memory: number;
  /** Active segments: a constant expression, its `end` included. */
  readonly offset?: Range;
  readonly init: Range;
}

/** A run of declared locals of one type. */
export interface LocalRun {
  readonly count: number;
  readonly type: ValType;
}

export interface FunctionBody {
  readonly funcIndex: number;
  /** Offset of the size field. */
  readonly start: number;
  /** Offset of the locals vector: what DWARF and LLDB call low_pc. */
  readonly localsStart: number;
  /** Offset of the first instruction. */
  readonly codeStart: number;
  /** Offset behind the last `end` opcode. */
  readonly end: number;
  /** Declared locals, without the parameters, as encoded. */
  readonly locals: readonly LocalRun[];
}

/** A decoded module. Each index space lists imports first, so that positions are indices. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly SubType[];
  readonly imports: readonly Import[];
  readonly functions: readonly FuncEntry[];
  readonly importedFunctions: number;
  readonly tables: readonly TableEntry[];
  readonly importedTables: number;
  readonly memories: readonly MemoryEntry[];
  readonly importedMemories: number;
  readonly globals: readonly GlobalEntry[];
  readonly importedGlobals: number;
  readonly tags: readonly TagEntry[];
  readonly importedTags: number;
  readonly exports: readonly Export[];
  /** Function index of the start function. */
  readonly start: number | undefined;
  readonly elements: readonly ElementSegment[];
  /** Content of the data count section. */
  readonly dataCount: number | undefined;
  /** `bodies[i].funcIndex === importedFunctions + i`. */
  readonly bodies: readonly FunctionBody[];
  readonly data: readonly DataSegment[];
}

/**
 * The function type at a type index.
 *
 * @throws WasmError if there is no such type or it is not a function type; its offset is that of the
 *   type section (0 without one), because the index can come from anywhere
 */
export function functionType(module: Module, typeIndex: number): FuncType {
  const type = module.types[typeIndex];
  if (type?.composite.kind === 'func') return type.composite;
  const section = module.sections.find(({ id }) => id === SectionId.type);
  const what = type === undefined ? 'unknown type' : `not a function type: ${type.composite.kind}`;
  throw new WasmError(`${what} ${typeIndex}`, section?.start ?? 0);
}

/**
 * The type of a function.
 *
 * @param funcIndex - in the function index space, imports first
 * @throws WasmError if there is no such function, or its type index is not that of a function type
 */
export function funcTypeOf(module: Module, funcIndex: number): FuncType {
  const entry = module.functions[funcIndex];
  if (entry === undefined) throw new WasmError(`unknown function ${funcIndex}`, 0);
  return functionType(module, entry.typeIndex);
}
