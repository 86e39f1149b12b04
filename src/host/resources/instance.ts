import type {
  Handle,
  InstanceHandle,
  OpaqueDebugger,
} from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Session } from '../session.ts';
import type { Debuggee } from './debuggee.ts';
import { Global } from './global.ts';
import { Memory } from './memory.ts';
import { Module } from './module.ts';
import { Table } from './table.ts';
import { WasmFunc } from './wasm-func.ts';
import { WasmTag } from './wasm-tag.ts';

/** `instance`. */
export class Instance extends IdentifiedEntity<InstanceHandle> implements Wit.Instance {
  getModule(d: Debuggee): Module {
    const module = this.session.ask('instance.get-module', d, (debuggee) =>
      debuggee.instanceGetModule(this.handle),
    );
    return new Module(this.session, module);
  }

  getMemory(d: Debuggee, index: number): Memory {
    return this.#entity(d, 'memory', Memory, (debuggee) =>
      debuggee.instanceGetMemory(this.handle, index),
    );
  }

  getGlobal(d: Debuggee, index: number): Global {
    return this.#entity(d, 'global', Global, (debuggee) =>
      debuggee.instanceGetGlobal(this.handle, index),
    );
  }

  getTable(d: Debuggee, index: number): Table {
    return this.#entity(d, 'table', Table, (debuggee) =>
      debuggee.instanceGetTable(this.handle, index),
    );
  }

  getFunc(d: Debuggee, index: number): WasmFunc {
    return this.#entity(d, 'func', WasmFunc, (debuggee) =>
      debuggee.instanceGetFunc(this.handle, index),
    );
  }

  getTag(d: Debuggee, index: number): WasmTag {
    return this.#entity(d, 'tag', WasmTag, (debuggee) =>
      debuggee.instanceGetTag(this.handle, index),
    );
  }

  clone(): Instance {
    return this.copy('instance.clone', Instance);
  }

  #entity<H extends Handle<string>, R>(
    d: Debuggee,
    kind: string,
    Resource: new (session: Session, handle: H) => R,
    query: (debuggee: OpaqueDebugger) => H,
  ): R {
    return new Resource(this.session, this.session.tryTo(`instance.get-${kind}`, d, query));
  }
}
