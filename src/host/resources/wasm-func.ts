import type { FuncHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { Entity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { toWitType } from '../values.ts';
import type { Debuggee } from './debuggee.ts';

/** `wasm-func`. */
export class WasmFunc extends Entity<FuncHandle> implements Wit.WasmFunc {
  params(_d: Debuggee): Wit.WasmType[] {
    return this.session
      .tryTo('wasm-func.params', (debuggee) => debuggee.funcParams(this.handle))
      .map(toWitType);
  }

  results(_d: Debuggee): Wit.WasmType[] {
    return this.session
      .tryTo('wasm-func.results', (debuggee) => debuggee.funcResults(this.handle))
      .map(toWitType);
  }

  clone(): WasmFunc {
    return new WasmFunc(this.session, this.handle);
  }
}
