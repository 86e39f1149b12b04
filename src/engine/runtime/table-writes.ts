/**
 * Writes to tables by others than the code of the module that defines them: JavaScript, whose
 * `WebAssembly.Table.prototype.set` is replaced by one that tells, and instances that import them.
 * Runs in the debuggee's thread.
 *
 * What the engine does not see: a `set` of another realm, and an instance that it did not make. An
 * indirect call may then trap unforeseen, which is reported when it has happened.
 */
import { activeSegments, elementCount, segmentOffset } from '../instrument/signature-tables.ts';
import type { DebugModule } from './module.ts';
import { lookLike } from './originals.ts';
import { WebAssembly } from './v8.ts';

/** Is told that elements from an index on may not be what they were. */
export type OnWrite = (first: number, count: number) => void;

const listeners = new WeakMap<object, OnWrite>();
let watching = false;

/** From now on what JavaScript writes is known. */
export function watchTables(): void {
  if (watching) return;
  watching = true;
  const prototype = WebAssembly.Table.prototype;
  const original = prototype.set;
  // A method: it has no prototype, and cannot be called with `new`.
  const { set } = {
    set(this: object, ...args: unknown[]): unknown {
      const [index] = args;
      // What else can be an index becomes a number when V8 looks at it, and only then.
      if (typeof index === 'number') listeners.get(this)?.(index >>> 0, 1);
      else listeners.get(this)?.(0, Infinity);
      return Reflect.apply(original, this, args);
    },
  };
  const attributes = Object.getOwnPropertyDescriptor(prototype, 'set');
  Object.defineProperty(prototype, 'set', { ...attributes, value: lookLike(set, original) });
}

export function onTableWrite(table: WebAssembly.Table, listener: OnWrite): void {
  listeners.set(table, listener);
}

/**
 * An instance has been made of a module, or almost: what its segments have written to tables that it
 * imports, and what its code may write.
 *
 * @param given - for each import of the module, in their order
 */
export function importedTablesWritten(
  { original, instrumented }: DebugModule,
  given: readonly unknown[],
): void {
  if (original.importedTables === 0) return;
  const tables: unknown[] = [];
  const globals = new Map<number, unknown>();
  let globalIndex = 0;
  original.imports.forEach(({ desc: { kind } }, i) => {
    if (kind === 'table') tables.push(given[i]);
    if (kind === 'global') globals.set(globalIndex++, contentOf(given[i]));
  });
  tables.forEach((table, index) => {
    const tell = listeners.get(table as object);
    if (tell === undefined) return;
    if (instrumented.signatures.written.has(index)) tell(0, Infinity);
    for (const segment of activeSegments(original, index)) {
      const offset = segmentOffset(original, segment, globals);
      if (offset === undefined) tell(0, Infinity);
      else tell(offset, elementCount(segment));
    }
  });
}

function contentOf(global: unknown): unknown {
  return global instanceof WebAssembly.Global ? global.value : global;
}
