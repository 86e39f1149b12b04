/**
 * The copies of small functions that run without any check, see `bare-leaves.ts`: behind the module's
 * own functions, whose identity they leave alone.
 */
import type { Module } from '../../wasm/module.ts';
import { LIMITS } from './layout.ts';

/** A copy, for whoever calls it. */
export interface BareCopy {
  /** Index of the copy. */
  readonly index: number;
  /** Address of the limit word of the function itself: 0 if something wants to stop in it. */
  readonly limitAddress: number;
}

export class BareCopies {
  readonly #module: Module;
  readonly #firstLimit: number;
  readonly #add: (typeIndex: number, entry: Uint8Array) => number;
  readonly #copies = new Map<number, BareCopy>();

  /**
   * @param firstLimit number of the limit word of the first function that the module defines
   * @param add adds a function, of which it gets the entry of the code section; gives its index
   */
  constructor(
    module: Module,
    firstLimit: number,
    add: (typeIndex: number, entry: Uint8Array) => number,
  ) {
    this.#module = module;
    this.#firstLimit = firstLimit;
    this.#add = add;
  }

  /** The copy of a function; it is made. */
  make(func: number): BareCopy {
    let copy = this.#copies.get(func);
    if (copy === undefined) {
      const { bytes, bodies, functions, importedFunctions } = this.#module;
      const defined = func - importedFunctions;
      const { start, end } = bodies[defined]!;
      copy = {
        index: this.#add(functions[func]!.typeIndex, bytes.subarray(start, end)),
        limitAddress: LIMITS + 4 * (this.#firstLimit + defined),
      };
      this.#copies.set(func, copy);
    }
    return copy;
  }

  /** The copy of a function, if the module has one. */
  of(func: number): BareCopy | undefined {
    return this.#copies.get(func);
  }
}
