/**
 * Whether a component fits: the world it was built for is ours in what it uses of it, and all that it
 * imports is there. The bindings go by names without versions and know no types, so they would call
 * with the wrong ones, or fail in the middle of a session.
 */

import { type ComponentInterface, readComponent } from '../wasm/component/component.ts';
import {
  type ComponentType,
  definitionText,
  type Extern,
  type Externs,
  typeText,
} from '../wasm/component/types.ts';
import { WasmError } from '../wasm/error.ts';
import { WORLD } from './generated/world.ts';

export type WorldShape = Readonly<Record<string, string>>;

export function withoutVersion(name: string): string {
  const at = name.indexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

/**
 * Functions and types by their names, as WIT texts. Functions of a resource are
 * `[method]memory.get-u8`.
 */
export function shapeOf(externs: Externs): Record<string, string> {
  const shape: Record<string, string> = {};
  for (const [name, extern] of externs) {
    const text = externText(extern);
    if (text !== undefined) shape[name] = text;
  }
  return shape;
}

function externText(extern: Extern): string | undefined {
  if (extern.kind === 'func') return typeText(extern.type);
  if (extern.kind === 'type') return definitionText(extern.type as ComponentType);
  return undefined;
}

/**
 * What the component uses of the world debug-main otherwise than it is, one line each: the name, what
 * was expected and what was found.
 */
export function worldDifferences({ imports, exports }: ComponentInterface): string[] {
  return [...differences(imports, WORLD.imports), ...differences(exports, WORLD.exports)];
}

function differences(found: Externs, expected: Readonly<Record<string, WorldShape>>): string[] {
  const lines: string[] = [];
  for (const [name, extern] of found) {
    const wanted = expected[withoutVersion(name)];
    if (wanted === undefined) continue;
    const shape =
      extern.kind === 'instance' ? shapeOf(extern.exports) : shapeOf(new Map([[name, extern]]));
    for (const [item, text] of Object.entries(shape)) {
      const ours = wanted[item];
      if (ours === undefined) {
        // Of what a type is made does not matter where no function of ours has it.
        if (text !== 'resource' && !text.startsWith('func(')) continue;
        lines.push(`${readable(item)}: there is no such ${kindOf(text)} in ${name}`);
      } else {
        const difference = differenceOf(ours, text);
        if (difference !== undefined) lines.push(`${readable(item)}: ${difference}`);
      }
    }
  }
  return lines;
}

/**
 * Cases go by their names, so that a later version of a variant or an enum, with cases that we know
 * nothing of, is as good: none of them is ever given to the component.
 */
function differenceOf(ours: string, found: string): string | undefined {
  if (bare(ours) === bare(found)) return undefined;
  const [expectedCases, foundCases] = [casesOf(ours), casesOf(found)];
  if (expectedCases === undefined || foundCases?.kind !== expectedCases.kind) {
    return `expected ${ours}, found ${found}`;
  }
  const missing = expectedCases.cases.filter((one) => !foundCases.cases.includes(one));
  return missing.length === 0 ? undefined : `expected a case ${missing[0]}, found ${found}`;
}

/** Of a variant or enum. */
function casesOf(text: string): { kind: string; cases: string[] } | undefined {
  const match = /^(variant|enum) \{ (.*) \}$/.exec(text);
  if (match === null) return undefined;
  // Not at the commas in the type of a case.
  const cases = match[2]!.match(/(?:\((?:[^()]|\([^()]*\))*\)|[^(),])+/g) ?? [];
  return { kind: match[1]!, cases: cases.map((one) => one.trim()) };
}

function kindOf(text: string): string {
  return text === 'resource' ? text : 'function';
}

/** Names of parameters mean nothing to the bindings. */
function bare(text: string): string {
  return text.startsWith('func(') ? text.replace(/[\w-]+: /g, '') : text;
}

function readable(name: string): string {
  return name.replace(/^\[(method|static|constructor)\]/, '');
}

/** What has to be known of a component's types. Plain data: it is kept with the transpiled component. */
export interface Fit {
  /** See `worldDifferences`. */
  readonly differences: readonly string[];
  readonly imports: readonly Imported[];
}

/** An interface, or a bare function, that a component imports. */
export interface Imported {
  /** With its version. */
  readonly name: string;
  /** Names of the functions of an interface, as in the component. */
  readonly functions: readonly string[];
}

/** @param names what jco says that the component imports, for one that came after our reader */
export function fitOf(component: Uint8Array, names: readonly string[]): Fit {
  try {
    const type = readComponent(component);
    return { differences: worldDifferences(type), imports: importsOf(type) };
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
    return { differences: [], imports: names.map((name) => ({ name, functions: [] })) };
  }
}

export function importsOf({ imports }: ComponentInterface): Imported[] {
  return [...imports]
    .filter(([, extern]) => isNeeded(extern))
    .map(([name, extern]) => {
      const items = extern.kind === 'instance' ? [...extern.exports] : [];
      return {
        name,
        functions: items.flatMap(([item, { kind }]) => (kind === 'func' ? item : [])),
      };
    });
}

/** An interface of types alone needs nobody to provide it, unless it has resources: they are classes. */
function isNeeded(extern: Extern): boolean {
  if (extern.kind === 'instance') return [...extern.exports.values()].some(isNeeded);
  return extern.kind !== 'type' || definitionText(extern.type) === 'resource';
}

/** The imports, by unversioned name, each an interface, or `{ default }` for a bare function. */
export type ComponentImports = Record<string, Record<string, unknown>>;

/** What the component imports and nobody provides: names of interfaces and of functions in them. */
export function missingImports(
  imported: readonly Imported[],
  provided: ComponentImports,
): string[] {
  return imported.flatMap(({ name, functions }) => {
    const object = provided[withoutVersion(name)];
    if (object === undefined || isOtherWasi(name)) return [name];
    return functions
      .filter((item) => !provides(object, item))
      .map((item) => `${readable(item)} of ${name}`);
  });
}

/** Of another version than 0.2, where the same names mean something else. */
function isOtherWasi(name: string): boolean {
  return name.startsWith('wasi:') && name.includes('@') && !/@0\.2\.\d+$/.test(name);
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);

function provides(object: Record<string, unknown>, item: string): boolean {
  const member = /^\[(method|static|constructor)\]([^.]+)(?:\.(.+))?$/.exec(item);
  if (member === null) return typeof object[camel(item)] === 'function';
  const [, kind, resource, name] = member;
  const type = object[pascal(resource!)] as { readonly prototype: object } | undefined;
  if (type === undefined) return false;
  if (kind === 'constructor') return true;
  return camel(name!) in (kind === 'static' ? type : type.prototype);
}
