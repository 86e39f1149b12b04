/** A module under the engine, in its original and its instrumented form. */
import type { Module } from '../../wasm/module.ts';
import type { InstrumentedModule } from '../instrument/instrument.ts';
import { Breakpoints } from './breakpoints.ts';
import { DebugFunction } from './function.ts';
import type { Limits } from './limits.ts';
import { WebAssembly } from './v8.ts';

/** How a module is compiled beyond its bytes: which of its imports the JavaScript engine provides. */
export interface CompileOptions {
  readonly builtins?: readonly string[];
  readonly importedStringConstants?: string | null;
}

/** Where the hash FNV-1a begins. */
const FNV = 0x811c_9dc5;

export class DebugModule {
  /** A number of its own in the engine. */
  readonly id: number;
  /** What to call it in messages. */
  readonly name: string;
  readonly original: Module;
  readonly instrumented: InstrumentedModule;
  readonly compiled: WebAssembly.Module;
  /** Indices of the imports that an instantiation has to give, without those that V8 provides. */
  readonly asked: readonly number[];
  readonly breakpoints = new Breakpoints(this);
  readonly #limits: Limits;
  #hash: number | undefined;
  readonly #functions: (DebugFunction | undefined)[] = [];

  constructor(
    id: number,
    name: string,
    original: Module,
    instrumented: InstrumentedModule,
    limits: Limits,
    options?: CompileOptions,
  ) {
    this.id = id;
    this.name = name;
    this.original = original;
    this.instrumented = instrumented;
    this.#limits = limits;
    const Module = WebAssembly.Module as ModuleConstructor;
    this.compiled = new Module(instrumented.bytes as Uint8Array<ArrayBuffer>, options);
    this.asked =
      options === undefined
        ? original.imports.map((_, i) => i)
        : askedImports(original, WebAssembly.Module.imports(this.compiled));
  }

  /** A number that stands for the original's bytes, of 32 bits. */
  get hash(): number {
    this.#hash ??= this.original.bytes.reduce((h, byte) => Math.imul(h ^ byte, 0x0100_0193), FNV);
    return this.#hash >>> 0;
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

  /** The function whose code is at a function index of the instrumented module. */
  functionOfCode(index: number): DebugFunction | undefined {
    const func = this.instrumented.bodies.functionAt(index);
    return func === undefined ? undefined : this.functionAt(func);
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

type ModuleConstructor = new (bytes: BufferSource, options?: CompileOptions) => WebAssembly.Module;

/** V8 lists those that are left, in their order. */
function askedImports(
  { imports }: Module,
  left: readonly WebAssembly.ModuleImportDescriptor[],
): number[] {
  const asked: number[] = [];
  imports.forEach(({ module, name }, i) => {
    const next = left[asked.length];
    if (next?.module === module && next.name === name) asked.push(i);
  });
  return asked;
}
