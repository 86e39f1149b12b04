/**
 * The bytes in the debug memory that say which elements of tables have which signature: filled when a
 * module is loaded, and taken back when something writes to a table that the module's code does not.
 * See `../instrument/signature-tables.ts`. Runs in the debuggee's thread.
 */
import { SIGNATURES } from '../instrument/layout.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { DebugInstance } from './instance.ts';
import type { DebugModule } from './module.ts';

interface Row {
  readonly address: number;
  readonly length: number;
}

export class Signatures {
  readonly #memory: DebugMemory;
  readonly #rows = new WeakMap<WebAssembly.Table, Row>();
  #end = SIGNATURES;

  constructor(memory: DebugMemory) {
    this.#memory = memory;
  }

  /** Byte address behind the rows of all modules. Modules are never unloaded, and neither are these. */
  get end(): number {
    return this.#end;
  }

  load({ instrumented: { signatures } }: DebugModule): void {
    for (const { address, bytes } of signatures.rows.values()) {
      this.#memory.putBack(address, bytes);
    }
    this.#end = signatures.end;
  }

  /** Looks after the tables of a new instance. */
  adopt(instance: DebugInstance): void {
    const { signatures } = instance.module.instrumented;
    for (const [index, { address, bytes }] of signatures.rows) {
      this.#rows.set(instance.table(index)!, { address, length: bytes.length });
    }
  }

  /** An instance was not made as its module says: nothing is certain of its tables. */
  failed({ instrumented: { signatures } }: DebugModule): void {
    for (const { address, bytes } of signatures.rows.values()) {
      this.#memory.putBack(address, new Uint8Array(bytes.length));
    }
  }

  /** An element of a table has been written from outside. */
  written(table: WebAssembly.Table, index: number): void {
    const row = this.#rows.get(table);
    if (row === undefined || index >= row.length) return;
    this.#memory.putBack(row.address + index, Uint8Array.of(0));
  }
}
