/**
 * The program's modules and instances, by the ids that addresses have. Handles are kept for as long
 * as the debugger lives: there are few, and to ask anew costs more.
 */

import type { Debuggee, Instance, Memory, Module } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { codeAddress } from '../protocol/address.ts';
import type { Library } from '../protocol/target.ts';
import { findExitCalls } from './exit-calls.ts';
import { Functions } from './functions.ts';
import { type Outline, readOutline } from './outline.ts';
import { orUndefined } from './results.ts';

export interface DebuggeeModule {
  /** From 1. */
  readonly id: number;
  readonly handle: Module;
  /** Empty when the host does not give them. */
  readonly bytes: Uint8Array;
  readonly outline: Outline;
  readonly functions: Functions;
  /** Offsets of the calls that end the program: breakpoints of the stub's own are there. */
  readonly exitCalls: ReadonlySet<number>;
  readonly library: Library;
  /** In the order in which they were found. */
  readonly instances: DebuggeeInstance[];
}

export interface DebuggeeInstance {
  readonly handle: Instance;
  readonly module: DebuggeeModule;
  /** By memory index, as far as they have been asked for; undefined: there is none. */
  readonly memories: (Memory | undefined)[];
}

/** Ids have 16 bits. */
const MOST_MODULES = 0xffff;

export class Modules {
  readonly #d: Debuggee;
  /** Its name for the first module; undefined: what that calls itself. */
  readonly #programName: string | undefined;
  readonly #modules: DebuggeeModule[] = [];
  readonly #modulesByUnique = new Map<bigint, DebuggeeModule>();
  readonly #instances = new Map<bigint, DebuggeeInstance>();
  readonly #names = new Set<string>();

  constructor(d: Debuggee, programName: string | undefined) {
    this.#d = d;
    this.#programName = programName;
    this.refresh();
  }

  get all(): readonly DebuggeeModule[] {
    return this.#modules;
  }

  module(id: number): DebuggeeModule | undefined {
    return this.#modules[id - 1];
  }

  /** Looks for new modules and instances. Says whether there are modules that were not there. */
  refresh(): boolean {
    const before = this.#modules.length;
    for (const handle of this.#d.allModules()) this.#adoptModule(handle);
    for (const handle of this.#d.allInstances()) this.adoptInstance(handle);
    return this.#modules.length > before;
  }

  /** Takes the handle over. */
  adoptInstance(handle: Instance): DebuggeeInstance {
    const unique = handle.uniqueId();
    const known = this.#instances.get(unique);
    if (known !== undefined) {
      handle[Symbol.dispose]();
      return known;
    }
    const module = this.#adoptModule(handle.getModule(this.#d));
    const instance: DebuggeeInstance = { handle, module, memories: [] };
    module.instances.push(instance);
    this.#instances.set(unique, instance);
    return instance;
  }

  memory(instance: DebuggeeInstance, index: number): Memory | undefined {
    const { memories } = instance;
    if (!(index in memories)) {
      memories[index] = orUndefined(() => instance.handle.getMemory(this.#d, index));
    }
    return memories[index];
  }

  #adoptModule(handle: Module): DebuggeeModule {
    const unique = handle.uniqueId();
    const known = this.#modulesByUnique.get(unique);
    if (known !== undefined) {
      handle[Symbol.dispose]();
      return known;
    }
    if (this.#modules.length === MOST_MODULES) throw new Error('the program has too many modules');
    const id = this.#modules.length + 1;
    const bytes = handle.bytecode() ?? new Uint8Array();
    const outline = readOutline(bytes);
    const given = id === 1 ? this.#programName : undefined;
    const name = this.#unusedName(given ?? outline.name ?? `module-${id}`);
    const library = { name, address: codeAddress(id, 0) };
    const functions = new Functions(bytes, outline);
    const exitCalls = new Set(findExitCalls(bytes, outline, functions));
    for (const offset of exitCalls) handle.addBreakpoint(this.#d, offset);
    const module: DebuggeeModule = {
      id,
      handle,
      bytes,
      outline,
      functions,
      exitCalls,
      library,
      instances: [],
    };
    this.#modules.push(module);
    this.#modulesByUnique.set(unique, module);
    return module;
  }

  /** LLDB takes two libraries of one name for one. */
  #unusedName(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#names.has(name); n++) name = `${wanted}-${n}`;
    this.#names.add(name);
    return name;
  }
}
