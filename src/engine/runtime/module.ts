/** A module under the engine, in its original and its instrumented form. */
import type { Module } from '../../wasm/module.ts';
import type { InstrumentedModule } from '../instrument/instrument.ts';
import { DebugFunction } from './function.ts';
import type { Limits } from './limits.ts';

export class DebugModule {
  /** A number of its own in the engine. */
  readonly id: number;
  /** What to call it in messages. */
  readonly name: string;
  readonly original: Module;
  readonly instrumented: InstrumentedModule;
  readonly compiled: WebAssembly.Module;
  /** Breakpoints by the pc that was asked for: where they are, and how often they were asked for. */
  readonly breakpoints = new Map<number, { readonly pc: number; count: number }>();
  readonly #limits: Limits;
  readonly #functions: (DebugFunction | undefined)[] = [];

  constructor(
    id: number,
    name: string,
    original: Module,
    instrumented: InstrumentedModule,
    limits: Limits,
  ) {
    this.id = id;
    this.name = name;
    this.original = original;
    this.instrumented = instrumented;
    this.#limits = limits;
    this.compiled = new WebAssembly.Module(instrumented.bytes as Uint8Array<ArrayBuffer>);
  }

  /** The defined function with this function index; undefined for imports. */
  functionAt(index: number): DebugFunction | undefined {
    const defined = index - this.original.importedFunctions;
    const body = this.original.bodies[defined];
    if (body === undefined) return undefined;
    let fn = this.#functions[defined];
    if (fn === undefined) {
      fn = new DebugFunction(this, body, this.#limits, this.instrumented.firstLimit + defined);
      this.#functions[defined] = fn;
    }
    return fn;
  }

  /** The function whose body, locals included, holds the byte offset `pc`. */
  functionAround(pc: number): DebugFunction | undefined {
    const { bodies } = this.original;
    let low = 0;
    let high = bodies.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bodies[middle]!.end <= pc) low = middle + 1;
      else high = middle;
    }
    const body = bodies[low];
    if (body === undefined || pc < body.localsStart) return undefined;
    return this.functionAt(body.funcIndex);
  }
}
