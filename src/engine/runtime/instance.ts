/** An instance under the engine, with access to everything that is private in it. */
import { DEBUG_MEMORY_IMPORT, memoryImportName } from '../instrument/additions.ts';
import { FIRST_FREE_SLOT, IMPORT_MODULE, LEAVE_SLOT, RENEW_SLOT } from '../instrument/layout.ts';
import { PRIVATE_FUNCTION, privateFunctionModule } from '../instrument/private-function.ts';
import type { Hierarchy } from '../instrument/references.ts';
import { addHelper } from './helpers.ts';
import type { LinkedImports } from './linking.ts';
import type { DebugModule } from './module.ts';
import type { Thunk } from './thunks.ts';
import { WebAssembly } from './v8.ts';
import type { Continuation } from './version.ts';

type Callable = (...args: unknown[]) => unknown;

/** Functions of the engine that instrumented code calls. */
export interface EngineEntries {
  readonly debugMemory: WebAssembly.Memory;
  readonly leave: unknown;
  /** See `ReferenceArrays.renew`; asked for where there are references. */
  readonly renewReferences: () => unknown;
}

export class DebugInstance {
  /** A number of its own in the engine; the code reports it with every stop. */
  readonly id: number;
  readonly module: DebugModule;
  readonly wasm: WebAssembly.Instance;
  /** What the module declares, in its order. */
  readonly exports: WebAssembly.Exports;
  /** By memory index. */
  readonly memories: readonly WebAssembly.Memory[];
  /** The continuation table. */
  readonly continuations: WebAssembly.Table;
  /** Additions included. Read once: what debugs a program may show it others on the same object. */
  readonly #all: WebAssembly.Exports;
  readonly #functions: WebAssembly.Table;
  readonly #imported: readonly unknown[];
  /** By function index, of those that have been asked for. */
  readonly #private = new Map<number, Callable>();
  readonly #debugMemory: WebAssembly.Memory;
  /** One for each memory of whose size the code has an idea. */
  #refreshers: readonly Callable[] | undefined;
  readonly #slots = new Map<Continuation | Thunk, number>();
  #nextSlot = FIRST_FREE_SLOT;

  constructor(
    id: number,
    module: DebugModule,
    wasm: WebAssembly.Instance,
    linked: LinkedImports,
    entries: EngineEntries,
  ) {
    const { hidden, original } = module.instrumented;
    this.id = id;
    this.module = module;
    this.wasm = wasm;
    const all = wasm.exports;
    this.#all = all;
    this.memories = linked.memories;
    this.#imported = linked.values;
    this.#debugMemory = entries.debugMemory;
    this.#functions = all[hidden.functions] as WebAssembly.Table;
    this.continuations = all[hidden.continuations] as WebAssembly.Table;
    this.continuations.set(LEAVE_SLOT, entries.leave);
    if (module.instrumented.references.length > 0)
      this.continuations.set(RENEW_SLOT, entries.renewReferences());
    (all[hidden.instance] as WebAssembly.Global).value = id;
    // Memories that are imported may be larger than is declared.
    if (original.memories.some((memory) => memory.import !== undefined)) this.refreshMemoryLimits();
    const exports: WebAssembly.Exports = Object.create(null);
    for (const { name } of original.exports) exports[name] = all[name]!;
    this.exports = Object.freeze(exports);
    for (const { name, kind, index } of original.exports) {
      if (kind !== 'global') continue;
      const own = this.codeGlobal(index)!;
      const exported = exports[name] as WebAssembly.Global;
      if (exported !== own) globalObjects.set(exported, own);
    }
  }

  /** The function at a function index; undefined beyond the end. */
  func(index: number): ((...args: unknown[]) => unknown) | undefined {
    if (index >= this.module.original.functions.length) return undefined;
    if (!this.#isPrivate(index)) return this.codeFunction(index);
    let func = this.#private.get(index);
    if (func === undefined) {
      func = this.#privateFunction(index);
      this.#private.set(index, func);
    }
    return func;
  }

  /** Whether the function at a function index is this one. */
  isFunc(index: number, func: unknown): boolean {
    if (this.#isPrivate(index)) return this.#private.get(index) === func;
    return this.func(index) === func;
  }

  global(index: number): WebAssembly.Global | undefined {
    if (index >= this.module.original.globals.length) return undefined;
    return this.codeGlobal(index);
  }

  /** A function that the instrumented module has, its additions included. */
  codeFunction(index: number): ((...args: unknown[]) => unknown) | undefined {
    return this.#functions.get(index);
  }

  /** A global that the instrumented module has, its additions included. */
  codeGlobal(index: number): WebAssembly.Global | undefined {
    return this.#entity('global', index) as WebAssembly.Global | undefined;
  }

  table(index: number): WebAssembly.Table | undefined {
    return this.#entity('table', index) as WebAssembly.Table | undefined;
  }

  tag(index: number): WebAssembly.Tag | undefined {
    return this.#entity('tag', index) as WebAssembly.Tag | undefined;
  }

  /** The global that holds the array of references of a hierarchy that the module uses. */
  references(hierarchy: Hierarchy): WebAssembly.Global {
    return this.#all[this.module.instrumented.hidden.references + hierarchy] as WebAssembly.Global;
  }

  /**
   * Tells the code how large the memories are, as who else makes them larger does not.
   *
   * @returns whether it did not know
   */
  refreshMemoryLimits(): boolean {
    this.#refreshers ??= this.module.instrumented.memoryLimits.refreshers.map(
      (index) => this.codeFunction(index)!,
    );
    let wereStale = false;
    for (const refresh of this.#refreshers) if (refresh() !== 0) wereStale = true;
    return wereStale;
  }

  /** The slot of the continuation table that holds the code of a key; `make` is called once for it. */
  slot(key: Continuation | Thunk, make: () => unknown): number {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#nextSlot++;
      const { continuations } = this;
      if (slot >= continuations.length) continuations.grow(continuations.length);
      continuations.set(slot, make());
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** The memories by the names under which instrumented modules import those that are defined. */
  static memoryImports(memories: readonly WebAssembly.Memory[]): Record<string, unknown> {
    return Object.fromEntries(memories.map((memory, i) => [memoryImportName(i), memory]));
  }

  /** Whether what the module has at a function index is of another type than the original's function. */
  #isPrivate(index: number): boolean {
    return this.module.instrumented.bodies.of(index) === index;
  }

  #privateFunction(index: number): Callable {
    const bytes = privateFunctionModule(this.module.original, index);
    const entities: Record<string, unknown> = {
      [PRIVATE_FUNCTION.functions]: this.#functions,
      [DEBUG_MEMORY_IMPORT]: this.#debugMemory,
    };
    const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      [IMPORT_MODULE]: entities,
    } as WebAssembly.Imports);
    return addHelper(wasm).exports[PRIVATE_FUNCTION.run] as Callable;
  }

  /**
   * Imported entities are those that were given. V8 makes a new object for each export of a global,
   * the one that the engine has added included, and an entity must have one identity in all
   * instances: this is its. (An imported constant may have been given as a number; then it is this
   * instance's own.)
   */
  #entity(kind: 'global' | 'table' | 'tag', index: number): object | undefined {
    const { instrumented, original } = this.module;
    const space =
      kind === 'global' ? original.globals : kind === 'table' ? original.tables : original.tags;
    const imported = space[index]?.import;
    const given = imported && this.#imported[original.imports.indexOf(imported)];
    if (typeof given === 'object' && given !== null) return globalObjects.get(given) ?? given;
    return this.#all[instrumented.hidden[kind] + index];
  }
}

/** The engine's object for each global that an instance exports, by the objects that V8 has made. */
const globalObjects = new WeakMap<object, object>();
