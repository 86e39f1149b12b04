import type { GlobalHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { consume } from '../values.ts';
import type { Debuggee } from './debuggee.ts';
import { WasmValue } from './wasm-value.ts';

/** `global`. */
export class Global extends IdentifiedEntity<GlobalHandle> implements Wit.Global {
  get(d: Debuggee): WasmValue {
    const contents = this.session.tryTo('global.get', d, (debuggee) =>
      debuggee.globalGet(this.handle),
    );
    return new WasmValue(contents, this.session);
  }

  set(d: Debuggee, value: WasmValue): void {
    consume(this.session, 'global.set', [value], ([contents]) =>
      this.session.tryTo('global.set', d, (debuggee) => debuggee.globalSet(this.handle, contents!)),
    );
  }

  clone(): Global {
    return this.copy('global.clone', Global);
  }
}
