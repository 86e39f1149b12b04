/**
 * The types that a module gets on top of its own. The module's type section is kept to the byte and
 * new types go behind it, so that no index changes and recursion groups stay what they are.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import type { Module, Range } from '../../wasm/module.ts';
import { SectionId } from '../../wasm/module.ts';
import { writeRecGroup } from '../../wasm/sections/types.ts';
import {
  type CompositeType,
  I32,
  type RefType,
  refType,
  type ValType,
  valTypeName,
} from '../../wasm/types.ts';

export class TypeRegistry {
  readonly #module: Module;
  readonly #added: Uint8Array[] = [];
  readonly #known = new Map<string, number>();

  constructor(module: Module) {
    this.#module = module;
  }

  /** The type of `leave` and `hook`: (frame, pc, instance) -> continuation slot. */
  leave(): number {
    return this.func([I32, I32, I32], [I32]);
  }

  /** The index of a function type. */
  func(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.map(valTypeName).join()}>${results.map(valTypeName).join()}`;
    return this.#add(key, { kind: 'func', params, results });
  }

  /** The index of the type of arrays of references. */
  array(element: RefType): number {
    return this.#add(`array ${valTypeName(element)}`, {
      kind: 'array',
      element: { storage: element, mutable: true },
    });
  }

  /** The index of the type of what holds an array of references: a structure with the array only. */
  holder(element: RefType): number {
    const storage = refType(false, this.array(element));
    return this.#add(`holder ${valTypeName(element)}`, {
      kind: 'struct',
      fields: [{ storage, mutable: true }],
    });
  }

  /** The index of a structure without fields. */
  struct(): number {
    return this.#add('struct', { kind: 'struct', fields: [] });
  }

  /** Entries of the type section. */
  entries(): (Range | Uint8Array)[] {
    return [...sectionEntries(this.#module, SectionId.type), ...this.#added];
  }

  #add(key: string, composite: CompositeType): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const out = new ByteWriter(16);
    writeRecGroup(out, [{ final: true, supertypes: [], composite }]);
    const index = this.#module.types.length + this.#added.length;
    this.#added.push(out.take());
    this.#known.set(key, index);
    return index;
  }
}

/** The entries of a vector section, none if the module does not have it. */
export function sectionEntries(module: Module, id: number): readonly Range[] {
  return module.sections.find((section) => section.id === id)?.entries ?? [];
}
