/**
 * Reading and writing globals to the last bit. JavaScript's view of a global loses the payload of a
 * NaN and refuses v128, so the value goes through the debug memory by way of a small module that
 * imports the global.
 */

import { Op } from '../../wasm/opcodes.ts';
import type { GlobalType, NumType } from '../../wasm/types.ts';
import { DEBUG_MEMORY_TYPE } from '../instrument/additions.ts';
import { SCRATCH } from '../instrument/layout.ts';
import { SmallModule } from '../instrument/small-module.ts';
import { WebAssembly } from './v8.ts';

interface Accessors {
  readonly get: () => void;
  /** Absent for immutable globals. */
  readonly set?: () => void;
}

export class GlobalAccess {
  readonly #memory: WebAssembly.Memory;
  readonly #modules = new Map<string, WebAssembly.Module>();
  readonly #accessors = new WeakMap<WebAssembly.Global, Accessors>();

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** Copies the global's value to the scratch bytes of the debug memory. */
  load(global: WebAssembly.Global, type: GlobalType & { readonly value: NumType }): void {
    this.#of(global, type).get();
  }

  /** Sets a mutable global from the scratch bytes. */
  store(global: WebAssembly.Global, type: GlobalType & { readonly value: NumType }): void {
    this.#of(global, type).set!();
  }

  #of(global: WebAssembly.Global, type: GlobalType & { readonly value: NumType }): Accessors {
    let accessors = this.#accessors.get(global);
    if (accessors === undefined) {
      const key = `${type.value.kind} ${type.mutable}`;
      let module = this.#modules.get(key);
      if (module === undefined) {
        module = new WebAssembly.Module(accessModule(type, type.value));
        this.#modules.set(key, module);
      }
      const { exports } = new WebAssembly.Instance(module, { e: { memory: this.#memory, global } });
      accessors = exports as unknown as Accessors;
      this.#accessors.set(global, accessors);
    }
    return accessors;
  }
}

function accessModule(type: GlobalType, value: NumType): Uint8Array<ArrayBuffer> {
  const module = new SmallModule();
  module.import('e', 'memory', { kind: 'memory', type: DEBUG_MEMORY_TYPE });
  module.import('e', 'global', { kind: 'global', type });
  const signature = module.types.func([], []);
  const get = module.func(signature, [], (out) => {
    out.i32Const(0);
    out.op(Op.globalGet);
    out.u32(0);
    out.store(value, SCRATCH);
  });
  module.export('get', 'func', get);
  if (type.mutable) {
    const set = module.func(signature, [], (out) => {
      out.i32Const(0);
      out.load(value, SCRATCH);
      out.op(Op.globalSet);
      out.u32(0);
    });
    module.export('set', 'func', set);
  }
  return module.finish();
}
