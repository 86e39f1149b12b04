/**
 * What a component imports and exports, with types (component-model, Binary.md, "Component
 * Definitions"). Core modules in it are passed over; nothing is validated beyond what is read.
 */

import { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import {
  entry,
  externAt,
  optional,
  readAlias,
  readExternDescription,
  readExternName,
  readSort,
  readType,
  Scope,
  vector,
} from './type-reader.ts';
import type { Extern, Externs } from './types.ts';

export interface ComponentInterface {
  readonly imports: Externs;
  readonly exports: Externs;
}

/** Magic, version, layer. */
const PREAMBLE_BYTES = 8;
const SECTION = { component: 4, instance: 5, alias: 6, type: 7, canon: 8, import: 10, export: 11 };
/** Components inside components; V8 and jco take far fewer. */
const DEEPEST = 64;

/**
 * @throws WasmError for what is malformed, or newer than this reader
 */
export function readComponent(bytes: Uint8Array): ComponentInterface {
  return readBody(new ByteReader(bytes), undefined, 0);
}

function readBody(
  reader: ByteReader,
  parent: Scope | undefined,
  depth: number,
): ComponentInterface {
  if (depth > DEEPEST) throw new WasmError('components too deep inside others', reader.offset);
  reader.skip(PREAMBLE_BYTES);
  const scope = new Scope(parent);
  const imports = new Map<string, Extern>();
  const exports = new Map<string, Extern>();
  while (reader.offset < reader.end) {
    const id = reader.u8();
    const size = reader.u32();
    const start = reader.offset;
    reader.skip(size);
    const section = new ByteReader(reader.source, start, reader.offset);
    switch (id) {
      case SECTION.component:
        scope.components.push(readBody(section, scope, depth + 1).exports);
        break;
      case SECTION.instance:
        vector(section, () => scope.instances.push(readInstance(section, scope)));
        break;
      case SECTION.alias:
        vector(section, () => scope.add(readAlias(section, scope)));
        break;
      case SECTION.type:
        vector(section, () => scope.types.push(readType(section, scope)));
        break;
      case SECTION.canon:
        vector(section, () => readCanonical(section, scope));
        break;
      case SECTION.import:
        vector(section, () => {
          const name = readExternName(section);
          const extern = readExternDescription(section, scope, name);
          imports.set(name, extern);
          scope.add(extern);
        });
        break;
      case SECTION.export:
        vector(section, () => readExport(section, scope, exports));
    }
  }
  return { imports, exports };
}

function readExport(reader: ByteReader, scope: Scope, exports: Map<string, Extern>): void {
  const name = readExternName(reader);
  const is = named(externAt(scope, readSort(reader), reader), name);
  // The type that it is given, where it is given one, is the one that is seen outside.
  const extern = optional(reader, () => readExternDescription(reader, scope, name)) ?? is;
  exports.set(name, extern);
  scope.add(extern);
}

function named(extern: Extern, name: string): Extern {
  if (extern.kind !== 'type') return extern;
  return { kind: 'type', type: { kind: 'named', name, of: extern.type } };
}

function readInstance(reader: ByteReader, scope: Scope): Externs {
  const at = reader.offset;
  switch (reader.u8()) {
    case 0x00: {
      const component = entry(scope.components, reader.u32(), 'component', at);
      vector(reader, () => {
        reader.name();
        readSort(reader);
        reader.u32();
      });
      return component;
    }
    case 0x01: {
      const one = (): [string, Extern] => {
        const name = readExternName(reader);
        return [name, named(externAt(scope, readSort(reader), reader), name)];
      };
      return new Map(vector(reader, one));
    }
  }
  throw new WasmError('unknown form of instance', at);
}

/** Only `lift` makes a function of the component level; the others that are known are passed over. */
function readCanonical(reader: ByteReader, scope: Scope): void {
  const at = reader.offset;
  switch (reader.u8()) {
    case 0x00: {
      reader.u8();
      reader.u32();
      readOptions(reader);
      scope.add({ kind: 'func', type: externType(scope, reader) });
      return;
    }
    case 0x01:
      reader.u8();
      reader.u32();
      readOptions(reader);
      return;
    case 0x02:
    case 0x03:
    case 0x04:
      reader.u32();
      return;
  }
  throw new WasmError('a canonical function of an unknown kind', at);
}

function externType(scope: Scope, reader: ByteReader) {
  const at = reader.offset;
  return entry(scope.types, reader.u32(), 'type', at);
}

function readOptions(reader: ByteReader): void {
  vector(reader, () => {
    // String encodings and `async` have no operand; memory, realloc, post-return, callback have one.
    const option = reader.u8();
    if (option === 0x03 || option === 0x04 || option === 0x05 || option === 0x07) reader.u32();
  });
}
