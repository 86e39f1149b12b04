/** The frames of one stop. Handles are asked for as they are needed, and end with the stop. */

import type { Frame, WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Code } from '../../../src/wasm/code.ts';
import type { Value, Values } from '../../shared/src/value.ts';
import { type NumberType, orError, readNumber, readValue } from '../../shared/src/values.ts';
import type { Program, ProgramInstance } from './program.ts';

/** One wasm frame. Everything is read at most once. */
export class FrameView {
  readonly handle: Frame;
  /** 0 for the innermost. */
  readonly index: number;
  /** 0 for the newest; between two activations there are frames of the host. */
  readonly activation: number;
  readonly #program: Program;
  #instance: ProgramInstance | undefined;
  #func: number | undefined;
  #pc: number | undefined;
  readonly #lists: { locals?: WasmValue[]; stack?: WasmValue[] } = {};

  constructor(program: Program, handle: Frame, index: number, activation: number) {
    this.#program = program;
    this.handle = handle;
    this.index = index;
    this.activation = activation;
  }

  get instance(): ProgramInstance {
    this.#instance ??= this.#program.instanceOf(this.handle);
    return this.#instance;
  }

  get code(): Code {
    return this.instance.module.code;
  }

  /** Function index. */
  get func(): number {
    this.#func ??= this.handle.getFuncIndex(this.#program.d);
    return this.#func;
  }

  /** In a caller: that of the instruction behind the call. */
  get pc(): number {
    this.#pc ??= this.handle.getPc(this.#program.d);
    return this.#pc;
  }

  get locals(): Values {
    return this.#all('locals');
  }

  /** Bottom first. */
  get stack(): Values {
    return this.#all('stack');
  }

  /**
   * One local, or one operand counted from the bottom; undefined beyond the end.
   * @param type that it has, where that is known: it is not asked for then
   * @throws the world's error code in a `payload`
   */
  one(list: 'locals' | 'stack', index: number, type?: NumberType): Value | undefined {
    const handle = this.#handles(list)[index];
    if (handle === undefined) return undefined;
    return type === undefined ? readValue(this.#program.d, handle) : readNumber(handle, type);
  }

  /** @throws the world's error code in a `payload` */
  stackHeight(): number {
    return this.#handles('stack').length;
  }

  dispose(): void {
    for (const list of Object.values(this.#lists)) {
      for (const value of list) value[Symbol.dispose]();
    }
    this.handle[Symbol.dispose]();
  }

  #all(list: 'locals' | 'stack'): Values {
    return orError(() => this.#handles(list).map((handle) => readValue(this.#program.d, handle)));
  }

  #handles(list: 'locals' | 'stack'): WasmValue[] {
    this.#lists[list] ??=
      list === 'locals'
        ? this.handle.getLocals(this.#program.d)
        : this.handle.getStack(this.#program.d);
    return this.#lists[list];
  }
}

/** All frames, innermost first, through all activations; walked as far as they are asked for. */
export class Backtrace {
  readonly #program: Program;
  /** Asked for with the first frame: not every stop is looked at. */
  #heads: Frame[] | undefined;
  readonly #frames: FrameView[] = [];
  /** Heads that the walk has taken over. */
  #activations = 0;
  #complete = false;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Undefined beyond the outermost frame. */
  at(index: number): FrameView | undefined {
    while (this.#frames.length <= index && !this.#complete) this.#walk();
    return this.#frames[index];
  }

  /** How many frames there are, or `limit + 1` if there are more than `limit`. */
  count(limit: number): number {
    this.at(limit);
    return this.#frames.length;
  }

  dispose(): void {
    for (const frame of this.#frames) frame.dispose();
    for (const head of this.#heads?.slice(this.#activations) ?? []) head[Symbol.dispose]();
    this.#frames.length = 0;
    this.#heads = [];
    this.#complete = true;
  }

  #walk(): void {
    this.#heads ??= this.#program.d.exitFrames();
    const last = this.#frames.at(-1);
    let next = last?.handle.parentFrame(this.#program.d);
    if (next === undefined) next = this.#heads[this.#activations++];
    if (next === undefined) {
      this.#activations--;
      this.#complete = true;
      return;
    }
    this.#frames.push(
      new FrameView(this.#program, next, this.#frames.length, this.#activations - 1),
    );
  }
}
