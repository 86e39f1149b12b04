/** An instance under the engine, with access to everything that is private in it. */
import { memoryImportName } from '../instrument/instrument.ts';
import { LEAVE_SLOT } from '../instrument/layout.ts';
import type { DebugModule } from './module.ts';
import type { Continuation } from './versions.ts';

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
  readonly #functions: WebAssembly.Table;
  readonly #slots = new Map<Continuation, number>();
  #nextSlot = LEAVE_SLOT + 1;

  constructor(
    id: number,
    module: DebugModule,
    wasm: WebAssembly.Instance,
    memories: readonly WebAssembly.Memory[],
    leave: unknown,
  ) {
    const { hidden, original } = module.instrumented;
    this.id = id;
    this.module = module;
    this.wasm = wasm;
    this.memories = memories;
    this.#functions = wasm.exports[hidden.functions] as WebAssembly.Table;
    this.continuations = wasm.exports[hidden.continuations] as WebAssembly.Table;
    this.continuations.set(LEAVE_SLOT, leave);
    (wasm.exports[hidden.instance] as WebAssembly.Global).value = id;
    const exports: WebAssembly.Exports = Object.create(null);
    for (const { name } of original.exports) exports[name] = wasm.exports[name]!;
    this.exports = Object.freeze(exports);
  }

  /** The function at a function index; undefined beyond the end. */
  func(index: number): ((...args: unknown[]) => unknown) | undefined {
    if (index >= this.module.original.functions.length) return undefined;
    return this.#functions.get(index);
  }

  global(index: number): WebAssembly.Global | undefined {
    return this.#hidden(this.module.instrumented.hidden.global, index) as WebAssembly.Global;
  }

  table(index: number): WebAssembly.Table | undefined {
    return this.#hidden(this.module.instrumented.hidden.table, index) as WebAssembly.Table;
  }

  tag(index: number): WebAssembly.Tag | undefined {
    return this.#hidden(this.module.instrumented.hidden.tag, index) as WebAssembly.Tag;
  }

  /** The slot of the continuation table that holds a continuation; `make` instantiates it once. */
  slot(continuation: Continuation, make: () => unknown): number {
    let slot = this.#slots.get(continuation);
    if (slot === undefined) {
      slot = this.#nextSlot++;
      const { continuations } = this;
      if (slot >= continuations.length) continuations.grow(continuations.length);
      continuations.set(slot, make());
      this.#slots.set(continuation, slot);
    }
    return slot;
  }

  /** The memories by the names under which instrumented modules import those that are defined. */
  static memoryImports(memories: readonly WebAssembly.Memory[]): Record<string, unknown> {
    return Object.fromEntries(memories.map((memory, i) => [memoryImportName(i), memory]));
  }

  #hidden(prefix: string, index: number): unknown {
    return this.wasm.exports[prefix + index];
  }
}
