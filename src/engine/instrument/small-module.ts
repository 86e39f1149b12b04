/**
 * Builds the engine's own small modules: those that hand values between JavaScript and the program
 * where JavaScript alone would lose bits or has no way.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, type ExternKind, type Module, SectionId } from '../../wasm/module.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import type { ValType } from '../../wasm/types.ts';
import { CodeWriter } from './code.ts';
import { TypeRegistry } from './type-registry.ts';

type ImportDesc = Parameters<typeof writeImport>[1]['desc'];

const EMPTY = decodeModule(new ModuleWriter().finish());

export class SmallModule {
  readonly types: TypeRegistry;
  readonly #module: Module;
  readonly #imports: Uint8Array[] = [];
  readonly #functions: { readonly type: number; readonly body: Uint8Array }[] = [];
  readonly #globals: Uint8Array[] = [];
  readonly #exports: Uint8Array[] = [];
  #importedFunctions = 0;

  /** @param module whose types come first, with their indices; none without it */
  constructor(module: Module = EMPTY) {
    this.#module = module;
    this.types = new TypeRegistry(module);
  }

  /** Functions must be imported before any is defined. */
  import(module: string, name: string, desc: ImportDesc): void {
    this.#imports.push(entry((out) => writeImport(out, { module, name, desc })));
    if (desc.kind === 'func') this.#importedFunctions++;
  }

  /** Defines a function of one memory access at most: to memory 0. Gives its index. */
  func(type: number, locals: readonly ValType[], write: (out: CodeWriter) => void): number {
    const out = new CodeWriter(0);
    out.localTypes(locals);
    write(out);
    out.end();
    return this.#importedFunctions + this.#functions.push({ type, body: out.take() }) - 1;
  }

  /** Defines a global by its type and initial value. */
  global(write: (out: ByteWriter) => void): void {
    this.#globals.push(entry(write));
  }

  export(name: string, kind: ExternKind, index: number): void {
    this.#exports.push(entry((out) => writeExport(out, { name, kind, index })));
  }

  finish(): Uint8Array<ArrayBuffer> {
    const out = new ModuleWriter();
    const section = (id: number, entries: Parameters<ModuleWriter['vectorSection']>[2]): void => {
      if (entries.length > 0) out.vectorSection(id, this.#module, entries);
    };
    section(SectionId.type, this.types.entries());
    section(SectionId.import, this.#imports);
    section(
      SectionId.function,
      this.#functions.map(({ type }) => entry((o) => o.u32(type))),
    );
    section(SectionId.global, this.#globals);
    section(SectionId.export, this.#exports);
    section(
      SectionId.code,
      this.#functions.map(({ body }) =>
        entry((o) => {
          o.u32(body.length);
          o.bytes(body);
        }),
      ),
    );
    return out.finish() as Uint8Array<ArrayBuffer>;
  }
}

function entry(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(32);
  write(out);
  return out.take();
}
