/**
 * Types of the component model as WIT writes them (component-model, Binary.md, "Type Definitions").
 * A type that has a name in its interface is written by that name.
 */

/** What something is on the outside: a type that is bound to a name, or a value's shape. */
export type ComponentType =
  /** Written as it stands: a primitive type, or `resource`. */
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'named'; readonly name: string; readonly of: ComponentType }
  /** `list`, `option`, `result`, `tuple`, `own`, `borrow`; undefined stands for `_`. */
  | {
      readonly kind: 'generic';
      readonly name: string;
      readonly of: readonly (ComponentType | undefined)[];
    }
  /** `record`, `variant`, `enum`, `flags`: names, some with a type. */
  | {
      readonly kind: 'fields';
      readonly name: string;
      readonly fields: readonly (readonly [name: string, type: ComponentType | undefined])[];
    }
  | FunctionType
  | { readonly kind: 'instance'; readonly exports: Externs }
  | { readonly kind: 'component'; readonly exports: Externs };

export interface FunctionType {
  readonly kind: 'func';
  readonly params: readonly (readonly [name: string, type: ComponentType])[];
  readonly result: ComponentType | undefined;
}

/** What is imported or exported under a name; undefined: something of the core module level. */
export type Extern =
  | { readonly kind: 'func'; readonly type: ComponentType }
  | { readonly kind: 'type'; readonly type: ComponentType }
  | { readonly kind: 'instance' | 'component'; readonly exports: Externs }
  | { readonly kind: 'other' };

export type Externs = ReadonlyMap<string, Extern>;

export const RESOURCE: ComponentType = { kind: 'plain', text: 'resource' };

/** More types in one text than anyone writes. Types share parts, so a short binary can have a huge one. */
const LONGEST = 2000;

/** In WIT, such as `func(d: borrow<debuggee>, addr: u64) -> result<u8, error>`. */
export function typeText(type: ComponentType): string {
  return new TypeWriter().text(type);
}

/** What a name stands for: the definition, not the name. */
export function definitionText(type: ComponentType): string {
  let definition = type;
  while (definition.kind === 'named') definition = definition.of;
  return typeText(definition);
}

class TypeWriter {
  #left = LONGEST;

  text(type: ComponentType): string {
    if (this.#left-- <= 0) return '...';
    switch (type.kind) {
      case 'plain':
        return type.text;
      case 'named':
        return type.name;
      case 'generic':
        return this.#generic(type.name, type.of);
      case 'fields': {
        const fields = type.fields.map(([name, of]) => this.#field(type.name, name, of));
        return `${type.name} { ${fields.join(', ')} }`;
      }
      case 'func': {
        const params = type.params.map(([name, of]) => `${name}: ${this.text(of)}`).join(', ');
        return `func(${params})${type.result === undefined ? '' : ` -> ${this.text(type.result)}`}`;
      }
      case 'instance':
      case 'component':
        return type.kind;
    }
  }

  #field(kind: string, name: string, of: ComponentType | undefined): string {
    if (of === undefined) return name;
    return kind === 'record' ? `${name}: ${this.text(of)}` : `${name}(${this.text(of)})`;
  }

  #generic(name: string, of: readonly (ComponentType | undefined)[]): string {
    // WIT leaves out `own`, and what a result does not have at its end.
    if (name === 'own') return this.text(of[0]!);
    const written = of.at(-1) === undefined ? of.slice(0, -1) : of;
    if (written.every((type) => type === undefined)) return name;
    return `${name}<${written.map((t) => (t === undefined ? '_' : this.text(t))).join(', ')}>`;
  }
}
