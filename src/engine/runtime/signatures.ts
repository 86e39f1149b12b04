/**
 * The bytes in the debug memory that say which elements of tables have which signature: filled when a
 * module is loaded, and taken back where anything but the module's own segments writes to a table.
 * See `../instrument/signature-tables.ts`. Runs in the debuggee's thread.
 */
import { SIGNATURES } from '../instrument/layout.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { DebugInstance } from './instance.ts';
import type { DebugModule } from './module.ts';
import { onTableWrite, watchTables } from './table-writes.ts';

export class Signatures {
  readonly #memory: DebugMemory;
  #end = SIGNATURES;

  constructor(memory: DebugMemory) {
    this.#memory = memory;
    watchTables();
  }

  /** Byte address behind the rows of all modules. Modules are never unloaded, and neither are these. */
  get end(): number {
    return this.#end;
  }

  load({ instrumented: { signatures } }: DebugModule): void {
    for (const { address, bytes } of signatures.rows.values()) this.#memory.putBack(address, bytes);
    this.#end = signatures.end;
  }

  /** Looks after the tables of a new instance; all instances of a module have the same bytes. */
  adopt(instance: DebugInstance): void {
    for (const [index, { address, bytes }] of instance.module.instrumented.signatures.rows) {
      onTableWrite(instance.table(index)!, (first, count) => {
        const end = Math.min(bytes.length, first + count);
        if (first < end) this.#clear(address + first, address + end);
      });
    }
  }

  /** An instance was not made as its module says: nothing is certain of its tables. */
  failed({ instrumented: { signatures } }: DebugModule): void {
    for (const { address, bytes } of signatures.rows.values()) {
      this.#clear(address, address + bytes.length);
    }
  }

  #clear(from: number, to: number): void {
    this.#memory.putBack(from, new Uint8Array(to - from));
  }
}
