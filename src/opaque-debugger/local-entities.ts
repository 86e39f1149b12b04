/** The entities of a local debuggee: what the engine's objects are to a debugger. */
import type { Hierarchy } from '../engine/instrument/references.ts';
import type { Engine } from '../engine/runtime/engine.ts';
import type { TagDeclaration, ThrownException } from '../engine/runtime/exceptions.ts';
import type { DebugInstance } from '../engine/runtime/instance.ts';
import type { DebugModule } from '../engine/runtime/module.ts';
import { newTag } from '../engine/runtime/new-tag.ts';
import { functionType } from '../wasm/module.ts';
import {
  EXNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  type GlobalType,
  I32,
  I64,
  type MemoryType,
  type TableType,
  V128,
  type ValType,
} from '../wasm/types.ts';
import { FrameHandles, HandleNumbers, HandleTable } from './local-handles.ts';
import { DebuggeeError, type Handle, type WasmType } from './opaque-debugger.ts';

export interface MemoryEntity {
  readonly memory: WebAssembly.Memory;
  readonly type: MemoryType;
}

export interface GlobalEntity {
  readonly global: WebAssembly.Global;
  readonly type: GlobalType;
  /** Of what it refers to; undefined if it holds numbers or vectors. */
  readonly hierarchy: Hierarchy | undefined;
}

export interface TableEntity {
  readonly table: WebAssembly.Table;
  readonly type: TableType;
  readonly hierarchy: Hierarchy;
}

export interface FuncEntity {
  readonly instance: DebugInstance;
  /** Function index in the instance's module. */
  readonly index: number;
}

export interface TagEntity {
  readonly tag: WebAssembly.Tag;
  readonly params: readonly ValType[];
  readonly declared: TagDeclaration | undefined;
}

/**
 * The types of a debugger's world.
 * @throws DebuggeeError unsupported-type for references that it cannot express
 */
export function toWasmType(type: ValType): WasmType {
  if (type.kind !== 'ref') return type.kind;
  if (type.heap === 'func') return 'funcref';
  if (type.heap === 'exn') return 'exnref';
  throw new DebuggeeError('unsupported-type');
}

const TAG_TYPES = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
  funcref: FUNCREF,
  exnref: EXNREF,
} as const satisfies Record<WasmType, ValType>;

/** A tag that no module knows. */
export function makeTag(types: readonly WasmType[]): TagEntity {
  const params = types.map((type) => TAG_TYPES[type]);
  return { tag: newTag(params), params, declared: undefined };
}

export class Entities {
  readonly #numbers = new HandleNumbers();
  readonly modules = new HandleTable<'module', DebugModule>('module', this.#numbers, (m) => m);
  readonly instances = new HandleTable<'instance', DebugInstance>(
    'instance',
    this.#numbers,
    (i) => i,
  );
  readonly memories = new HandleTable<'memory', MemoryEntity>(
    'memory',
    this.#numbers,
    (e) => e.memory,
  );
  readonly globals = new HandleTable<'global', GlobalEntity>(
    'global',
    this.#numbers,
    (e) => e.global,
  );
  readonly tables = new HandleTable<'table', TableEntity>('table', this.#numbers, (e) => e.table);
  readonly funcs = new HandleTable<'func', FuncEntity>(
    'func',
    this.#numbers,
    // The same object in every instance that imports it.
    (e) => this.funcObject(e),
  );
  readonly tags = new HandleTable<'tag', TagEntity>('tag', this.#numbers, (e) => e.tag);
  readonly exceptions = new HandleTable<'exception', ThrownException>(
    'exception',
    this.#numbers,
    (e) => e.identity,
  );
  readonly frames = new FrameHandles(this.#numbers);
  readonly #all = [
    ...[this.frames, this.exceptions, this.memories, this.globals, this.tables, this.funcs],
    ...[this.tags, this.instances, this.modules],
  ];
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Number of handles that have been given out and not released. */
  get held(): number {
    return this.#all.reduce((sum, table) => sum + table.size, 0);
  }

  release(handle: Handle<string>): void {
    this.#all.some((table) => table.release(handle));
  }

  funcType({ instance, index }: FuncEntity): FuncType {
    const { original } = instance.module;
    return functionType(original, original.functions[index]!.typeIndex);
  }

  /** The function object that a reference to a function is in JavaScript. */
  funcObject({ instance, index }: FuncEntity): object {
    return instance.func(index) as object;
  }

  /**
   * Which function of which instance a function object is. Its name is its index where it was
   * defined, and that instance's table of all functions holds the same object.
   *
   * @throws DebuggeeError unsupported-type for a function that the engine has not instrumented
   */
  funcOf(object: { readonly name: string }): FuncEntity {
    const index = Number(object.name);
    for (const instance of this.#engine.instances) {
      if (instance.isFunc(index, object)) return { instance, index };
    }
    throw new DebuggeeError('unsupported-type', 'a function from outside the debuggee');
  }
}
