/**
 * The frames of one stop, innermost first, across all activations. Everything is asked for when it is
 * needed first: a single step needs the innermost pc and nothing else. To be disposed of before the
 * program is resumed.
 */

import type { Debuggee, Frame, WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { DebuggeeInstance, Modules } from './modules.ts';
import { orUndefined } from './results.ts';

export interface StackFrame {
  readonly handle: Frame;
  readonly instance: DebuggeeInstance;
  /** Byte offset in the module; for callers, of the instruction after the call. */
  readonly pc: number;
}

export class Stack {
  readonly #d: Debuggee;
  readonly #modules: Modules;
  /** Newest frames of the activations that have not been walked. */
  readonly #activations: Frame[];
  readonly #frames: StackFrame[] = [];
  readonly #values = new Map<string, WasmValue[] | undefined>();

  constructor(d: Debuggee, modules: Modules) {
    this.#d = d;
    this.#modules = modules;
    this.#activations = d.exitFrames();
  }

  /** Undefined beyond the outermost frame. */
  frame(index: number): StackFrame | undefined {
    while (this.#frames.length <= index) {
      const handle = this.#next();
      if (handle === undefined) return undefined;
      const instance = this.#modules.adoptInstance(handle.getInstance(this.#d));
      this.#frames.push({ handle, instance, pc: handle.getPc(this.#d) });
    }
    return this.#frames[index];
  }

  get all(): readonly StackFrame[] {
    this.frame(Number.POSITIVE_INFINITY);
    return this.#frames;
  }

  /** Parameters and locals; undefined if one of them is of a type that the world cannot express. */
  locals(index: number): readonly WasmValue[] | undefined {
    return this.#read(`locals ${index}`, this.frame(index)?.handle, 'getLocals');
  }

  /** Operands, bottom first; undefined as for locals. */
  operands(index: number): readonly WasmValue[] | undefined {
    return this.#read(`operands ${index}`, this.frame(index)?.handle, 'getStack');
  }

  [Symbol.dispose](): void {
    for (const values of this.#values.values()) {
      for (const value of values ?? []) value[Symbol.dispose]();
    }
    for (const { handle } of this.#frames) handle[Symbol.dispose]();
    for (const handle of this.#activations) handle[Symbol.dispose]();
    this.#values.clear();
    this.#frames.length = 0;
    this.#activations.length = 0;
  }

  #next(): Frame | undefined {
    const parent = this.#frames.at(-1)?.handle.parentFrame(this.#d);
    return parent ?? this.#activations.shift();
  }

  #read(
    key: string,
    frame: Frame | undefined,
    method: 'getLocals' | 'getStack',
  ): readonly WasmValue[] | undefined {
    if (frame === undefined) return undefined;
    if (!this.#values.has(key)) {
      this.#values.set(
        key,
        orUndefined(() => frame[method](this.#d)),
      );
    }
    return this.#values.get(key);
  }
}
