/**
 * The bodies of a module's functions as they are written, with their branch hints: each at its
 * function's own index, or behind all functions with a forwarder at that index (`bodies.ts`).
 */
import { type Entry, entrySize } from '../../wasm/encode.ts';
import type { Module } from '../../wasm/module.ts';
import type { Bodies } from './bodies.ts';
import { BranchHintEntries, type BranchHints } from './branch-hints.ts';
import type { CodeLimits } from './code-limits.ts';

export class ModuleCode {
  readonly #module: Module;
  readonly #bodies: Bodies;
  readonly #limits: CodeLimits;
  readonly #debugMemory: number;
  /** Entries of the code section, at the functions' own indices. */
  readonly #own: Entry[] = [];
  /** Those behind them. */
  readonly #moved: Entry[] = [];
  readonly #ownHints = new BranchHintEntries();
  readonly #movedHints = new BranchHintEntries();
  /** By defined function: bytes of its body, without the size before it. */
  readonly #sizes: Uint32Array;
  #count = 0;
  #bytes = 0;

  constructor(module: Module, bodies: Bodies, limits: CodeLimits, debugMemory: number) {
    this.#module = module;
    this.#bodies = bodies;
    this.#limits = limits;
    this.#debugMemory = debugMemory;
    this.#sizes = new Uint32Array(module.bodies.length);
  }

  /** Bytes of all bodies so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the body of the next defined function. */
  add(body: Uint8Array, hints: BranchHints): void {
    const index = this.#module.importedFunctions + this.#count;
    const isMoved = this.#bodies.isMoved(index);
    if (hints.count > 0 && body.length <= this.#limits.hintedBytes) {
      const entries = isMoved ? this.#movedHints : this.#ownHints;
      entries.add(this.#bodies.of(index) ?? index, hints);
    }
    (isMoved ? this.#moved : this.#own).push({ sized: body });
    if (isMoved) this.#own.push({ sized: this.#bodies.forwarder(index, this.#debugMemory) });
    this.#sizes[this.#count++] = body.length;
    this.#bytes += body.length;
  }

  /** Entries of the section of hints, in the order of function indices. */
  get hints(): readonly BranchHintEntries[] {
    return [this.#ownHints, this.#movedHints];
  }

  /** Entries of the code section, in the order of function indices. */
  get entries(): Entry[] {
    return [...this.#own, ...this.#moved];
  }

  /**
   * @param first offset of the code section's first entry
   * @returns by defined function: offset of its body, behind the size
   */
  offsets(first: number): Uint32Array {
    const { importedFunctions, functions } = this.#module;
    const offsets = new Uint32Array(this.#sizes.length);
    let offset = first;
    const place = (entry: Entry, index: number): void => {
      offset += entrySize(entry);
      const func = this.#bodies.functionAt(index);
      if (func === undefined) return;
      const defined = func - importedFunctions;
      offsets[defined] = offset - this.#sizes[defined]!;
    };
    this.#own.forEach((entry, i) => {
      place(entry, importedFunctions + i);
    });
    this.#moved.forEach((entry, k) => {
      place(entry, functions.length + k);
    });
    return offsets;
  }
}
