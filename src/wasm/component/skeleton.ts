/**
 * A component whose core modules have no code, only what is seen from outside: for tools that look at
 * types and know fewer instructions than the engine that runs the modules.
 */

import { ByteReader } from '../byte-reader.ts';
import { ByteWriter } from '../byte-writer.ts';
import { ModuleWriter } from '../encode.ts';
import { decodeModule, SectionId } from '../module.ts';

export interface Skeleton {
  readonly component: Uint8Array;
  /** By the bytes of a core module in the skeleton, in hexadecimal: that of the component. */
  readonly originals: ReadonlyMap<string, Uint8Array>;
}

const PREAMBLE_BYTES = 8;
const CORE_MODULE = 1;
const COMPONENT = 4;
/** No locals; unreachable; end. */
const BODY = Uint8Array.of(3, 0, 0x00, 0x0b);
/** Tells modules apart that look the same from outside. */
const MARK = 'module';

/** @throws WasmError for what is malformed */
export function skeletonOf(component: Uint8Array): Skeleton {
  const originals = new Map<string, Uint8Array>();
  return { component: rewritten(component, 0, component.length, originals), originals };
}

export function skeletonKey(module: Uint8Array): string {
  return Buffer.from(module).toString('hex');
}

function rewritten(
  source: Uint8Array,
  start: number,
  end: number,
  originals: Map<string, Uint8Array>,
): Uint8Array {
  const out = new ByteWriter(end - start);
  const reader = new ByteReader(source, start, end);
  reader.skip(PREAMBLE_BYTES);
  out.bytes(source, start, reader.offset);
  while (reader.offset < reader.end) {
    const header = reader.offset;
    const id = reader.u8();
    const size = reader.u32();
    const begin = reader.offset;
    reader.skip(size);
    if (id !== CORE_MODULE && id !== COMPONENT) {
      out.bytes(source, header, reader.offset);
      continue;
    }
    const content =
      id === COMPONENT
        ? rewritten(source, begin, reader.offset, originals)
        : moduleSkeleton(source.slice(begin, reader.offset), originals);
    out.u8(id);
    out.u32(content.length);
    out.bytes(content);
  }
  return out.take();
}

function moduleSkeleton(bytes: Uint8Array, originals: Map<string, Uint8Array>): Uint8Array {
  const module = decodeModule(bytes);
  const out = new ModuleWriter(bytes.length);
  for (const section of module.sections) {
    switch (section.id) {
      case SectionId.code:
        out.vectorSection(
          SectionId.code,
          module,
          module.bodies.map(() => BODY),
        );
        break;
      case SectionId.export: {
        const kept = section.entries!.filter((_, i) => module.exports[i]!.kind !== 'tag');
        out.vectorSection(SectionId.export, module, kept);
        break;
      }
      case SectionId.tag:
      case SectionId.data:
      case SectionId.dataCount:
        break;
      case SectionId.custom:
        if (section.name === 'name') out.copySection(module, section);
        break;
      default:
        out.copySection(module, section);
    }
  }
  const number = new ByteWriter(4);
  number.u32(originals.size);
  out.customSection(MARK, number.take());
  const skeleton = out.finish();
  originals.set(skeletonKey(skeleton), bytes);
  return skeleton;
}
