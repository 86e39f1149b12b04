/**
 * Values of the component model as text, in WAVE (WebAssembly Value Encoding), from the form that
 * jco's bindings give them in JavaScript.
 */
import type { ComponentType } from '../wasm/component/types.ts';
import { formatValue } from './values.ts';
import { camelCase } from './wave-names.ts';

/** The type behind the names that it is given. */
export function definition(type: ComponentType): ComponentType {
  let found = type;
  while (found.kind === 'named') found = found.of;
  return found;
}

/** `u32`, `list`, `record`, `func`, ... */
export function kindOf(type: ComponentType): string {
  const found = definition(type);
  if (found.kind === 'plain') return found.text;
  return found.kind === 'generic' || found.kind === 'fields' ? found.name : found.kind;
}

type Parts = readonly (ComponentType | undefined)[];
type Fields = readonly (readonly [name: string, type: ComponentType | undefined])[];

/** What is inside a generic type. */
export function parts(type: ComponentType): Parts {
  const found = definition(type);
  return found.kind === 'generic' ? found.of : [];
}

export function fields(type: ComponentType): Fields {
  const found = definition(type);
  return found.kind === 'fields' ? found.fields : [];
}

/** Whether jco has an option of this as an object: `undefined` would have two meanings. */
export function isWrapped(type: ComponentType): boolean {
  return kindOf(type) === 'option';
}

export function formatWave(type: ComponentType, value: unknown): string {
  switch (kindOf(type)) {
    case 'f32':
    case 'f64':
      return formatValue(kindOf(type), value);
    case 'char':
      return `'${escaped(value as string, "'")}'`;
    case 'string':
      return `"${escaped(value as string, '"')}"`;
    case 'list':
      return `[${elements(value as Iterable<unknown>, parts(type)[0]!)}]`;
    case 'tuple': {
      const values = value as readonly unknown[];
      return `(${parts(type)
        .map((of, i) => formatWave(of!, values[i]))
        .join(', ')})`;
    }
    case 'option': {
      const [of] = parts(type);
      if (value === undefined || value === null) return 'none';
      if (!isWrapped(of!)) return `some(${formatWave(of!, value)})`;
      const { tag, val } = value as { tag: string; val?: unknown };
      return tag === 'none' ? 'none' : `some(${formatWave(of!, val)})`;
    }
    case 'result': {
      const { tag, val } = value as { tag: 'ok' | 'err'; val?: unknown };
      return withPayload(tag, parts(type)[tag === 'ok' ? 0 : 1], val);
    }
    case 'record': {
      const object = value as Record<string, unknown>;
      const shown = fields(type)
        .filter(([name, of]) => kindOf(of!) !== 'option' || object[camelCase(name)] !== undefined)
        .map(([name, of]) => `${name}: ${formatWave(of!, object[camelCase(name)])}`);
      // `{}` is the value of no flags.
      return shown.length === 0 ? '{:}' : `{${shown.join(', ')}}`;
    }
    case 'variant': {
      const { tag, val } = value as { tag: string; val?: unknown };
      return withPayload(tag, fields(type).find(([name]) => name === tag)?.[1], val);
    }
    case 'flags': {
      const set = value as Record<string, boolean>;
      const names = fields(type).map(([name]) => name);
      return `{${names.filter((name) => set[camelCase(name)]).join(', ')}}`;
    }
    case 'own':
    case 'borrow':
      return '<resource>';
  }
  // bool, integers, the cases of an enum.
  return String(value);
}

function elements(values: Iterable<unknown>, of: ComponentType): string {
  return [...values].map((value) => formatWave(of, value)).join(', ');
}

function withPayload(tag: string, of: ComponentType | undefined, value: unknown): string {
  return of === undefined ? tag : `${tag}(${formatWave(of, value)})`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\\': '\\\\',
};

function escaped(text: string, quote: string): string {
  return [...text]
    .map((char) => {
      if (char === quote) return `\\${quote}`;
      const code = char.codePointAt(0)!;
      const isControl = code < 0x20 || (code >= 0x7f && code < 0xa0);
      return ESCAPES[char] ?? (isControl ? `\\u{${code.toString(16)}}` : char);
    })
    .join('');
}
