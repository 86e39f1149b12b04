/**
 * The core modules inside a component, and inside the components in it, in the order of the binary
 * (component-model, Binary.md, "Component Definitions" and "Name Section").
 */

import { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';

export interface CoreModule {
  /** What the component calls it. */
  readonly name: string | undefined;
  readonly bytes: Uint8Array;
}

const PREAMBLE_BYTES = 8;
const CUSTOM = 0;
const CORE_MODULE = 1;
const COMPONENT = 4;
/** Subsection of names of one sort; the sort of core modules. */
const SORT_NAMES = 1;
const CORE_SORT = 0x00;
const MODULE_SORT = 0x11;

/** @throws WasmError for a component whose sections do not fit into each other */
export function coreModules(component: Uint8Array): CoreModule[] {
  const modules: CoreModule[] = [];
  collect(component, 0, component.length, modules);
  return modules;
}

function collect(source: Uint8Array, start: number, end: number, into: CoreModule[]): void {
  const reader = new ByteReader(source, start, end);
  reader.skip(PREAMBLE_BYTES);
  // Where each of this component's own went: the names come at its end.
  const own: number[] = [];
  while (reader.offset < reader.end) {
    const id = reader.u8();
    const size = reader.u32();
    const begin = reader.offset;
    reader.skip(size);
    if (id === CORE_MODULE) {
      own.push(into.length);
      into.push({ name: undefined, bytes: source.subarray(begin, reader.offset) });
    } else if (id === COMPONENT) {
      collect(source, begin, reader.offset, into);
    } else if (id === CUSTOM) {
      for (const [index, name] of moduleNames(new ByteReader(source, begin, reader.offset))) {
        const place = own[index];
        if (place !== undefined) into[place] = { ...into[place]!, name };
      }
    }
  }
}

/** Names never make a component malformed: what cannot be read has none. */
function moduleNames(section: ByteReader): Map<number, string> {
  const names = new Map<number, string>();
  try {
    if (section.name() !== 'component-name') return names;
    while (section.offset < section.end) {
      const id = section.u8();
      const size = section.u32();
      const begin = section.offset;
      section.skip(size);
      if (id !== SORT_NAMES) continue;
      const content = new ByteReader(section.source, begin, section.offset);
      if (content.u8() !== CORE_SORT || content.u8() !== MODULE_SORT) continue;
      for (let rest = content.count('names'); rest > 0; rest--) {
        names.set(content.u32(), content.name());
      }
    }
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
  }
  return names;
}
