/**
 * The frames of one stop, innermost first, across all activations. Everything is asked for when it is
 * needed first, and what the stop before has in common is taken from there: LLDB asks for the call stack
 * after every single step, and a call to the host costs ten microseconds. To be disposed of before the
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

/** What stays the same while a function executes plain instructions. */
export interface SteadyFrames {
  readonly instance: DebuggeeInstance;
  /** Addresses of the callers, if they have been asked for. */
  readonly callers: readonly bigint[] | undefined;
}

export class Stack {
  readonly #d: Debuggee;
  readonly #modules: Modules;
  /** Newest frames of the activations that have not been walked. */
  readonly #activations: Frame[];
  readonly #frames: StackFrame[] = [];
  readonly #values = new Map<string, WasmValue[] | undefined>();
  readonly #steady: SteadyFrames | undefined;
  #callers: readonly bigint[] | undefined;

  /** @param steady of the stop before, if only a plain instruction has been executed since */
  constructor(d: Debuggee, modules: Modules, steady: SteadyFrames | undefined) {
    this.#d = d;
    this.#modules = modules;
    this.#activations = d.exitFrames();
    this.#steady = steady;
    this.#callers = steady?.callers;
  }

  /** What the next stop has in common with this one, if a plain instruction is executed next. */
  get steady(): SteadyFrames | undefined {
    const frame = this.frame(0);
    return frame && { instance: frame.instance, callers: this.#callers };
  }

  /** Return addresses of all frames but the innermost, innermost first. */
  get callers(): readonly bigint[] {
    this.#callers ??= this.#all.slice(1).map(addressOf);
    return this.#callers;
  }

  /** Undefined beyond the outermost frame. */
  frame(index: number): StackFrame | undefined {
    while (this.#frames.length <= index) {
      const handle = this.#next();
      if (handle === undefined) return undefined;
      const known = this.#frames.length === 0 ? this.#steady?.instance : undefined;
      const instance = known ?? this.#modules.adoptInstance(handle.getInstance(this.#d));
      this.#frames.push({ handle, instance, pc: handle.getPc(this.#d) });
    }
    return this.#frames[index];
  }

  get #all(): readonly StackFrame[] {
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

function addressOf({ instance, pc }: StackFrame): bigint {
  return instance.module.library.address + BigInt(pc);
}
