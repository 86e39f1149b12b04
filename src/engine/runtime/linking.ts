/** What instrumented modules and continuations are given as imports. */

import { functionType } from '../../wasm/module.ts';
import type { FuncType, MemoryType } from '../../wasm/types.ts';
import { DEBUG_MEMORY_IMPORT } from '../instrument/additions.ts';
import { CONTINUATION } from '../instrument/continuation-module.ts';
import { IMPORT_MODULE } from '../instrument/layout.ts';
import { DebugInstance } from './instance.ts';
import type { DebugModule } from './module.ts';
import type { Continuation } from './versions.ts';

type HostFunction = (...args: unknown[]) => unknown;

export interface EngineImports {
  readonly debugMemory: WebAssembly.Memory;
  readonly wrap: (host: HostFunction, type: FuncType) => HostFunction;
}

export interface LinkedImports {
  readonly imports: WebAssembly.Imports;
  /** What was given for each of the module's imports, in their order. */
  readonly values: readonly unknown[];
  /** By memory index. */
  readonly memories: readonly WebAssembly.Memory[];
}

/**
 * The import object for an instrumented module: what the embedder gave, each read once and in the
 * order of the module's imports, functions of the host wrapped, and the engine's own.
 */
export function readImports(
  module: DebugModule,
  given: WebAssembly.Imports | undefined,
  engine: EngineImports,
): LinkedImports {
  const imports: Record<string, Record<string, unknown>> = {};
  const values: unknown[] = [];
  const memories: WebAssembly.Memory[] = [];
  if (given === undefined && module.original.imports.length > 0) {
    // Throws, in V8's own words: an instrumented module always has imports.
    new WebAssembly.Instance(
      new WebAssembly.Module(module.original.bytes as Uint8Array<ArrayBuffer>),
    );
  }
  for (const { module: from, name, desc } of module.original.imports) {
    const source: unknown = given?.[from];
    // Left as it is for V8 to reject in its own words.
    if ((typeof source !== 'object' && typeof source !== 'function') || source === null) {
      imports[from] = source as Record<string, unknown>;
      continue;
    }
    const value = (source as Record<string, unknown>)[name];
    values.push(value);
    imports[from] ??= {};
    imports[from][name] =
      desc.kind === 'func' && isHostFunction(value)
        ? engine.wrap(value, functionType(module.original, desc.typeIndex))
        : value;
    if (desc.kind === 'memory') memories.push(value as WebAssembly.Memory);
  }
  for (const { type, import: imported } of module.original.memories) {
    if (imported === undefined) memories.push(makeMemory(type));
  }
  imports[IMPORT_MODULE] = {
    ...DebugInstance.memoryImports(memories),
    [DEBUG_MEMORY_IMPORT]: engine.debugMemory,
  };
  return { imports: imports as WebAssembly.Imports, values, memories };
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

function makeMemory({ limits }: MemoryType): WebAssembly.Memory {
  const { min, max, shared, address } = limits;
  const size = (pages: bigint): number | bigint => (address === 'i64' ? pages : Number(pages));
  const descriptor: Record<string, unknown> = { initial: size(min) };
  if (max !== undefined) descriptor['maximum'] = size(clampMaximum(max, address));
  if (shared) descriptor['shared'] = true;
  if (address === 'i64') descriptor['address'] = 'i64';
  return new WebAssembly.Memory(descriptor as unknown as WebAssembly.MemoryDescriptor);
}

/** A module may declare a larger maximum than the JavaScript interface takes for a memory. */
function clampMaximum(max: bigint, address: 'i32' | 'i64'): bigint {
  const most = address === 'i64' ? 1n << 48n : 65536n;
  return max < most ? max : most;
}

/** Instantiates a continuation against the instance that it goes on in. */
export function bindContinuation(
  continuation: Continuation,
  instance: DebugInstance,
  debugMemory: WebAssembly.Memory,
  hook: (frame: number, pc: number) => number,
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
