/** What instrumented modules and continuations are given as imports. */

import type { Module } from '../../wasm/module.ts';
import type { MemoryType } from '../../wasm/types.ts';
import { DEBUG_MEMORY_IMPORT } from '../instrument/additions.ts';
import { CONTINUATION } from '../instrument/continuation-module.ts';
import { IMPORT_MODULE } from '../instrument/layout.ts';
import type { HostFunction } from './host-calls.ts';
import { DebugInstance } from './instance.ts';
import type { DebugModule } from './module.ts';
import { isSuspending } from './suspending.ts';
import { WebAssembly } from './v8.ts';
import type { Continuation } from './version.ts';

export interface EngineImports {
  readonly debugMemory: WebAssembly.Memory;
  /** What a module imports for a function of the host, by the import's function index. */
  readonly wrap: (host: HostFunction, module: Module, index: number) => unknown;
  /** The same for a `WebAssembly.Suspending` object. */
  readonly suspending: (object: object, module: Module, index: number) => unknown;
}

export interface LinkedImports {
  /** A new import object, for one instantiation. */
  readonly imports: WebAssembly.Imports;
  /** What was given for each of the module's imports, in their order, once V8 has asked for them. */
  readonly values: readonly unknown[];
  /** By memory index, as `values`. */
  readonly memories: readonly WebAssembly.Memory[];
}

/**
 * What an instrumented module imports: what the embedder gives, functions of the host wrapped, then
 * the engine's own.
 *
 * @throws TypeError as V8 does if what the embedder gives is no object
 */
export function readImports(
  module: DebugModule,
  given: WebAssembly.Imports | undefined,
  engine: EngineImports,
): LinkedImports {
  const { bytes } = module.original;
  if (given === undefined ? module.asked.length > 0 : !isObject(given)) {
    // Throws, in V8's own words: an instrumented module always has imports.
    new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>), given);
  }
  return new Linked(module, given, engine);
}

/**
 * The embedder's objects may be anything that answers when asked for a property, so V8 itself asks,
 * in its order and not beyond the first that is bad. Who asks is known from that order alone: the
 * imports of the module are the first, and several may have the same name.
 */
class Linked implements LinkedImports {
  readonly values: unknown[] = [];
  readonly #module: DebugModule;
  readonly #given: WebAssembly.Imports | undefined;
  readonly #engine: EngineImports;
  /** As V8 gets them, in the order in which it asks; read from the embedder once. */
  readonly #supplied: unknown[] = [];
  /** Those that the module defines, once V8 has asked for them. */
  #defined: readonly WebAssembly.Memory[] = [];

  constructor(module: DebugModule, given: WebAssembly.Imports | undefined, engine: EngineImports) {
    this.#module = module;
    this.#given = given;
    this.#engine = engine;
  }

  get memories(): readonly WebAssembly.Memory[] {
    const { imports } = this.#module.original;
    const imported = this.values.filter((_, i) => imports[i]!.desc.kind === 'memory');
    return [...(imported as WebAssembly.Memory[]), ...this.#defined];
  }

  get imports(): WebAssembly.Imports {
    const { asked } = this.#module;
    let next = 0;
    return answering((from) => {
      if (next >= asked.length) return this.#own();
      if (next < this.#supplied.length) return answering(() => this.#supplied[next++]);
      const source: unknown = this.#given?.[from];
      // Left as it is for V8 to reject in its own words.
      if (!isObject(source)) return source;
      return answering((name) => this.#supply(next++, source[name]));
    });
  }

  /** @param at - position among the imports that are asked for */
  #supply(at: number, value: unknown): unknown {
    const index = this.#module.asked[at]!;
    const supplied = this.#watched(index, value);
    this.values[index] = value;
    this.#supplied[at] = supplied;
    return supplied;
  }

  #watched(index: number, value: unknown): unknown {
    const { original } = this.#module;
    const { desc } = original.imports[index]!;
    if (desc.kind !== 'func') return value;
    const before = original.imports.slice(0, index);
    const func = before.filter((other) => other.desc.kind === 'func').length;
    if (isSuspending(value)) return this.#engine.suspending(value, original, func);
    return isHostFunction(value) ? this.#engine.wrap(value, original, func) : value;
  }

  /** When all imports have been read and none is linked: then V8 makes memories, too. */
  #own(): Record<string, unknown> {
    if (this.#defined.length === 0) {
      this.#defined = this.#module.original.memories
        .filter((memory) => memory.import === undefined)
        .map(({ type }) => makeMemory(type));
    }
    return {
      ...DebugInstance.memoryImports(this.memories),
      [DEBUG_MEMORY_IMPORT]: this.#engine.debugMemory,
    };
  }
}

/** An object that has a property of every name. */
function answering(get: (name: string) => unknown): WebAssembly.Imports {
  return new Proxy({}, { get: (_, name) => get(String(name)) });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Exported functions of WebAssembly keep their identity when they are re-exported: not wrapped. */
function isHostFunction(value: unknown): value is HostFunction {
  return typeof value === 'function' && !isExportedFunction(value);
}

function isExportedFunction(value: object): boolean {
  // Only an exported function can be an element of a table.
  try {
    probe.set(0, value);
    probe.set(0, null);
    return true;
  } catch {
    return false;
  }
}

const probe = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });

/** What V8 says when it is not asked for a memory but for an instance. */
const NO_MEMORY =
  'WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance';

function makeMemory({ limits }: MemoryType): WebAssembly.Memory {
  const { min, max, shared, address } = limits;
  const size = (pages: bigint): number | bigint => (address === 'i64' ? pages : Number(pages));
  const descriptor: Record<string, unknown> = { initial: size(min) };
  if (max !== undefined) descriptor['maximum'] = size(clampMaximum(max, address));
  if (shared) descriptor['shared'] = true;
  if (address === 'i64') descriptor['address'] = 'i64';
  try {
    return new WebAssembly.Memory(descriptor as unknown as WebAssembly.MemoryDescriptor);
  } catch (error) {
    if (error instanceof RangeError) throw new RangeError(NO_MEMORY);
    throw error;
  }
}

/** A module may declare a larger maximum than the JavaScript interface takes for a memory. */
function clampMaximum(max: bigint, address: 'i32' | 'i64'): bigint {
  const most = address === 'i64' ? 1n << 48n : 65536n;
  return max < most ? max : most;
}

/**
 * Called by a version with hooks before an instruction, its frame being complete.
 *
 * @param frame byte address of the frame
 * @param pc byte offset in the original module, or THROW
 * @returns slot in the instance's continuation table of what goes on; 0: the version itself
 */
export type Hook = (frame: number, pc: number) => number;

/** Instantiates a continuation against the instance that it goes on in. */
export function bindContinuation(
  continuation: Continuation,
  instance: DebugInstance,
  debugMemory: WebAssembly.Memory,
  hook: Hook,
): WebAssembly.Instance {
  const { code } = continuation;
  const entities: Record<string, unknown> = {
    ...DebugInstance.memoryImports(instance.memories),
    [DEBUG_MEMORY_IMPORT]: debugMemory,
    [CONTINUATION.hook]: hook,
    [CONTINUATION.continuations]: instance.continuations,
    [CONTINUATION.instance]: instance.id,
  };
  for (const index of code.functions) entities[`func:${index}`] = instance.codeFunction(index);
  for (const index of code.globals) entities[`global:${index}`] = instance.codeGlobal(index);
  for (const hierarchy of code.references) {
    entities[`references:${hierarchy}`] = instance.references(hierarchy);
  }
  for (const index of code.tags) entities[`tag:${index}`] = instance.tag(index);
  for (const index of code.tables) entities[`table:${index}`] = instance.table(index);
  return new WebAssembly.Instance(continuation.compiled, {
    [IMPORT_MODULE]: entities,
  } as WebAssembly.Imports);
}
