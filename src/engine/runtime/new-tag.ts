/**
 * Tags that no module of the program has. `new WebAssembly.Tag` takes only the types of JavaScript's
 * values, so a module that defines the tag is instantiated.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { ModuleWriter } from '../../wasm/encode.ts';
import { decodeModule, SectionId } from '../../wasm/module.ts';
import { writeExport, writeTagType } from '../../wasm/sections/externs.ts';
import type { ValType } from '../../wasm/types.ts';
import { TypeRegistry } from '../instrument/type-registry.ts';
import { WebAssembly } from './v8.ts';

const MOST_MODULES = 100;
/** One for each list of types: an instance makes a new tag. */
const modules = new Map<string, WebAssembly.Module>();

/** @param params - types that name none of a module */
export function newTag(params: readonly ValType[]): WebAssembly.Tag {
  const key = JSON.stringify(params);
  let module = modules.get(key);
  if (module === undefined) {
    // A debugger may ask for any number of lists; the program's are few.
    if (modules.size === MOST_MODULES) modules.clear();
    module = tagModule(params);
    modules.set(key, module);
  }
  return new WebAssembly.Instance(module).exports['tag'] as WebAssembly.Tag;
}

function tagModule(params: readonly ValType[]): WebAssembly.Module {
  const empty = decodeModule(new ModuleWriter().finish());
  const types = new TypeRegistry(empty);
  const tag = new ByteWriter(8);
  writeTagType(tag, { typeIndex: types.func(params, []) });
  const exported = new ByteWriter(8);
  writeExport(exported, { name: 'tag', kind: 'tag', index: 0 });
  const out = new ModuleWriter();
  out.vectorSection(SectionId.type, empty, types.entries());
  out.vectorSection(SectionId.tag, empty, [tag.take()]);
  out.vectorSection(SectionId.export, empty, [exported.take()]);
  return new WebAssembly.Module(out.finish() as Uint8Array<ArrayBuffer>);
}
