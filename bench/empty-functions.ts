/**
 * A module with as many empty functions as it has real ones. V8's budget for inlining grows with the
 * number of functions of a module and shrinks with their size: this is what the budget alone does.
 */

import { copyVector, EMPTY_BODY, u32Piece } from '../src/engine/instrument/additions.ts';
import { TypeRegistry } from '../src/engine/instrument/type-registry.ts';
import { ModuleWriter } from '../src/wasm/encode.ts';
import { decodeModule, SectionId } from '../src/wasm/module.ts';

export function withEmptyFunctions(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const module = decodeModule(bytes);
  const types = new TypeRegistry(module);
  const type = types.func([], []);
  const count = module.bodies.length;
  const out = new ModuleWriter(bytes.length + 8 * count);
  for (const section of module.sections) {
    switch (section.id) {
      case SectionId.type:
        out.vectorSection(section.id, module, types.entries());
        break;
      case SectionId.function:
        copyVector(out, module, section.id, Array(count).fill(u32Piece(type)));
        break;
      case SectionId.code:
        copyVector(out, module, section.id, Array(count).fill(EMPTY_BODY));
        break;
      default:
        out.copySection(module, section);
    }
  }
  return out.finish();
}
