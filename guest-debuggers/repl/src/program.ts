/** The debuggee's modules and instances, with what does not change about them. */

import type {
  Debuggee,
  Frame,
  Instance,
  Memory,
  Module,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { Code } from '../../../src/wasm/code.ts';
import { WasmError } from '../../../src/wasm/error.ts';
import { printable } from '../../../src/wasm/text.ts';
import { CommandError, explaining } from './errors.ts';

export class ProgramModule {
  /** Position in the debuggee's list: `m0`, `m1`, ... */
  readonly position: number;
  readonly handle: Module;
  #code: Code | undefined;

  constructor(position: number, handle: Module) {
    this.position = position;
    this.handle = handle;
  }

  /** @throws CommandError if the host does not give the bytes, or this reader cannot read them */
  get code(): Code {
    if (this.#code !== undefined) return this.#code;
    const bytes = this.handle.bytecode();
    if (bytes === undefined) throw new CommandError(`the host has no bytecode of ${this.name}`);
    try {
      this.#code = new Code(bytes);
    } catch (error) {
      if (error instanceof WasmError) throw new CommandError(`${this.name}: ${error.message}`);
      throw error;
    }
    return this.#code;
  }

  get name(): string {
    return `m${this.position}`;
  }

  /** What the module calls itself. */
  get ownName(): string | undefined {
    const name = this.code.names.module;
    return name === undefined || name === '' ? undefined : printable(name);
  }
}

export interface ProgramInstance {
  /** Position in the debuggee's list: `i0`, `i1`, ... */
  readonly position: number;
  readonly handle: Instance;
  readonly module: ProgramModule;
  /** Handles that have been asked for, by index. */
  readonly memories: Map<number, Memory>;
}

export class Program {
  readonly d: Debuggee;
  readonly modules: ProgramModule[] = [];
  readonly instances: ProgramInstance[] = [];
  /** By unique id: handles to one module are many. */
  readonly #modules = new Map<bigint, ProgramModule>();
  readonly #instances = new Map<bigint, ProgramInstance>();

  constructor(d: Debuggee) {
    this.d = d;
    this.refresh();
  }

  /** Looks for what has been loaded since; true if there is a new module. */
  refresh(): boolean {
    const before = this.modules.length;
    for (const handle of this.d.allModules()) this.#adoptModule(handle);
    for (const handle of this.d.allInstances()) this.#adoptInstance(handle);
    return this.modules.length > before;
  }

  instanceOf(frame: Frame): ProgramInstance {
    return this.#adoptInstance(frame.getInstance(this.d));
  }

  /** @throws CommandError */
  memory(instance: ProgramInstance, index: number): Memory {
    let memory = instance.memories.get(index);
    if (memory === undefined) {
      memory = explaining(`memory ${index}`, () => instance.handle.getMemory(this.d, index));
      instance.memories.set(index, memory);
    }
    return memory;
  }

  /** `name`, with the module in front once there are several. */
  qualified(module: ProgramModule, name: string): string {
    return this.modules.length > 1 ? `${module.name}!${name}` : name;
  }

  #adoptModule(handle: Module): ProgramModule {
    const id = handle.uniqueId();
    let module = this.#modules.get(id);
    if (module !== undefined) {
      handle[Symbol.dispose]();
      return module;
    }
    module = new ProgramModule(this.modules.length, handle);
    this.#modules.set(id, module);
    this.modules.push(module);
    return module;
  }

  #adoptInstance(handle: Instance): ProgramInstance {
    const id = handle.uniqueId();
    let instance = this.#instances.get(id);
    if (instance !== undefined) {
      handle[Symbol.dispose]();
      return instance;
    }
    const module = this.#adoptModule(handle.getModule(this.d));
    instance = { position: this.instances.length, handle, module, memories: new Map() };
    this.#instances.set(id, instance);
    this.instances.push(instance);
    return instance;
  }
}
