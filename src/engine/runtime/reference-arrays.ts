/** The arrays that hold the references of frames, see `../instrument/references.ts`. */
import { STACK } from '../instrument/layout.ts';
import { type Hierarchy, REFERENCE_SIZE } from '../instrument/references.ts';
import { makeReferences, type ReferenceAccess, type ReferencesModule } from './reference-access.ts';

/** Copies of the references of some frames. */
export type KeptReferences = ReadonlyMap<Hierarchy, unknown>;

export class ReferenceArrays {
  /** Hierarchies that an instance uses; the arrays of others have no places. */
  readonly #used = new Set<Hierarchy>();
  #module: ReferencesModule | undefined;
  #length: number;

  /** @param end byte address behind everything that frames are written to */
  constructor(end: number) {
    this.#length = lengthFor(end);
  }

  /** What instrumented code calls now and then to have new arrays. */
  get renew(): unknown {
    return this.#made.renew;
  }

  /** Gives an instance the array of a hierarchy. */
  connect(hierarchy: Hierarchy, global: WebAssembly.Global): void {
    const access = this.#of(hierarchy);
    if (!this.#used.has(hierarchy)) {
      access.grow(this.#length);
      this.#used.add(hierarchy);
    }
    global.value = access.holder();
  }

  /**
   * Makes room for frames up to a byte address.
   * @throws RangeError if V8 has no room for arrays of that length
   */
  growTo(end: number): void {
    const length = lengthFor(end);
    if (length <= this.#length) return;
    for (const hierarchy of this.#used) this.#of(hierarchy).grow(length);
    this.#length = length;
  }

  /** The function, or null, at a byte address of the frame stack. */
  functionAt(address: number): unknown {
    return this.#of('func').get(indexOf(address));
  }

  /**
   * What throwing the exception at a byte address of the frame stack throws: a
   * WebAssembly.Exception or an error of JavaScript that was caught by wasm. Null for null.
   * JavaScript cannot have the reference itself.
   */
  exceptionAt(address: number): unknown {
    const { isNull, get } = this.#of('exn');
    const index = indexOf(address);
    if (isNull(index) !== 0) return null;
    try {
      return get(index);
    } catch (error) {
      return error;
    }
  }

  /** The reference at a byte address of the frame stack, as JavaScript has it; of exceptions, see above. */
  objectAt(hierarchy: Hierarchy, address: number): unknown {
    if (hierarchy === 'exn') return this.exceptionAt(address);
    return this.#of(hierarchy).get(indexOf(address));
  }

  /**
   * Puts a reference at a byte address of the frame stack; for an exception, what throwing it
   * throws.
   */
  set(hierarchy: Hierarchy, address: number, object: unknown): void {
    this.#of(hierarchy).set(indexOf(address), object);
  }

  /** Lets go of all references. No frame may be there. */
  clear(): void {
    for (const hierarchy of this.#used) this.#of(hierarchy).clear();
  }

  /** Copies the references between two byte addresses of the frame stack. */
  keep(from: number, to: number): KeptReferences {
    const length = (to - from) / REFERENCE_SIZE;
    const kept = new Map<Hierarchy, unknown>();
    for (const hierarchy of this.#used) {
      kept.set(hierarchy, this.#of(hierarchy).slice(indexOf(from), length));
    }
    return kept;
  }

  /** Puts copies of references back to where they were. */
  putBack(from: number, kept: KeptReferences): void {
    for (const [hierarchy, references] of kept) {
      this.#of(hierarchy).put(indexOf(from), references);
    }
  }

  get #made(): ReferencesModule {
    this.#module ??= makeReferences();
    return this.#module;
  }

  #of(hierarchy: Hierarchy): ReferenceAccess {
    return this.#made.of[hierarchy];
  }
}

function lengthFor(end: number): number {
  return Math.ceil((end - STACK) / REFERENCE_SIZE);
}

function indexOf(address: number): number {
  return (address - STACK) / REFERENCE_SIZE;
}
