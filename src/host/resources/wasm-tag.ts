import type { TagHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { fromWitType, toWitType } from '../values.ts';
import type { Debuggee } from './debuggee.ts';

/** `wasm-tag`. */
export class WasmTag extends IdentifiedEntity<TagHandle> implements Wit.WasmTag {
  params(d: Debuggee): Wit.WasmType[] {
    return this.session
      .tryTo('wasm-tag.params', d, (debuggee) => debuggee.tagParams(this.handle))
      .map(toWitType);
  }

  clone(): WasmTag {
    return this.copy('wasm-tag.clone', WasmTag);
  }

  static make(d: Debuggee, params: Wit.WasmType[]): WasmTag {
    const { session } = d;
    const types = params.map(fromWitType);
    return new WasmTag(
      session,
      session.ask('wasm-tag.make', d, (debuggee) => debuggee.tagNew(types)),
    );
  }
}
