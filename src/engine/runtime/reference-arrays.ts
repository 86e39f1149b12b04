/**
 * The arrays that hold the references of frames, see `../instrument/references.ts`. JavaScript can
 * hold such an array but not look into it, so a small module makes them, copies them when the frame
 * stack grows, and reads the elements that JavaScript can have.
 */
import { EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType, writeValType } from '../../wasm/type-codec.ts';
import { EXNREF, EXTERNREF, I32, refType, type ValType } from '../../wasm/types.ts';
import type { CodeWriter } from '../instrument/code.ts';
import { STACK } from '../instrument/layout.ts';
import { HIERARCHIES, type Hierarchy, REFERENCE_SIZE, TOP } from '../instrument/references.ts';
import { SmallModule } from '../instrument/small-module.ts';
import { WebAssembly } from './v8.ts';

interface Accessors {
  /** A new array with the elements of an old one, or none. */
  readonly make: (old: unknown, length: number) => unknown;
  readonly isNull: (array: unknown, index: number) => number;
  readonly get: (array: unknown, index: number) => unknown;
  readonly set: (array: unknown, index: number, value: unknown) => void;
  /** A new array with some of the elements. */
  readonly slice: (array: unknown, index: number, length: number) => unknown;
  /** Puts all elements of another array into one. */
  readonly put: (array: unknown, index: number, from: unknown) => void;
  readonly clear: (array: unknown) => void;
}

/** Copies of the references of some frames. */
export type KeptReferences = ReadonlyMap<Hierarchy, unknown>;

/** What the accessors call to have an exception where only wasm can: it throws its argument. */
const IMPORT = { module: 'e', name: 'throw' } as const;

/** Clause of a `try_table`: any exception, by reference. */
const CATCH_ALL_REF = 3;

export class ReferenceArrays {
  readonly #arrays = new Map<Hierarchy, unknown>();
  /** Globals through which instances reach an array. */
  readonly #globals = new Map<Hierarchy, WebAssembly.Global[]>();
  #accessors: Record<string, unknown> | undefined;
  #length: number;

  /** @param end byte address behind everything that frames are written to */
  constructor(end: number) {
    this.#length = lengthFor(end);
  }

  /** Gives an instance the array of a hierarchy. */
  connect(hierarchy: Hierarchy, global: WebAssembly.Global): void {
    let array = this.#arrays.get(hierarchy);
    if (array === undefined) {
      array = this.#of(hierarchy).make(null, this.#length);
      this.#arrays.set(hierarchy, array);
    }
    global.value = array;
    const globals = this.#globals.get(hierarchy);
    if (globals === undefined) this.#globals.set(hierarchy, [global]);
    else globals.push(global);
  }

  /**
   * Makes room for frames up to a byte address.
   * @throws RangeError if V8 has no room for arrays of that length
   */
  growTo(end: number): void {
    const length = lengthFor(end);
    if (length <= this.#length) return;
    for (const [hierarchy, old] of this.#arrays) {
      const array = this.#of(hierarchy).make(old, length);
      this.#arrays.set(hierarchy, array);
      for (const global of this.#globals.get(hierarchy)!) global.value = array;
    }
    this.#length = length;
  }

  /** The function, or null, at a byte address of the frame stack. */
  functionAt(address: number): unknown {
    const index = (address - STACK) / REFERENCE_SIZE;
    return this.#of('func').get(this.#arrays.get('func'), index);
  }

  /**
   * What throwing the exception at a byte address of the frame stack throws: a
   * WebAssembly.Exception or an error of JavaScript that was caught by wasm. Null for null.
   * JavaScript cannot have the reference itself.
   */
  exceptionAt(address: number): unknown {
    const index = (address - STACK) / REFERENCE_SIZE;
    const array = this.#arrays.get('exn');
    const { isNull, get } = this.#of('exn');
    if (isNull(array, index) !== 0) return null;
    try {
      return get(array, index);
    } catch (error) {
      return error;
    }
  }

  /** The reference at a byte address of the frame stack, as JavaScript has it; of exceptions, see above. */
  objectAt(hierarchy: Hierarchy, address: number): unknown {
    if (hierarchy === 'exn') return this.exceptionAt(address);
    const index = (address - STACK) / REFERENCE_SIZE;
    return this.#of(hierarchy).get(this.#arrays.get(hierarchy), index);
  }

  /**
   * Puts a reference at a byte address of the frame stack; for an exception, what throwing it
   * throws.
   */
  set(hierarchy: Hierarchy, address: number, object: unknown): void {
    const index = (address - STACK) / REFERENCE_SIZE;
    this.#of(hierarchy).set(this.#arrays.get(hierarchy), index, object);
  }

  /** Lets go of all references. No frame may be there. */
  clear(): void {
    for (const [hierarchy, array] of this.#arrays) this.#of(hierarchy).clear(array);
  }

  /** Copies the references between two byte addresses of the frame stack. */
  keep(from: number, to: number): KeptReferences {
    const index = (from - STACK) / REFERENCE_SIZE;
    const length = (to - from) / REFERENCE_SIZE;
    const kept = new Map<Hierarchy, unknown>();
    for (const [hierarchy, array] of this.#arrays) {
      kept.set(hierarchy, this.#of(hierarchy).slice(array, index, length));
    }
    return kept;
  }

  /** Puts copies of references back to where they were. */
  putBack(from: number, kept: KeptReferences): void {
    const index = (from - STACK) / REFERENCE_SIZE;
    for (const [hierarchy, references] of kept) {
      this.#of(hierarchy).put(this.#arrays.get(hierarchy), index, references);
    }
  }

  #of(hierarchy: Hierarchy): Accessors {
    this.#accessors ??= new WebAssembly.Instance(new WebAssembly.Module(accessModule()), {
      [IMPORT.module]: {
        [IMPORT.name]: (thrown: unknown) => {
          throw thrown;
        },
      },
    }).exports;
    return {
      make: this.#accessors[`make ${hierarchy}`] as Accessors['make'],
      isNull: this.#accessors[`null ${hierarchy}`] as Accessors['isNull'],
      get: this.#accessors[`get ${hierarchy}`] as Accessors['get'],
      set: this.#accessors[`set ${hierarchy}`] as Accessors['set'],
      slice: this.#accessors[`slice ${hierarchy}`] as Accessors['slice'],
      put: this.#accessors[`put ${hierarchy}`] as Accessors['put'],
      clear: this.#accessors[`clear ${hierarchy}`] as Accessors['clear'],
    };
  }
}

function lengthFor(end: number): number {
  return Math.ceil((end - STACK) / REFERENCE_SIZE);
}

function accessModule(): Uint8Array<ArrayBuffer> {
  const small = new SmallModule();
  const { types } = small;
  small.import(IMPORT.module, IMPORT.name, {
    kind: 'func',
    typeIndex: types.func([EXTERNREF], []),
  });
  const add = (
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
    locals: readonly ValType[],
    write: (out: CodeWriter) => void,
  ): void => small.export(name, 'func', small.func(types.func(params, results), locals, write));
  for (const hierarchy of HIERARCHIES) {
    const type = types.array(TOP[hierarchy]);
    const array = refType(true, type);
    // A function with an exnref in its type cannot be called from JavaScript at all.
    const given = hierarchy === 'exn' ? EXTERNREF : TOP[hierarchy];
    add(`null ${hierarchy}`, [array, I32], [I32], [], (out) => {
      out.localGet(0);
      out.localGet(1);
      out.op(Op.arrayGet);
      out.u32(type);
      out.op(Op.refIsNull);
    });
    add(`get ${hierarchy}`, [array, I32], [given], [], (out) => {
      out.localGet(0);
      out.localGet(1);
      out.op(Op.arrayGet);
      out.u32(type);
      if (hierarchy === 'exn') out.op(Op.throwRef);
    });
    add(`set ${hierarchy}`, [array, I32, given], [], [], (out) => {
      out.localGet(0);
      out.localGet(1);
      if (hierarchy === 'exn') writeExceptionOf(out, 2);
      else out.localGet(2);
      out.op(Op.arraySet);
      out.u32(type);
    });
    // slice(array, index, length): local 3 is the new array.
    add(`slice ${hierarchy}`, [array, I32, I32], [array], [array], (out) => {
      out.localGet(2);
      out.op(Op.arrayNewDefault);
      out.u32(type);
      out.localTee(3);
      out.i32Const(0);
      out.localGet(0);
      out.localGet(1);
      out.localGet(2);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
      out.localGet(3);
    });
    add(`put ${hierarchy}`, [array, I32, array], [], [], (out) => {
      out.localGet(0);
      out.localGet(1);
      out.localGet(2);
      out.i32Const(0);
      out.localGet(2);
      out.op(Op.arrayLen);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
    });
    add(`clear ${hierarchy}`, [array], [], [], (out) => {
      out.localGet(0);
      out.i32Const(0);
      out.op(Op.refNull);
      writeHeapType(out, TOP[hierarchy].heap);
      out.localGet(0);
      out.op(Op.arrayLen);
      out.op(Op.arrayFill);
      out.u32(type);
    });
    // make(old, length): local 2 is the new array.
    add(`make ${hierarchy}`, [array, I32], [array], [array], (out) => {
      out.localGet(1);
      out.op(Op.arrayNewDefault);
      out.u32(type);
      out.localSet(2);
      out.localGet(0);
      out.op(Op.refIsNull);
      out.op(Op.i32Eqz);
      out.if();
      out.localGet(2);
      out.i32Const(0);
      out.localGet(0);
      out.i32Const(0);
      out.localGet(0);
      out.op(Op.arrayLen);
      out.op(Op.arrayCopy);
      out.u32(type);
      out.u32(type);
      out.end();
      out.localGet(2);
    });
  }
  return small.finish();
}

/**
 * Pushes the reference to the exception that throwing a local throws; null stays null. Function 0
 * must be one that throws its argument.
 */
export function writeExceptionOf(out: CodeWriter, local: number): void {
  out.u8(Op.block);
  writeValType(out, EXNREF);
  out.op(Op.refNull);
  writeHeapType(out, 'exn');
  out.localGet(local);
  out.op(Op.refIsNull);
  out.u8(Op.brIf);
  out.u32(0);
  out.op(Op.drop);
  out.op(Op.tryTable);
  out.u8(EMPTY_BLOCK_TYPE);
  out.u32(1);
  out.u8(CATCH_ALL_REF);
  out.u32(0);
  out.localGet(local);
  out.op(Op.call);
  out.u32(0);
  out.end();
  out.op(Op.unreachable);
  out.end();
}
