import type { TableHandle } from '../../opaque-debugger/opaque-debugger.ts';
import { IdentifiedEntity } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { consume } from '../values.ts';
import type { Debuggee } from './debuggee.ts';
import { WasmValue } from './wasm-value.ts';

/** `table`. */
export class Table extends IdentifiedEntity<TableHandle> implements Wit.Table {
  len(d: Debuggee): bigint {
    return this.session.ask('table.len', d, (debuggee) => debuggee.tableLength(this.handle));
  }

  getElement(d: Debuggee, index: bigint): WasmValue {
    const contents = this.session.tryTo('table.get-element', d, (debuggee) =>
      debuggee.tableGetElement(this.handle, index),
    );
    return new WasmValue(contents, this.session);
  }

  setElement(d: Debuggee, index: bigint, value: WasmValue): void {
    consume(this.session, 'table.set-element', [value], ([contents]) =>
      this.session.tryTo('table.set-element', d, (debuggee) =>
        debuggee.tableSetElement(this.handle, index, contents!),
      ),
    );
  }

  clone(): Table {
    return this.copy('table.clone', Table);
  }
}
