/**
 * Small modules through which the engine hands values to the program and takes them from it with all
 * their bits: JavaScript has neither vectors nor the payload of every NaN.
 *
 * The values lie in a *row*: 16 bytes of the debug memory for each, references at the same places of
 * the arrays of references. A row begins where the next callee's frame would.
 */
import { EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import { functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import { EXTERNREF, FUNCREF, I32, type RefType, type ValType } from '../../wasm/types.ts';
import { DEBUG_MEMORY_IMPORT, DEBUG_MEMORY_TYPE } from './additions.ts';
import type { CodeWriter } from './code.ts';
import { FRAME_POINTER, IMPORT_MODULE, STACK } from './layout.ts';
import {
  pushReferences,
  type ReferencePlace,
  referencePlace,
  writeReferencesGlobal,
} from './reference-place.ts';
import {
  type Hierarchy,
  hierarchyOf,
  isBottom,
  isTop,
  REFERENCE_SIZE,
  storageType,
} from './references.ts';
import { SmallModule } from './small-module.ts';
import type { TypeRegistry } from './type-registry.ts';

/** Clause of a `try_table`: the values of exceptions with a tag. */
const CATCH = 0;

/** Bytes of one value of a row. */
export const ROW_STEP = 16;

/** Import and export names. Exported globals of the arrays of references are `references:func` etc. */
export const THUNK = {
  /** (row i32): traps if the row does not hold values of the types. */
  check: 'check',
  /** What the thunk is for. */
  run: 'run',
  references: 'references:',
  tag: 'tag',
  /** Imported function of JavaScript that throws its argument. */
  throw: 'throw',
} as const;

export interface ThunkModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The arrays of references that must be put into the exported globals. */
  readonly references: readonly Hierarchy[];
}

/**
 * `run` of type [] -> results returns the row at the frame pointer: a slot of the continuation table
 * that makes a function return early.
 */
export function returnThunk(module: Module, results: readonly ValType[]): ThunkModule {
  const thunk = new ThunkWriter(module);
  thunk.check(results);
  const type = thunk.types.func([], results);
  thunk.define(THUNK.run, type, [I32], (row) => {
    row.out.i32Const(0);
    row.out.load(I32, FRAME_POINTER);
    row.out.localSet(0);
    row.load(results);
  });
  return thunk.finish();
}

/**
 * `run` of (row i32, funcref) calls a function with the arguments in the row and leaves its results
 * there. The callee's frame may lie over the row.
 *
 * @param typeIndex - of the function, in `module`
 */
export function callThunk(module: Module, typeIndex: number): ThunkModule {
  const { params, results } = functionType(module, typeIndex);
  const thunk = new ThunkWriter(module);
  thunk.check(params);
  const type = thunk.types.func([I32, FUNCREF], []);
  // Locals: the row, the function, the results.
  thunk.define(THUNK.run, type, results.map(storageType), (row) => {
    const { out } = row;
    row.load(params);
    out.localGet(1);
    out.op(Op.refCastNull);
    writeHeapType(out, typeIndex);
    out.op(Op.callRef);
    out.u32(typeIndex);
    row.take(results, 2);
  });
  return thunk.finish();
}

/**
 * `run` of (row i32) throws the values in the row with the imported tag.
 *
 * @param typeIndex - of the tag, in `module`; undefined: a function type of its own
 */
export function throwThunk(
  module: Module,
  params: readonly ValType[],
  typeIndex: number | undefined,
): ThunkModule {
  const thunk = new ThunkWriter(module);
  thunk.importTag(typeIndex ?? thunk.types.func(params, []));
  thunk.check(params);
  thunk.define(THUNK.run, thunk.types.func([I32], []), [], (row) => {
    row.load(params);
    row.out.op(Op.throw);
    row.out.u32(0);
  });
  return thunk.finish();
}

type PlaceOf = (hierarchy: Hierarchy) => ReferencePlace;

/**
 * `run` of (row i32, externref) throws what it is given, an exception with the imported tag, and
 * leaves its values in the row.
 *
 * @param typeIndex - of the tag, in `module`
 */
export function catchThunk(module: Module, typeIndex: number): ThunkModule {
  const { params } = functionType(module, typeIndex);
  const thunk = new ThunkWriter(module);
  thunk.importTag(typeIndex);
  thunk.importThrow();
  thunk.check([]);
  const type = thunk.types.func([I32, EXTERNREF], []);
  const caught = thunk.types.func([], params);
  // Locals: the row, what to throw, the values.
  thunk.define(THUNK.run, type, params.map(storageType), (row) => {
    const { out } = row;
    out.u8(Op.block);
    out.s33(caught);
    out.op(Op.tryTable);
    out.u8(EMPTY_BLOCK_TYPE);
    out.u32(1);
    out.u8(CATCH);
    out.u32(0); // the tag
    out.u32(0); // the block
    out.localGet(1);
    out.op(Op.call);
    out.u32(0);
    out.end();
    out.op(Op.unreachable);
    out.end();
    row.take(params, 2);
  });
  return thunk.finish();
}

/** Emits the access to a row whose address is local 0. */
class RowCode {
  readonly out: CodeWriter;
  readonly #module: Module;
  readonly #place: PlaceOf;

  constructor(out: CodeWriter, module: Module, place: PlaceOf) {
    this.out = out;
    this.#module = module;
    this.#place = place;
  }

  /** Pushes the first values of the row. */
  load(types: readonly ValType[]): void {
    types.forEach((type, i) => {
      this.#loadOne(type, i);
    });
  }

  #loadOne(type: ValType, position: number): void {
    const { out } = this;
    if (type.kind !== 'ref') {
      out.localGet(0);
      out.load(type, ROW_STEP * position);
      return;
    }
    if (isBottom(type)) {
      out.op(Op.refNull);
      writeHeapType(out, type.heap);
    } else {
      const array = this.#element(type, position);
      out.op(Op.arrayGet);
      out.u32(array);
      if (!isTop(type)) {
        out.op(Op.refCastNull);
        writeHeapType(out, type.heap);
      }
    }
    if (!type.nullable) out.op(Op.refAsNonNull);
  }

  /** Pops values into the row, by way of as many locals. */
  take(types: readonly ValType[], firstLocal: number): void {
    for (let i = types.length - 1; i >= 0; i--) this.out.localSet(firstLocal + i);
    types.forEach((type, i) => {
      this.#store(type, i, firstLocal + i);
    });
  }

  #store(type: ValType, position: number, local: number): void {
    const { out } = this;
    if (type.kind !== 'ref') {
      out.localGet(0);
      out.localGet(local);
      out.store(type, ROW_STEP * position);
      return;
    }
    // Only null: the reader of the row knows.
    if (isBottom(type)) return;
    const array = this.#element(type, position);
    out.localGet(local);
    out.op(Op.arraySet);
    out.u32(array);
  }

  /** Pushes the array and the index; gives the array's type. */
  #element(type: RefType, position: number): number {
    const { out } = this;
    const place = this.#place(hierarchyOf(this.#module, type));
    pushReferences(out, place);
    out.localGet(0);
    out.i32Const(STACK);
    out.op(Op.i32Sub);
    out.i32Const(REFERENCE_SIZE);
    out.op(Op.i32DivU);
    out.i32Const((ROW_STEP / REFERENCE_SIZE) * position);
    out.op(Op.i32Add);
    return place.array;
  }
}

class ThunkWriter {
  readonly #module: Module;
  readonly #small: SmallModule;
  readonly #references: Hierarchy[] = [];

  constructor(module: Module) {
    this.#module = module;
    this.#small = new SmallModule(module);
    this.#small.import(IMPORT_MODULE, DEBUG_MEMORY_IMPORT, {
      kind: 'memory',
      type: DEBUG_MEMORY_TYPE,
    });
  }

  get types(): TypeRegistry {
    return this.#small.types;
  }

  importTag(typeIndex: number): void {
    this.#small.import(IMPORT_MODULE, THUNK.tag, { kind: 'tag', type: { typeIndex } });
  }

  importThrow(): void {
    const typeIndex = this.types.func([EXTERNREF], []);
    this.#small.import(IMPORT_MODULE, THUNK.throw, { kind: 'func', typeIndex });
  }

  check(types: readonly ValType[]): void {
    this.define(THUNK.check, this.types.func([I32], []), [], (row) => {
      row.load(types);
      for (const _ of types) row.out.op(Op.drop);
    });
  }

  define(
    name: string,
    type: number,
    locals: readonly ValType[],
    write: (row: RowCode) => void,
  ): void {
    const index = this.#small.func(type, locals, (out) =>
      write(new RowCode(out, this.#module, (hierarchy) => this.#place(hierarchy))),
    );
    this.#small.export(name, 'func', index);
  }

  finish(): ThunkModule {
    this.#references.forEach((hierarchy, index) => {
      const place = this.#place(hierarchy);
      this.#small.global((out) => writeReferencesGlobal(out, place));
      this.#small.export(THUNK.references + hierarchy, 'global', index);
    });
    return { bytes: this.#small.finish(), references: this.#references };
  }

  #place(hierarchy: Hierarchy): ReferencePlace {
    let global = this.#references.indexOf(hierarchy);
    if (global < 0) global = this.#references.push(hierarchy) - 1;
    return referencePlace(this.types, hierarchy, global);
  }
}
