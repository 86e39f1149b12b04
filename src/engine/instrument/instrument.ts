/**
 * Module bytes in, debuggable module bytes and maps out. Pure: no WebAssembly object, no I/O.
 *
 * What is added goes behind what is there, so that no index changes: types, an instance number
 * (global), a table of all functions and one of continuations, exports of everything that is
 * private. Memories that the module defines become imports, because an imported memory can only
 * come before defined ones and V8 keeps the base of memory 0 in a register: the program's memory
 * must stay number 0 and the debug memory be the last.
 */
import { type Module, SectionId } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeGlobalType } from '../../wasm/type-codec.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import {
  AddedGlobals,
  EMPTY_BODY,
  elementEntries,
  exportEntries,
  type HiddenExports,
  hiddenNames,
  importEntries,
  tableEntries,
  u32Piece,
  withSize,
} from './additions.ts';
import { BareCopies } from './bare-copies.ts';
import { Bodies } from './bodies.ts';
import { BranchHints } from './branch-hints.ts';
import { CODE_LIMITS, type CodeLimits, MAX_FUNCTIONS } from './code-limits.ts';
import type { Additions } from './continuation-module.ts';
import { emitCruise, emitEntry } from './cruise.ts';
import { leaveBody } from './exits.ts';
import { LIMITS, SIGNATURES } from './layout.ts';
import { callRefresher, MemoryLimits, REFRESHER_RESULTS } from './memory-limits.ts';
import { ModuleCode } from './module-code.ts';
import { planFunction } from './plan.ts';
import { type ReferencePlace, referencePlace, writeReferencesGlobal } from './reference-place.ts';
import type { Hierarchy } from './references.ts';
import { RunStores } from './run-stores.ts';
import { Segments, usesSegment } from './segments.ts';
import { SignatureTables } from './signature-tables.ts';
import type { EmitTarget } from './target.ts';
import { sectionEntries, TypeRegistry } from './type-registry.ts';
import { writeModule } from './write-module.ts';

export interface InstrumentedModule {
  readonly original: Module;
  readonly bytes: Uint8Array;
  readonly hidden: HiddenExports;
  /** By defined function: bytes of its frame. */
  readonly frameSizes: Uint32Array;
  /** Where the code of functions is. */
  readonly bodies: Bodies;
  /** By defined function: offset in `bytes` of its code, behind the size. */
  readonly bodyOffsets: Uint32Array;
  /** Number of the first limit word; one for each defined function. */
  readonly firstLimit: number;
  /** The hierarchies of references that frames of this module hold. */
  readonly references: readonly Hierarchy[];
  /** Whether instructions that will trap are reported before they do. */
  readonly traps: boolean;
  readonly limits: CodeLimits;
  /** The defined functions from this one on have only their entries here: there is no more room. */
  readonly entriesFrom: number;
  /** What continuations need for segment instructions. */
  readonly segments: Segments;
  /** What the debug memory must hold of the module's tables. */
  readonly signatures: SignatureTables;
  /** What continuations may call without checks. */
  readonly bare: BareCopies;
  /** How far memories reach, as the code knows it. */
  readonly memoryLimits: MemoryLimits;
  /** Emits a function again, for the map from offsets in `bytes` to pcs. */
  readonly target: EmitTarget;
}

/** Address in the debug memory of a limit word. */
export function limitAddress(word: number): number {
  return LIMITS + 4 * word;
}

/**
 * @param module valid, as V8 has said
 * @param firstLimit number of limit words that other modules and versions have taken
 * @param traps check before each instruction that can trap whether it will
 * @param written tables that code writes; known once it is emitted, which is done again if that was too late
 * @param mayBeProtected code has a `try_table`; likewise
 * @throws WasmError for an encoding that V8 knows and Witness does not, with its offset
 */
export function instrument(
  module: Module,
  firstLimit: number,
  traps: boolean,
  limits: CodeLimits = CODE_LIMITS,
  firstSignature = SIGNATURES,
  written: ReadonlySet<number> = new Set(),
  mayBeProtected = module.tags.length > 0,
): InstrumentedModule {
  const types = new TypeRegistry(module);
  const hidden = hiddenNames(module);
  const globals = new AddedGlobals(module.globals.length);
  const references: Hierarchy[] = [];
  const placed = new Bodies(module, limits);
  const added: { readonly type: Uint8Array; readonly body: Uint8Array }[] = [];
  const add = (typeIndex: number, body: Uint8Array): number =>
    placed.end + added.push({ type: u32Piece(typeIndex), body }) - 1;
  const segments = new Segments(
    module,
    (write) => globals.addPrivate(write, hidden),
    ({ params, results, body }) => add(types.func(params, results), body),
  );
  const memoryLimits = new MemoryLimits(module, limits, traps, globals, (entry) =>
    add(types.func([], REFRESHER_RESULTS), entry),
  );
  const bare = new BareCopies(module, firstLimit, add);
  const signatures = new SignatureTables(module, firstSignature, limits, written);
  let protects = mayBeProtected;
  const target = cruiseTarget(
    module,
    types,
    globals,
    { bodies: placed, segments, signatures, bare, memoryLimits },
    add,
    (hierarchy) => {
      references.push(hierarchy);
      return hidden.references + hierarchy;
    },
    mayBeProtected,
    () => {
      protects = true;
    },
  );
  const code = new ModuleCode(module, placed, limits, target.debugMemory);
  const { frameSizes, entriesFrom } = emitBodies(code, module, placed, target, {
    firstLimit,
    traps,
    limits,
  });
  if (signatures.isMistaken || (protects && !mayBeProtected)) {
    const seen = signatures.written;
    return instrument(module, firstLimit, traps, limits, firstSignature, seen, protects);
  }
  const typeOf = bodyTypes(module, placed, types);
  const movedTypes = placed.moved.map(typeOf);
  const functions = placed.end + added.length;
  if (limits.emptyFunctions) {
    const real = module.bodies.length + added.length;
    const empty = { type: u32Piece(types.func([], [])), body: EMPTY_BODY };
    // One by one: there may be more than a call can have arguments.
    for (let i = Math.min(real, MAX_FUNCTIONS - real) - movedTypes.length; i > 0; i--)
      added.push(empty);
  }
  const functionTypes = [
    ...sectionEntries(module, SectionId.function).map((own, i) => {
      const index = module.importedFunctions + i;
      return placed.of(index) === index ? typeOf(index) : own;
    }),
    ...movedTypes,
    ...added.map(({ type }) => type),
  ];
  const sections = writeModule(module, code, {
    [SectionId.type]: types.entries(),
    [SectionId.import]: importEntries(module),
    [SectionId.function]: functionTypes,
    [SectionId.table]: [...tableEntries(module, functions), ...bare.tableEntries()],
    [SectionId.global]: [...sectionEntries(module, SectionId.global), ...globals.entries],
    [SectionId.export]: exportEntries(module, hidden, target, globals),
    [SectionId.element]: [...elementEntries(module, functions), ...bare.elementEntries()],
    [SectionId.code]: added.map(({ body }) => body),
  });
  return {
    original: module,
    ...sections,
    hidden,
    frameSizes,
    bodies: placed,
    firstLimit,
    traps,
    limits,
    entriesFrom,
    references,
    segments,
    signatures,
    bare,
    memoryLimits,
    target,
  };
}

/**
 * Emits all functions, the first of them whole and, once there is no more room, only entries.
 *
 * @param code where to
 */
function emitBodies(
  code: ModuleCode,
  module: Module,
  places: Bodies,
  target: EmitTarget,
  { firstLimit, traps, limits }: Pick<InstrumentedModule, 'firstLimit' | 'traps' | 'limits'>,
): Pick<InstrumentedModule, 'frameSizes' | 'entriesFrom'> {
  const { bodies } = module;
  const frameSizes = new Uint32Array(bodies.length);
  let entriesFrom = bodies.length;
  bodies.forEach((body, i) => {
    const plan = planFunction(module, body, limits);
    // Continuations may hold references where the cruise version never stores any.
    for (const hierarchy of plan.references) target.references(hierarchy);
    frameSizes[i] = plan.frameSize;
    if (code.bytes >= limits.codeBytes) entriesFrom = Math.min(entriesFrom, i);
    const hints = new BranchHints();
    const options = { frameParameter: places.of(body.funcIndex) !== undefined, hints };
    const emitted =
      i < entriesFrom
        ? emitCruise(plan, target, {
            limitAddress: limitAddress(firstLimit + i),
            traps,
            ...options,
          })
        : emitEntry(plan, target, options);
    code.add(emitted, hints);
  });
  return { frameSizes, entriesFrom };
}

/** Gives the entry of the function section for the body of a function: most have one of a few types. */
function bodyTypes(
  { functions }: Module,
  bodies: Bodies,
  types: TypeRegistry,
): (index: number) => Uint8Array {
  const known = new Map<number, Uint8Array>();
  return (index) => {
    const { typeIndex } = functions[index]!;
    let type = known.get(typeIndex);
    if (type === undefined) {
      type = u32Piece(bodies.type(index, types));
      known.set(typeIndex, type);
    }
    return type;
  };
}

function cruiseTarget(
  module: Module,
  types: TypeRegistry,
  globals: AddedGlobals,
  { bodies, segments, signatures, bare, memoryLimits }: Additions,
  add: (typeIndex: number, body: Uint8Array) => number,
  nameOf: (hierarchy: Hierarchy) => string,
  mayBeProtected: boolean,
  protects: () => void,
): EmitTarget {
  const instanceGlobal = globals.add((out) => {
    writeGlobalType(out, { value: I32, mutable: true });
    out.u8(Op.i32Const);
    out.s32(0);
    out.u8(Op.end);
  });
  const places = new Map<Hierarchy, ReferencePlace>();
  /** Most functions have the results of one of a few types. */
  const resultTypes = new Map<readonly ValType[], number>();
  const engine = {
    debugMemory: module.memories.length,
    continuationTable: module.tables.length + 1,
    instanceGlobal,
    leaveType: types.leave(),
  };
  const { length } = module.bodies;
  const stores = new RunStores(engine.debugMemory, types, add);
  const hasRoom = length > 0 && 2 * length <= MAX_FUNCTIONS;
  return {
    ...engine,
    leaveFunction: hasRoom ? add(engine.leaveType, withSize(leaveBody(engine))) : undefined,
    runStore: (type, count) => (hasRoom ? stores.of(type, count) : undefined),
    hookFunction: undefined,
    mayBeProtected,
    protects,
    resultsType(results) {
      let type = resultTypes.get(results);
      if (type === undefined) {
        type = types.func([], results);
        resultTypes.set(results, type);
      }
      return type;
    },
    references(hierarchy) {
      let place = places.get(hierarchy);
      if (place === undefined) {
        const written = referencePlace(types, hierarchy, globals.next);
        globals.add((out) => writeReferencesGlobal(out, written), nameOf(hierarchy));
        place = written;
        places.set(hierarchy, place);
      }
      return place;
    },
    tag: (index) => index,
    table: (index) => index,
    global: (index) => index,
    bare: (func) => bare.make(func),
    bareInTable: (table, length, functions) => bare.makeInTable(table, length, functions),
    memoryLimit: (memory) => memoryLimits.of(memory),
    signature: (table, typeIndex) => signatures.test(table, typeIndex),
    segmentLength: (kind, index) => segments.length(kind, index),
    body: (index) => bodies.of(index),
    instruction: (reader, out) => {
      signatures.sees(reader);
      if (usesSegment(reader)) segments.write(reader, out);
      else out.bytes(module.bytes, reader.pc, reader.next);
      if (reader.op === Op.memoryGrow) {
        callRefresher(memoryLimits.refresher(reader.memory), out);
      }
    },
  };
}
