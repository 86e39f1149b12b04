/** The interface `bytecodealliance:wasmtime/debuggee` as the bindings import it: its classes. */

import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { guardMethods } from '../guard.ts';
import { Debuggee } from './debuggee.ts';
import { EventFuture } from './event-future.ts';
import { Frame } from './frame.ts';
import { Global } from './global.ts';
import { Instance } from './instance.ts';
import { Memory } from './memory.ts';
import { Module } from './module.ts';
import { Table } from './table.ts';
import { WasmException } from './wasm-exception.ts';
import { WasmFunc } from './wasm-func.ts';
import { WasmTag } from './wasm-tag.ts';
import { WasmValue } from './wasm-value.ts';

/**
 * A class with the instances and statics of a generated one. Not the generated class type itself:
 * that has a private constructor, which only the class itself could match.
 */
type HostClass<C extends { prototype: unknown }> = {
  [K in keyof C]: K extends 'prototype' ? unknown : C[K];
} & (abstract new (
  ...args: never[]
) => C['prototype']);

export const debuggeeInterface = {
  Debuggee,
  EventFuture,
  Frame,
  Global,
  Instance,
  Memory,
  Module,
  Table,
  WasmException,
  WasmFunc,
  WasmTag,
  WasmValue,
} satisfies { [C in keyof typeof Wit]: HostClass<(typeof Wit)[C]> };

for (const [name, resource] of Object.entries(debuggeeInterface)) {
  guardMethods(name.replace(/\B[A-Z]/g, '-$&').toLowerCase(), resource);
}
