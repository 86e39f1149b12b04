/**
 * Functions of the instrumented module that store several values, one behind the other. Where versions are
 * left, a call of one takes two bytes for each local, and a store of its own eight.
 */
import { I32, type NumType } from '../../wasm/types.ts';
import { withSize } from './additions.ts';
import { CodeWriter } from './code.ts';
import type { TypeRegistry } from './type-registry.ts';

/** With fewer values, stores are as short. */
export const LEAST_RUN = 3;
/** More are stored by several calls. */
export const MOST_RUN = 32;

export class RunStores {
  readonly #debugMemory: number;
  readonly #types: TypeRegistry;
  readonly #add: (typeIndex: number, body: Uint8Array) => number;
  /** By type: function indices, by how many values. */
  readonly #known = new Map<NumType, number[]>();

  /** @param add adds a function of a type to the module, of which it gets the entry of the code section */
  constructor(
    debugMemory: number,
    types: TypeRegistry,
    add: (typeIndex: number, body: Uint8Array) => number,
  ) {
    this.#debugMemory = debugMemory;
    this.#types = types;
    this.#add = add;
  }

  /** Index of the function of type (address i32, values...) -> []. */
  of(type: NumType, count: number): number {
    let functions = this.#known.get(type);
    if (functions === undefined) {
      functions = [];
      this.#known.set(type, functions);
    }
    functions[count] ??= this.#make(type, count);
    return functions[count];
  }

  #make(type: NumType, count: number): number {
    const out = new CodeWriter(this.#debugMemory);
    out.u32(0); // no locals
    for (let i = 0; i < count; i++) {
      out.localGet(0);
      out.localGet(i + 1);
      out.store(type, i * sizeOfNumber(type));
    }
    out.end();
    const params = [I32, ...new Array<NumType>(count).fill(type)];
    return this.#add(this.#types.func(params, []), withSize(out.take()));
  }
}

/** Bytes of a number in a frame. */
export function sizeOfNumber({ kind }: NumType): 4 | 8 | 16 {
  if (kind === 'i32' || kind === 'f32') return 4;
  return kind === 'v128' ? 16 : 8;
}
