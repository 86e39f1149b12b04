/**
 * `leave` as instrumented code calls it: through a table, because an imported function would shift
 * the indices, and with them the names, of all the module's own. A JavaScript function can only get
 * into a table through a module that imports and exports it.
 */
import { ByteWriter } from '../../wasm/bytes.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, SectionId } from '../../wasm/module.ts';
import { writeExport, writeImport } from '../../wasm/sections/externs.ts';
import { writeRecGroup } from '../../wasm/sections/types.ts';
import { I32 } from '../../wasm/types.ts';

/**
 * Called by code whose check fired, its frame being complete.
 *
 * @param frame byte address of the frame
 * @param pc byte offset in the original module
 * @param instance number of the instance
 * @returns slot in the instance's continuation table of what goes on
 */
export type Leave = (frame: number, pc: number, instance: number) => number;

export function leaveFunction(leave: Leave): unknown {
  const module = new WebAssembly.Module(leaveModule());
  return new WebAssembly.Instance(module, { e: { leave } }).exports['leave'];
}

function leaveModule(): Uint8Array<ArrayBuffer> {
  const empty = decodeModule(new ModuleWriter().finish());
  const entry = (write: (out: ByteWriter) => void): Uint8Array => {
    const out = new ByteWriter(32);
    write(out);
    return out.take();
  };
  const out = new ModuleWriter();
  const params = [I32, I32, I32];
  const composite = { kind: 'func', params, results: [I32] } as const;
  out.vectorSection(SectionId.type, empty, [
    entry((o) => writeRecGroup(o, [{ final: true, supertypes: [], composite }])),
  ]);
  out.vectorSection(SectionId.import, empty, [
    entry((o) =>
      writeImport(o, { module: 'e', name: 'leave', desc: { kind: 'func', typeIndex: 0 } }),
    ),
  ]);
  out.vectorSection(SectionId.export, empty, [
    entry((o) => writeExport(o, { name: 'leave', kind: 'func', index: 0 })),
  ]);
  return out.finish() as Uint8Array<ArrayBuffer>;
}
