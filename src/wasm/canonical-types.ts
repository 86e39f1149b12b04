/**
 * Equality of types (core spec 3.0, section 3.2.2, and 3.1.1 for the rolling of recursive types): two
 * recursion groups are equal if they have the same structure, references within the group taken by
 * their position in it; and two types if they have the same position in equal groups.
 */
import type { Module } from './structure.ts';
import type { CompositeType, FieldType, SubType, ValType } from './types.ts';

/** By type index: the lowest type index of an equal type. */
export function canonicalTypes({ types }: Pick<Module, 'types'>): readonly number[] {
  const canonical: number[] = [];
  const groups = new Map<string, number>();
  for (let start = 0, end: number; start < types.length; start = end) {
    for (end = start + 1; types[end]?.group === types[start]!.group; ) end++;
    const name = (index: number): string =>
      index < start ? `${canonical[index]}` : `+${index - start}`;
    const key = types
      .slice(start, end)
      .map((type) => subType(type, name))
      .join('|');
    let equal = groups.get(key);
    if (equal === undefined) {
      equal = start;
      groups.set(key, equal);
    }
    for (let i = start; i < end; i++) canonical.push(equal + i - start);
  }
  return canonical;
}

type Name = (index: number) => string;

function subType({ final, supertypes, composite }: SubType, name: Name): string {
  return `${final ? '' : 'open '}${supertypes.map(name).join()}:${compositeType(composite, name)}`;
}

function compositeType(type: CompositeType, name: Name): string {
  const all = (types: readonly ValType[]): string => types.map((t) => valType(t, name)).join();
  switch (type.kind) {
    case 'func':
      return `func ${all(type.params)}>${all(type.results)}`;
    case 'struct':
      return `struct ${type.fields.map((f) => field(f, name)).join()}`;
    case 'array':
      return `array ${field(type.element, name)}`;
  }
}

function field({ storage, mutable }: FieldType, name: Name): string {
  return `${mutable ? 'mut ' : ''}${typeof storage === 'string' ? storage : valType(storage, name)}`;
}

function valType(type: ValType, name: Name): string {
  if (type.kind !== 'ref') return type.kind;
  const heap = typeof type.heap === 'number' ? name(type.heap) : type.heap;
  return `${type.nullable ? 'null ' : 'ref '}${heap}`;
}
