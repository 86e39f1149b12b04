/**
 * The module around one continuation: it imports what the function uses of the first instance. Its
 * bytes depend on the original module only, so that one compilation serves all instances.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { type Module, SectionId } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import { FUNCREF, I32, refType } from '../../wasm/types.ts';
import {
  DEBUG_MEMORY_IMPORT,
  DEBUG_MEMORY_TYPE,
  memoryImport,
  memoryImportName,
} from './additions.ts';
import type { BareCopies } from './bare-copies.ts';
import type { Bodies } from './bodies.ts';
import { BRANCH_HINTS, BranchHintEntries, BranchHints, branchHintSection } from './branch-hints.ts';
import { emitContinuation } from './continuation.ts';
import type { EmitOptions } from './emit-options.ts';
import { IMPORT_MODULE } from './layout.ts';
import { callRefresher, type MemoryLimits, REFRESHER_RESULTS } from './memory-limits.ts';
import type { FunctionPlan } from './plan.ts';
import { referencePlace } from './reference-place.ts';
import { HIERARCHIES, type Hierarchy } from './references.ts';
import { LENGTH_TYPE, type Segments, usesSegment } from './segments.ts';
import type { SignatureTables } from './signature-tables.ts';
import type { Snapshot } from './snapshot.ts';
import type { EmitTarget } from './target.ts';
import { TypeRegistry } from './type-registry.ts';

/** Import and export names that are not those of entities, `func:3` and the like. */
export const CONTINUATION = {
  hook: 'hook',
  continuations: 'continuations',
  instance: 'instance',
  run: 'run',
} as const;

export interface ContinuationModule {
  readonly bytes: Uint8Array;
  /** Indices in the first module's index spaces that are imported as `func:N`, `global:N`, `table:N`, `tag:N`. */
  readonly functions: readonly number[];
  readonly globals: readonly number[];
  readonly tables: readonly number[];
  readonly tags: readonly number[];
  /** The arrays of references that are imported as `references:func` and so on. */
  readonly references: readonly Hierarchy[];
  /** Offset in `bytes` of the body, behind the size. */
  readonly bodyOffset: number;
  /** See `ContinuationCode`. */
  readonly hasLoops: boolean;
  readonly isCapped: boolean;
}

/** Entities of one kind, numbered in the order of first use. */
class Uses {
  readonly used: number[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  number(original: number): number {
    let number = this.#numbers.get(original);
    if (number === undefined) {
      number = this.#first + this.used.length;
      this.used.push(original);
      this.#numbers.set(original, number);
    }
    return number;
  }
}

/** What of each index space is imported. */
interface Spaces {
  readonly functions: Uses;
  readonly tables: Uses;
  readonly globals: Uses;
  readonly tags: Uses;
}

/** What continuations use that the first module has on top of the original's. */
export interface Additions {
  readonly bodies: Bodies;
  readonly segments: Segments;
  readonly signatures: SignatureTables;
  readonly bare: BareCopies;
  readonly memoryLimits: MemoryLimits;
}

export function continuationModule(
  plan: FunctionPlan,
  at: Snapshot,
  options: EmitOptions,
  { bodies, segments, signatures, bare, memoryLimits }: Additions,
): ContinuationModule {
  const { module } = plan;
  const types = new TypeRegistry(module);
  // Number 0 of each kind is the engine's: the hook, the continuation table, the instance number.
  const spaces: Spaces = {
    functions: new Uses(1),
    tables: new Uses(1),
    globals: new Uses(1),
    tags: new Uses(0),
  };
  const { functions, tables, globals, tags } = spaces;
  const declared = new Set<number>();
  /** Type indices of functions that the first module does not have from the original. */
  const addedTypes = new Map<number, number>();
  const target: EmitTarget = {
    debugMemory: module.memories.length,
    continuationTable: 0,
    instanceGlobal: 0,
    leaveType: types.leave(),
    leaveFunction: undefined,
    hookFunction: 0,
    // A module of its own is not worth it.
    runStore: () => undefined,
    // Nothing has it inlined, nor what it calls.
    mayBeProtected: false,
    protects: () => {},
    resultsType: (results) => types.func([], results),
    // Numbered with the globals, as ones before the first.
    references: (hierarchy) =>
      referencePlace(types, hierarchy, globals.number(-1 - HIERARCHIES.indexOf(hierarchy))),
    tag: (index) => tags.number(index),
    table: (index) => tables.number(index),
    global: (index) => globals.number(index),
    bare(func) {
      const copy = bare.of(func);
      if (copy === undefined) return undefined;
      addedTypes.set(copy.index, module.functions[func]!.typeIndex);
      return { ...copy, index: functions.number(copy.index) };
    },
    // It is not worth one more import.
    bareInTable: () => undefined,
    // A global of another instance takes V8 longer than the size does.
    memoryLimit: () => undefined,
    signature: (table, typeIndex) => signatures.test(table, typeIndex),
    segmentLength(kind, index) {
      const length = segments.length(kind, index);
      return length === undefined ? undefined : globals.number(length);
    },
    body(index) {
      const body = bodies.of(index);
      if (body === undefined) return undefined;
      if (!addedTypes.has(body)) addedTypes.set(body, bodies.type(index, types));
      return functions.number(body);
    },
    instruction(reader, out) {
      if (usesSegment(reader)) {
        const helper = segments.helper(reader);
        addedTypes.set(helper.index, types.func(helper.params, helper.results));
        out.u8(Op.call);
        out.u32(functions.number(helper.index));
        return;
      }
      copyRenumbered(module, reader, out, spaces);
      if (reader.op === Op.memoryGrow) {
        const refresher = memoryLimits.refresher(reader.memory);
        if (refresher !== undefined) {
          addedTypes.set(refresher, types.func([], REFRESHER_RESULTS));
          callRefresher(functions.number(refresher), out);
        }
      }
      if (reader.op === Op.refFunc) declared.add(functions.number(reader.index));
    },
  };
  const type = types.func([], plan.results);
  const hints = new BranchHints();
  const emitted = emitContinuation(plan, at, target, { ...options, hints });
  const { body, hasLoops, isCapped } = emitted;

  const out = new ModuleWriter(body.length + 1024);
  out.vectorSection(SectionId.type, module, types.entries());
  out.vectorSection(SectionId.import, module, imports(module, target, spaces, addedTypes));
  out.rawSection(
    SectionId.function,
    vectorOfOne((o) => o.u32(type)),
  );
  const index = 1 + functions.used.length;
  out.rawSection(
    SectionId.export,
    vectorOfOne((o) => writeExport(o, { name: CONTINUATION.run, kind: 'func', index })),
  );
  if (declared.size > 0) {
    out.rawSection(
      SectionId.element,
      vectorOfOne((o) => {
        o.u8(3); // declarative, function indices
        o.u8(0); // elemkind: functions
        o.u32(declared.size);
        for (const func of declared) o.u32(func);
      }),
    );
  }
  const sized = new ByteWriter(body.length + 8);
  sized.u32(body.length);
  const sizeBytes = sized.length;
  sized.bytes(body);
  if (plan.limits.hintedBytes > 0 && hints.count > 0) {
    const entries = new BranchHintEntries();
    entries.add(index, hints);
    out.customSection(BRANCH_HINTS, branchHintSection([entries]));
  }
  const code = out.vectorSection(SectionId.code, module, [sized.take()]);
  return {
    bytes: out.finish(),
    functions: functions.used,
    globals: globals.used.filter((index) => index >= 0),
    references: globals.used.filter((index) => index < 0).map(hierarchyAt),
    tables: tables.used,
    tags: tags.used,
    bodyOffset: code + sizeBytes,
    hasLoops,
    isCapped,
  };
}

function hierarchyAt(number: number): Hierarchy {
  return HIERARCHIES[-1 - number]!;
}

function vectorOfOne(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(32);
  out.u32(1);
  write(out);
  return out.take();
}

function copyRenumbered(
  module: Module,
  reader: InstructionReader,
  out: ByteWriter,
  { functions, tables, globals, tags }: Spaces,
): void {
  const opcode = (): void => out.bytes(module.bytes, reader.pc, reader.immediatesStart);
  switch (reader.info.immediate) {
    case 'func':
      opcode();
      out.u32(functions.number(reader.index));
      return;
    case 'global':
      opcode();
      out.u32(globals.number(reader.index));
      return;
    case 'tag':
      opcode();
      out.u32(tags.number(reader.index));
      return;
    case 'table':
      opcode();
      out.u32(tables.number(reader.index));
      return;
    case 'table-table':
      opcode();
      out.u32(tables.number(reader.index));
      out.u32(tables.number(reader.index2));
      return;
    case 'type-table':
      opcode();
      out.u32(reader.index);
      out.u32(tables.number(reader.index2));
      return;
    default:
      out.bytes(module.bytes, reader.pc, reader.next);
  }
}

function imports(
  module: Module,
  target: EmitTarget,
  { functions, tables, globals, tags }: Spaces,
  addedTypes: ReadonlyMap<number, number>,
): Uint8Array[] {
  const entries: Uint8Array[] = [];
  const add = (name: string, desc: Parameters<typeof writeImport>[1]['desc']): void => {
    const out = new ByteWriter(48);
    writeImport(out, { module: IMPORT_MODULE, name, desc });
    entries.push(out.take());
  };
  module.memories.forEach(({ type }, index) => {
    entries.push(memoryImport(memoryImportName(index), type));
  });
  entries.push(memoryImport(DEBUG_MEMORY_IMPORT, DEBUG_MEMORY_TYPE));
  add(CONTINUATION.hook, { kind: 'func', typeIndex: target.leaveType });
  for (const index of functions.used) {
    const typeIndex = addedTypes.get(index) ?? module.functions[index]!.typeIndex;
    add(`func:${index}`, { kind: 'func', typeIndex });
  }
  add(CONTINUATION.continuations, {
    kind: 'table',
    type: {
      element: FUNCREF,
      limits: { min: 1n, max: undefined, shared: false, address: 'i32', pageSizeLog2: 16 },
    },
  });
  for (const index of tables.used) {
    add(`table:${index}`, { kind: 'table', type: module.tables[index]!.type });
  }
  add(CONTINUATION.instance, { kind: 'global', type: { value: I32, mutable: false } });
  for (const index of tags.used) {
    add(`tag:${index}`, { kind: 'tag', type: module.tags[index]!.type });
  }
  for (const index of globals.used) {
    if (index >= 0) {
      const type = module.globals[index]?.type ?? LENGTH_TYPE;
      add(`global:${index}`, { kind: 'global', type });
      continue;
    }
    const hierarchy = hierarchyAt(index);
    const value = refType(false, target.references(hierarchy).holder);
    add(`references:${hierarchy}`, { kind: 'global', type: { value, mutable: true } });
  }
  return entries;
}
