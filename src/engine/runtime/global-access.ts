/**
 * Reading and writing globals to the last bit. JavaScript's view of a global loses the payload of a
 * NaN and refuses v128, so the value goes through the debug memory by way of a small module that
 * imports the global.
 */

import { ByteWriter } from '../../wasm/bytes.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, SectionId } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import { writeRecGroup } from '../../wasm/sections/types.ts';
import type { GlobalType, NumType } from '../../wasm/types.ts';
import { CodeWriter } from '../instrument/code.ts';
import { DEBUG_MEMORY_TYPE } from '../instrument/instrument.ts';
import { SCRATCH } from '../instrument/layout.ts';

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
  const empty = decodeModule(new ModuleWriter().finish());
  const entry = (write: (out: ByteWriter) => void): Uint8Array => {
    const out = new ByteWriter(32);
    write(out);
    return out.take();
  };
  const body = (write: (out: CodeWriter) => void): Uint8Array => {
    const code = new CodeWriter(0);
    code.u32(0); // no locals
    write(code);
    code.end();
    const bytes = code.take();
    return entry((o) => {
      o.u32(bytes.length);
      o.bytes(bytes);
    });
  };
  const get = body((o) => {
    o.i32Const(0);
    o.op(Op.globalGet);
    o.u32(0);
    o.store(value, SCRATCH);
  });
  const set = body((o) => {
    o.i32Const(0);
    o.load(value, SCRATCH);
    o.op(Op.globalSet);
    o.u32(0);
  });
  const functions = type.mutable ? [get, set] : [get];
  const composite = { kind: 'func', params: [], results: [] } as const;
  const out = new ModuleWriter();
  out.vectorSection(SectionId.type, empty, [
    entry((o) => writeRecGroup(o, [{ final: true, supertypes: [], composite }])),
  ]);
  const memory = { kind: 'memory', type: DEBUG_MEMORY_TYPE } as const;
  out.vectorSection(SectionId.import, empty, [
    entry((o) => writeImport(o, { module: 'e', name: 'memory', desc: memory })),
    entry((o) => writeImport(o, { module: 'e', name: 'global', desc: { kind: 'global', type } })),
  ]);
  out.vectorSection(
    SectionId.function,
    empty,
    functions.map(() => Uint8Array.of(0)),
  );
  out.vectorSection(
    SectionId.export,
    empty,
    functions.map((_, index) =>
      entry((o) => writeExport(o, { name: index === 0 ? 'get' : 'set', kind: 'func', index })),
    ),
  );
  out.vectorSection(SectionId.code, empty, functions);
  return out.finish() as Uint8Array<ArrayBuffer>;
}
