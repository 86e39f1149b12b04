/**
 * Reads the type section of a component, and the declarations in instance and component types
 * (component-model, Binary.md). A scope holds the index spaces that they refer to.
 */

import type { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import { type ComponentType, type Extern, type Externs, RESOURCE } from './types.ts';

/** The index spaces of a component, of an instance type or of a component type. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly types: ComponentType[] = [];
  /** Their types. */
  readonly funcs: ComponentType[] = [];
  /** Their exports. */
  readonly instances: Externs[] = [];
  readonly components: Externs[] = [];

  constructor(parent?: Scope) {
    this.parent = parent;
  }

  /** The scope that many levels out. */
  outer(levels: number, at: number): Scope {
    let scope: Scope | undefined = this;
    for (let i = 0; i < levels; i++) scope = scope?.parent;
    if (scope === undefined) throw new WasmError(`no scope ${levels} levels out`, at);
    return scope;
  }

  /** Puts what was imported, aliased or exported into its index space. */
  add(extern: Extern): void {
    switch (extern.kind) {
      case 'func':
        this.funcs.push(extern.type);
        break;
      case 'type':
        this.types.push(extern.type);
        break;
      case 'instance':
        this.instances.push(extern.exports);
        break;
      case 'component':
        this.components.push(extern.exports);
    }
  }
}

export function entry<T>(space: readonly T[], index: number, what: string, at: number): T {
  const found = space[index];
  if (found === undefined) throw new WasmError(`unknown ${what} ${index}`, at);
  return found;
}

const PRIMITIVES = new Map([
  [0x7f, 'bool'],
  [0x7e, 's8'],
  [0x7d, 'u8'],
  [0x7c, 's16'],
  [0x7b, 'u16'],
  [0x7a, 's32'],
  [0x79, 'u32'],
  [0x78, 's64'],
  [0x77, 'u64'],
  [0x76, 'f32'],
  [0x75, 'f64'],
  [0x74, 'char'],
  [0x73, 'string'],
  [0x64, 'error-context'],
]);

/** The one-byte codes of types, as s33 numbers, and of primitive types in place of an index. */
function primitive(code: number): ComponentType | undefined {
  const text = PRIMITIVES.get(code & 0x7f);
  return text === undefined ? undefined : { kind: 'plain', text };
}

/** A `deftype`. */
export function readType(reader: ByteReader, scope: Scope): ComponentType {
  const at = reader.offset;
  const code = reader.u8();
  const plain = primitive(code);
  if (plain !== undefined) return plain;
  const value = () => readValueType(reader, scope);
  const generic = (name: string, ...of: (ComponentType | undefined)[]): ComponentType => ({
    kind: 'generic',
    name,
    of,
  });
  switch (code) {
    case 0x72:
      return {
        kind: 'fields',
        name: 'record',
        fields: vector(reader, () => [reader.name(), value()]),
      };
    case 0x71:
      return {
        kind: 'fields',
        name: 'variant',
        fields: vector(reader, () => readCase(reader, scope)),
      };
    case 0x6e:
      return {
        kind: 'fields',
        name: 'flags',
        fields: vector(reader, () => [reader.name(), undefined]),
      };
    case 0x6d:
      return {
        kind: 'fields',
        name: 'enum',
        fields: vector(reader, () => [reader.name(), undefined]),
      };
    case 0x70:
      return generic('list', value());
    case 0x6f:
      return generic('tuple', ...vector(reader, value));
    case 0x6b:
      return generic('option', value());
    case 0x6a:
      return generic('result', optional(reader, value), optional(reader, value));
    case 0x69:
      return generic('own', typeAt(reader, scope));
    case 0x68:
      return generic('borrow', typeAt(reader, scope));
    case 0x66:
      return generic('stream', optional(reader, value));
    case 0x65:
      return generic('future', optional(reader, value));
    case 0x40:
      return readFunction(reader, scope);
    case 0x41:
    case 0x42: {
      const kind = code === 0x41 ? 'component' : 'instance';
      return { kind, exports: readDeclarations(reader, new Scope(scope)) };
    }
    case 0x3f:
      reader.u8();
      optional(reader, () => reader.u32());
      return RESOURCE;
  }
  throw new WasmError(`unknown component type 0x${code.toString(16)}`, at);
}

function readFunction(reader: ByteReader, scope: Scope): ComponentType {
  const params = vector(reader, () => [reader.name(), readValueType(reader, scope)] as const);
  const at = reader.offset;
  switch (reader.u8()) {
    case 0:
      return { kind: 'func', params, result: readValueType(reader, scope) };
    case 1:
      if (reader.u8() === 0) return { kind: 'func', params, result: undefined };
  }
  throw new WasmError('unknown form of function results', at);
}

function readCase(
  reader: ByteReader,
  scope: Scope,
): readonly [name: string, type: ComponentType | undefined] {
  const name = reader.name();
  const type = optional(reader, () => readValueType(reader, scope));
  // Was once for a case that refines another.
  optional(reader, () => reader.u32());
  return [name, type];
}

/** An index of a type, or a primitive type: both are one s33. */
function readValueType(reader: ByteReader, scope: Scope): ComponentType {
  const at = reader.offset;
  const code = reader.s33();
  if (code >= 0) return entry(scope.types, code, 'type', at);
  const type = primitive(code);
  if (type === undefined) throw new WasmError(`unknown value type ${code}`, at);
  return type;
}

function typeAt(reader: ByteReader, scope: Scope): ComponentType {
  const at = reader.offset;
  return entry(scope.types, reader.u32(), 'type', at);
}

/** The declarations of an instance or component type; gives what it exports. */
function readDeclarations(reader: ByteReader, scope: Scope): Externs {
  const exports = new Map<string, Extern>();
  for (let left = reader.count('declarations'); left > 0; left--) {
    const at = reader.offset;
    switch (reader.u8()) {
      case 0x01:
        scope.types.push(readType(reader, scope));
        break;
      case 0x02:
        scope.add(readAlias(reader, scope));
        break;
      case 0x03: {
        const name = readExternName(reader);
        scope.add(readExternDescription(reader, scope, name));
        break;
      }
      case 0x04: {
        const name = readExternName(reader);
        const extern = readExternDescription(reader, scope, name);
        exports.set(name, extern);
        scope.add(extern);
        break;
      }
      default:
        throw new WasmError('unknown declaration', at);
    }
  }
  return exports;
}

export function readAlias(reader: ByteReader, scope: Scope): Extern {
  const sort = readSort(reader);
  const at = reader.offset;
  switch (reader.u8()) {
    case 0x00: {
      const instance = entry(scope.instances, reader.u32(), 'instance', at);
      const name = reader.name();
      const found = instance.get(name);
      if (found === undefined) throw new WasmError(`an instance without "${name}"`, at);
      return found;
    }
    case 0x01:
      reader.u32();
      reader.name();
      return { kind: 'other' };
    case 0x02:
      return externAt(scope.outer(reader.u32(), at), sort, reader);
  }
  throw new WasmError('unknown alias', at);
}

/** What of a scope a sort and the index that comes next name. */
export function externAt(scope: Scope, sort: number, reader: ByteReader): Extern {
  const at = reader.offset;
  const index = reader.u32();
  switch (sort) {
    case SORT.func:
      return { kind: 'func', type: entry(scope.funcs, index, 'function', at) };
    case SORT.type:
      return { kind: 'type', type: entry(scope.types, index, 'type', at) };
    case SORT.component:
      return { kind: 'component', exports: entry(scope.components, index, 'component', at) };
    case SORT.instance:
      return { kind: 'instance', exports: entry(scope.instances, index, 'instance', at) };
    case SORT.core:
      return { kind: 'other' };
  }
  throw new WasmError(`unknown sort ${sort}`, at);
}

export const SORT = { core: 0, func: 1, type: 3, component: 4, instance: 5 } as const;

export function readSort(reader: ByteReader): number {
  const sort = reader.u8();
  // Which index space of the core module level does not matter here.
  if (sort === SORT.core) reader.u8();
  return sort;
}

/** The name of an import or export: a kind byte, the name, and for kind 2 a suffix of a version. */
export function readExternName(reader: ByteReader): string {
  const kind = reader.u8();
  const name = reader.name();
  if (kind === 0x02) reader.name();
  return name;
}

/** @param name under which it is imported or exported: types have it from there */
export function readExternDescription(reader: ByteReader, scope: Scope, name: string): Extern {
  const at = reader.offset;
  switch (reader.u8()) {
    case 0x00:
      reader.u8();
      reader.u32();
      return { kind: 'other' };
    case 0x01:
      return { kind: 'func', type: typeAt(reader, scope) };
    case 0x03: {
      const of = reader.u8() === 0 ? typeAt(reader, scope) : RESOURCE;
      return { kind: 'type', type: { kind: 'named', name, of } };
    }
    case 0x04:
      return { kind: 'component', exports: exportsOf(typeAt(reader, scope), at) };
    case 0x05:
      return { kind: 'instance', exports: exportsOf(typeAt(reader, scope), at) };
  }
  throw new WasmError('unknown kind of import or export', at);
}

function exportsOf(type: ComponentType, at: number): Externs {
  if (type.kind === 'instance' || type.kind === 'component') return type.exports;
  throw new WasmError('not the type of an instance or component', at);
}

export function vector<T>(reader: ByteReader, read: () => T): T[] {
  const length = reader.count('elements');
  return Array.from({ length }, read);
}

export function optional<T>(reader: ByteReader, read: () => T): T | undefined {
  const at = reader.offset;
  const present = reader.u8();
  if (present > 1) throw new WasmError('neither present nor absent', at);
  return present === 1 ? read() : undefined;
}
