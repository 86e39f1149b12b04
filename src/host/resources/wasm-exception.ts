import type { ExceptionHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { Entity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { consume } from '../values.ts';
import type { Debuggee } from './debuggee.ts';
import { WasmTag } from './wasm-tag.ts';
import { WasmValue } from './wasm-value.ts';

/** `wasm-exception`. */
export class WasmException extends Entity<ExceptionHandle> implements Wit.WasmException {
  getTag(d: Debuggee): WasmTag {
    const tag = this.session.ask('wasm-exception.get-tag', d, (debuggee) =>
      debuggee.exceptionTag(this.handle),
    );
    return new WasmTag(this.session, tag);
  }

  getValues(d: Debuggee): WasmValue[] {
    return this.session
      .tryTo('wasm-exception.get-values', d, (debuggee) => debuggee.exceptionValues(this.handle))
      .map((contents) => new WasmValue(contents, this.session));
  }

  clone(d: Debuggee): WasmException {
    return this.session.ask(
      'wasm-exception.clone',
      d,
      () => new WasmException(this.session, this.handle),
    );
  }

  static make(d: Debuggee, tag: WasmTag, values: WasmValue[]): WasmException {
    const { session } = d;
    session.requireOwn('wasm-exception.make', 'tag', tag);
    const exception = consume(session, 'wasm-exception.make', values, (contents) =>
      session.tryTo('wasm-exception.make', d, (debuggee) =>
        debuggee.exceptionNew(tag.handle, contents),
      ),
    );
    return new WasmException(session, exception);
  }
}
