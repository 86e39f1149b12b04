import type { FuncHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { Entity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { toWitType } from '../values.ts';
import type { Debuggee } from './debuggee.ts';

/** `wasm-func`. */
export class WasmFunc extends Entity<FuncHandle> implements Wit.WasmFunc {
  params(d: Debuggee): Wit.WasmType[] {
    return this.session
      .tryTo('wasm-func.params', d, (debuggee) => debuggee.funcParams(this.handle))
      .map(toWitType);
  }

  results(d: Debuggee): Wit.WasmType[] {
    return this.session
      .tryTo('wasm-func.results', d, (debuggee) => debuggee.funcResults(this.handle))
      .map(toWitType);
  }

  clone(): WasmFunc {
    return this.copy('wasm-func.clone', WasmFunc);
  }
}
