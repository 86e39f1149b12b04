/**
 * Reading and writing the globals and tables that hold references to exceptions, which JavaScript
 * has no values for: a small module imports the global or table, and an exception passes between it
 * and JavaScript by being thrown.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, type ImportDesc, SectionId } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import {
  EXTERNREF,
  type GlobalType,
  I32,
  I64,
  type RefType,
  type TableType,
  type ValType,
} from '../../wasm/types.ts';
import { CodeWriter } from '../instrument/code.ts';
import { TypeRegistry } from '../instrument/type-registry.ts';
import { writeExceptionOf } from './reference-access.ts';
import { WebAssembly } from './v8.ts';

/** The index is that of an element of a table; a global has none. */
type Index = readonly [] | readonly [index: number | bigint];

interface Accessors {
  readonly isNull: (...index: Index) => number;
  readonly raise: (...index: Index) => void;
  readonly store: (...args: readonly [...index: Index, thrown: unknown]) => void;
}

/** A global or a table, as an import describes it. */
type Holder = Extract<ImportDesc, { kind: 'global' | 'table' }>;

function throwIt(thrown: unknown): never {
  throw thrown;
}

export class ExceptionAccess {
  readonly #accessors = new WeakMap<object, Accessors>();

  /** What throwing the exception in a global throws, or null. */
  load(global: WebAssembly.Global, type: GlobalType): unknown {
    return read(this.#of(global, { kind: 'global', type }), []);
  }

  /**
   * Sets a mutable global.
   *
   * @param thrown - what throwing the exception throws, or null if the type has it
   */
  store(global: WebAssembly.Global, type: GlobalType, thrown: unknown): void {
    this.#of(global, { kind: 'global', type }).store(thrown);
  }

  /** What throwing the exception in a table throws, or null. The index must be in range. */
  element(table: WebAssembly.Table, type: TableType, index: number | bigint): unknown {
    return read(this.#of(table, holderOf(type)), [index]);
  }

  /** @param thrown - what throwing the exception throws, or null if the type has it */
  setElement(
    table: WebAssembly.Table,
    type: TableType,
    index: number | bigint,
    thrown: unknown,
  ): void {
    this.#of(table, holderOf(type)).store(index, thrown);
  }

  #of(object: object, holder: Holder): Accessors {
    let accessors = this.#accessors.get(object);
    if (accessors === undefined) {
      const module = new WebAssembly.Module(accessModule(holder));
      const imports = { e: { throw: throwIt, holder: object } };
      const instance = new WebAssembly.Instance(module, imports as unknown as WebAssembly.Imports);
      accessors = instance.exports as unknown as Accessors;
      this.#accessors.set(object, accessors);
    }
    return accessors;
  }
}

function read({ isNull, raise }: Accessors, index: Index): unknown {
  if (isNull(...index) !== 0) return null;
  try {
    raise(...index);
  } catch (error) {
    return error;
  }
  throw new Error('a function that throws has returned');
}

/** A table may have grown: only what tells tables apart is left of its limits. */
function holderOf({ element, limits }: TableType): Holder {
  return {
    kind: 'table',
    type: { element, limits: { ...limits, min: 0n, max: undefined } },
  };
}

function accessModule(holder: Holder): Uint8Array<ArrayBuffer> {
  const empty = decodeModule(new ModuleWriter().finish());
  const types = new TypeRegistry(empty);
  const throwType = types.func([EXTERNREF], []);
  const index: ValType[] = indexType(holder);
  const functions: { name: keyof Accessors; type: number; body: Uint8Array }[] = [];
  const define = (
    name: keyof Accessors,
    params: readonly ValType[],
    results: readonly ValType[],
    write: (out: CodeWriter) => void,
  ): void => {
    const out = new CodeWriter(0);
    out.localTypes([]);
    if (index.length > 0) out.localGet(0);
    write(out);
    out.end();
    functions.push({ name, type: types.func(params, results), body: out.take() });
  };
  const access = (out: CodeWriter, ofGlobal: number, ofTable: number): void => {
    out.op(holder.kind === 'global' ? ofGlobal : ofTable);
    out.u32(0);
  };
  define('isNull', index, [I32], (out) => {
    access(out, Op.globalGet, Op.tableGet);
    out.op(Op.refIsNull);
  });
  define('raise', index, [], (out) => {
    access(out, Op.globalGet, Op.tableGet);
    out.op(Op.throwRef);
  });
  const { element, mutable } = held(holder);
  // What can only be null stays that.
  if (mutable && element.heap === 'exn') {
    define('store', [...index, EXTERNREF], [], (out) => {
      writeExceptionOf(out, index.length);
      if (!element.nullable) out.op(Op.refAsNonNull);
      access(out, Op.globalSet, Op.tableSet);
    });
  }
  const out = new ModuleWriter();
  out.vectorSection(SectionId.type, empty, types.entries());
  out.vectorSection(SectionId.import, empty, [
    importEntry('throw', { kind: 'func', typeIndex: throwType }),
    importEntry('holder', holder),
  ]);
  out.vectorSection(
    SectionId.function,
    empty,
    functions.map(({ type }) => entry((o) => o.u32(type))),
  );
  out.vectorSection(
    SectionId.export,
    empty,
    functions.map(({ name }, i) =>
      entry((o) => writeExport(o, { name, kind: 'func', index: 1 + i })),
    ),
  );
  out.vectorSection(
    SectionId.code,
    empty,
    functions.map(({ body }) =>
      entry((o) => {
        o.u32(body.length);
        o.bytes(body);
      }),
    ),
  );
  return out.finish() as Uint8Array<ArrayBuffer>;
}

function indexType(holder: Holder): ValType[] {
  if (holder.kind === 'global') return [];
  return [holder.type.limits.address === 'i64' ? I64 : I32];
}

function held(holder: Holder): { readonly element: RefType; readonly mutable: boolean } {
  if (holder.kind === 'table') return { element: holder.type.element, mutable: true };
  const { mutable, value } = holder.type;
  if (value.kind !== 'ref') throw new Error(`a global of type ${value.kind} holds no exception`);
  return { element: value, mutable };
}

function importEntry(name: string, desc: ImportDesc): Uint8Array {
  return entry((o) => writeImport(o, { module: 'e', name, desc }));
}

function entry(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(32);
  write(out);
  return out.take();
}
