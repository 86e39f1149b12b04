/**
 * The copies of small functions that run without any check, see `bare-leaves.ts`: behind the module's
 * own functions, whose identity they leave alone.
 */
import type { ElementSegment, Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType, writeValType } from '../../wasm/type-codec.ts';
import { FUNCREF } from '../../wasm/types.ts';
import { piece, tableEntry } from './additions.ts';
import { LIMITS } from './layout.ts';
import { activeSegments, elementFunctions, segmentOffset } from './signature-tables.ts';

/** The engine's own tables in each module. */
const ADDED_TABLES = 2;
/** Larger tables have no copies. */
const MOST_ELEMENTS = 4096;

/** A copy, or several in a table, for whoever calls them. */
export interface BareCopy {
  /** Index of the copy, or of the table. */
  readonly index: number;
  /** Address of a limit word: LEAVES if something wants to stop in one of the functions themselves. */
  readonly limitAddress: number;
}

export class BareCopies {
  readonly #module: Module;
  readonly #firstLimit: number;
  readonly #add: (typeIndex: number, entry: Uint8Array) => number;
  readonly #copies = new Map<number, BareCopy>();
  /** By the functions. */
  readonly #groups = new Map<
    string,
    { readonly address: number; readonly functions: readonly number[] }
  >();
  /** By the index of the table that they stand for. */
  readonly #tables = new Map<number, { readonly index: number; readonly length: number }>();

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

  /**
   * The copies of functions that are in a table; they are made. Undefined if there are to be none.
   *
   * @param length number of elements of the table that are known
   */
  makeInTable(table: number, length: number, functions: readonly number[]): BareCopy | undefined {
    if (length > MOST_ELEMENTS) return undefined;
    for (const func of functions) this.make(func);
    return { index: this.#table(table, length), limitAddress: this.#groupLimit(functions) };
  }

  /** By number of their limit words, from `firstLimit` on: the functions that these are about. */
  get groups(): readonly (readonly number[])[] {
    return [...this.#groups.values()].map(({ functions }) => functions);
  }

  /** The address of a word that is LEAVES if the limit word of one of the functions is. */
  #groupLimit(functions: readonly number[]): number {
    if (functions.length === 1) return this.make(functions[0]!).limitAddress;
    const key = functions.join();
    let group = this.#groups.get(key);
    if (group === undefined) {
      const word = this.#firstLimit + this.#module.bodies.length + this.#groups.size;
      group = { address: LIMITS + 4 * word, functions };
      this.#groups.set(key, group);
    }
    return group.address;
  }

  /** The table that has copies at the places where another one has the functions, and nothing else. */
  #table(table: number, length: number): number {
    let index = this.#tables.get(table)?.index;
    if (index === undefined) {
      index = this.#module.tables.length + ADDED_TABLES + this.#tables.size;
      this.#tables.set(table, { index, length });
    }
    return index;
  }

  tableEntries(): Uint8Array[] {
    return [...this.#tables.values()].map(({ length }) => tableEntry(length, length));
  }

  /** The segments that fill the tables. */
  elementEntries(): Uint8Array[] {
    return [...this.#tables].flatMap(([table, { index }]) =>
      activeSegments(this.#module, table).map((segment) => this.#segment(segment, index)),
    );
  }

  #segment(segment: ElementSegment, table: number): Uint8Array {
    const functions = elementFunctions(this.#module, segment);
    return piece((out) => {
      out.u8(6); // active, explicit table, expressions
      out.u32(table);
      out.u8(Op.i32Const);
      out.s32(segmentOffset(this.#module, segment)!);
      out.u8(Op.end);
      writeValType(out, FUNCREF);
      out.u32(functions.length);
      for (const func of functions) {
        const copy = func == null ? undefined : this.#copies.get(func);
        if (copy === undefined) {
          out.u8(Op.refNull);
          writeHeapType(out, 'func');
        } else {
          out.u8(Op.refFunc);
          out.u32(copy.index);
        }
        out.u8(Op.end);
      }
    });
  }

  /** The copy of a function, if the module has one. */
  of(func: number): BareCopy | undefined {
    return this.#copies.get(func);
  }
}
