/**
 * Rows of values (see `../instrument/thunks.ts`) as the runtime writes and reads them, at the frame
 * pointer: while the program is stopped, what is behind that belongs to nobody.
 */
import type { Module } from '../../wasm/module.ts';
import { type ValType, valTypeName } from '../../wasm/types.ts';
import { hierarchyOf, isBottom } from '../instrument/references.ts';
import { ROW_STEP } from '../instrument/thunks.ts';
import type { DebugMemory } from './debug-memory.ts';
import { type Bits, readBits, writeBits } from './frame-values.ts';
import type { ReferenceArrays } from './reference-arrays.ts';
import type { Thunk } from './thunks.ts';
import { WebAssembly } from './v8.ts';

/** A value that is not in a frame any more, or not yet. */
export type HeldValue =
  | Bits
  // A function, null, whatever else JavaScript was given; of an exception, what throwing it throws.
  | {
      readonly type: 'ref';
      readonly hierarchy: 'func' | 'extern' | 'any' | 'exn';
      readonly object: unknown;
    };

export class ValueRows {
  readonly #memory: DebugMemory;
  readonly #references: ReferenceArrays;
  readonly #makeRoom: (base: number, size: number) => void;

  /** @param makeRoom - grows the frame stack for a frame of a size at a byte address */
  constructor(
    memory: DebugMemory,
    references: ReferenceArrays,
    makeRoom: (base: number, size: number) => void,
  ) {
    this.#memory = memory;
    this.#references = references;
    this.#makeRoom = makeRoom;
  }

  /** The byte address of a row with room for `count` values. */
  reserve(count: number): number {
    const row = this.#memory.framePointer;
    this.#makeRoom(row, ROW_STEP * count);
    return row;
  }

  /** @returns the row's byte address */
  write(values: readonly HeldValue[]): number {
    const row = this.reserve(values.length);
    values.forEach((value, i) => {
      const address = row + ROW_STEP * i;
      if (value.type === 'ref') this.#references.set(value.hierarchy, address, value.object);
      else writeBits(this.#memory.view, address, value);
    });
    return row;
  }

  read(row: number, module: Module, types: readonly ValType[]): HeldValue[] {
    return types.map((type, i): HeldValue => {
      const address = row + ROW_STEP * i;
      if (type.kind !== 'ref') return readBits(this.#memory.view, address, type);
      const hierarchy = hierarchyOf(module, type);
      const object = isBottom(type) ? null : this.#references.objectAt(hierarchy, address);
      return { type: 'ref', hierarchy, object };
    });
  }

  /**
   * Requires values to be of the types that a thunk takes from a row. The thunk is asked too: of what
   * type a reference is only wasm knows.
   *
   * @throws MismatchedValues
   */
  require(
    values: readonly HeldValue[],
    module: Module,
    types: readonly ValType[],
    thunk: Thunk,
  ): void {
    if (!alike(values, module, types)) throw new MismatchedValues(values, types);
    const row = this.write(values);
    try {
      thunk.check(row);
    } catch (error) {
      // A failed cast.
      if (error instanceof WebAssembly.RuntimeError) throw new MismatchedValues(values, types);
      throw error;
    }
  }
}

/** Values that are not of the types that they must have. */
export class MismatchedValues extends Error {
  override name = 'MismatchedValues';

  constructor(values: readonly HeldValue[], types: readonly ValType[]) {
    const given = values.map((value) => (value.type === 'ref' ? value.hierarchy : value.type));
    super(`(${given.join(' ')}) where (${types.map(valTypeName).join(' ')}) is needed`);
  }
}

/** The same number, numbers of the same types, references of the same hierarchies. */
function alike(values: readonly HeldValue[], module: Module, types: readonly ValType[]): boolean {
  if (values.length !== types.length) return false;
  return types.every((type, i) => {
    const value = values[i]!;
    if (type.kind !== 'ref' || value.type !== 'ref') return value.type === type.kind;
    if (value.hierarchy !== hierarchyOf(module, type)) return false;
    return value.object === null ? type.nullable : !isBottom(type);
  });
}
