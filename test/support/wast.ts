/**
 * Reads scripts of the WebAssembly test suite (.wast): s-expressions with their source ranges, and the
 * modules in them. Text modules are assembled by jco's wasm-tools; by wabt what those refuse (the folded
 * form of the legacy exceptions).
 */

import { parse } from '@bytecodealliance/jco';
import wabt from 'wabt';

interface Located {
  /** Offsets in the source, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}
export interface Atom extends Located {
  readonly kind: 'atom';
  readonly text: string;
}
export interface StringLiteral extends Located {
  readonly kind: 'string';
  /** The bytes the literal denotes, escapes resolved. */
  readonly bytes: Uint8Array;
}
export interface List extends Located {
  readonly kind: 'list';
  readonly items: readonly Sexpr[];
}
export type Sexpr = Atom | StringLiteral | List;

/** What a script says about a module; `trap` and `unlinkable` ones are valid, but do not instantiate. */
export type Expectation = 'valid' | 'malformed' | 'invalid' | 'unlinkable' | 'trap';

export interface WastModule {
  /** First line of the module in the script, from 1. */
  readonly line: number;
  readonly expectation: Expectation;
  /** The suite's message for modules that are not valid. */
  readonly message: string | undefined;
  /** Where the script gives bytes, they; otherwise text to assemble. */
  readonly source:
    | { readonly binary: Uint8Array }
    | { readonly text: string; readonly quoted: boolean };
}

const token = /;;[^\n]*|\(;|\(|\)|"(?:[^"\\]|\\.)*"|[^\s()";]+|;/gs;

/** Parses a whole script. Not recursive: some scripts nest thousands deep. */
export function parseSexprs(source: string): Sexpr[] {
  const top: Sexpr[] = [];
  const open: { items: Sexpr[]; start: number }[] = [];
  let items = top;
  token.lastIndex = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const [text] = match;
    const start = match.index;
    const end = start + text.length;
    if (text === '(;') {
      token.lastIndex = endOfBlockComment(source, end);
    } else if (text === '(') {
      items = [];
      open.push({ items, start });
    } else if (text === ')') {
      const list = open.pop();
      if (list === undefined) throw new Error(`unmatched ) at ${lineOf(source, start)}`);
      items = open.at(-1)?.items ?? top;
      items.push({ kind: 'list', items: list.items, start: list.start, end });
    } else if (text.startsWith('"')) {
      items.push({ kind: 'string', bytes: stringBytes(text.slice(1, -1)), start, end });
    } else if (!text.startsWith(';')) {
      items.push({ kind: 'atom', text, start, end });
    }
  }
  const unclosed = open.pop();
  if (unclosed) throw new Error(`unmatched ( at line ${lineOf(source, unclosed.start)}`);
  return top;
}

function endOfBlockComment(source: string, from: number): number {
  const mark = /\(;|;\)/g;
  mark.lastIndex = from;
  for (let depth = 1; depth > 0; ) {
    const match = mark.exec(source);
    if (match === null) throw new Error(`comment at line ${lineOf(source, from)} does not end`);
    depth += match[0] === '(;' ? 1 : -1;
  }
  return mark.lastIndex;
}

const utf8 = new TextEncoder();
const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  '"': 34,
  "'": 39,
  '\\': 92,
};

function stringBytes(literal: string): Uint8Array {
  const bytes: number[] = [];
  const part = /\\u\{([0-9a-fA-F_]+)\}|\\([0-9a-fA-F]{2})|\\(.)|[^\\]+/gs;
  for (const [text, unicode, hex, short] of literal.matchAll(part)) {
    if (unicode !== undefined) {
      bytes.push(...utf8.encode(String.fromCodePoint(Number.parseInt(unicode, 16))));
    } else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (short !== undefined) bytes.push(escapes[short]!);
    else for (const byte of utf8.encode(text)) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function lineOf(source: string, offset: number): number {
  return lineCounter(source)(offset);
}

/** Gives the lines of offsets, each at least the last: a script has thousands of modules. */
function lineCounter(source: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (source.charCodeAt(at) === 10) line++;
    return line;
  };
}

/** The first atom of a list: what kind of form it is. */
export function head(form: Sexpr | undefined): string | undefined {
  if (form?.kind !== 'list') return undefined;
  const first = form.items[0];
  return first?.kind === 'atom' ? first.text : undefined;
}

const expectations: Readonly<Record<string, Expectation>> = {
  assert_malformed: 'malformed',
  assert_malformed_custom: 'malformed',
  assert_invalid: 'invalid',
  assert_invalid_custom: 'invalid',
  assert_unlinkable: 'unlinkable',
  assert_trap: 'trap',
};

/** Fields of a module; a script that begins with one is a single module without its parentheses. */
export const fields = new Set(
  'type rec import func table memory global tag export start elem data'.split(' '),
);

/** The modules of a script, in order. */
export function wastModules(source: string): WastModule[] {
  const forms = parseSexprs(source);
  if (fields.has(head(forms[0]) ?? '')) {
    const text = `(module ${source})`;
    const described = { text, quoted: false };
    return [{ line: 1, expectation: 'valid', message: undefined, source: described }];
  }
  const modules: WastModule[] = [];
  const lineAt = lineCounter(source);
  for (const form of forms) {
    if (form.kind !== 'list') continue;
    const expectation = expectations[head(form) ?? ''];
    const module = expectation === undefined ? form : form.items[1];
    if (module?.kind !== 'list' || head(module) !== 'module') continue;
    const described = describeModule(source, module);
    if (described === undefined) continue;
    const message = form.items[2];
    modules.push({
      line: lineAt(module.start),
      expectation: expectation ?? 'valid',
      message:
        expectation !== undefined && message?.kind === 'string'
          ? new TextDecoder().decode(message.bytes)
          : undefined,
      source: described,
    });
  }
  return modules;
}

/** Undefined for `(module instance ...)`, which has no module of its own. */
export function describeModule(source: string, module: List): WastModule['source'] | undefined {
  const words = module.items.slice(1, 4).flatMap((item) => (item.kind === 'atom' ? item.text : []));
  if (words[0] === 'instance') return undefined;
  const strings = module.items.flatMap((item) => (item.kind === 'string' ? item.bytes : []));
  if (words.includes('binary')) return { binary: concat(strings) };
  if (words.includes('quote')) {
    // Quoted pieces stand for separate lines, so that tokens do not run together.
    const text = strings.map((bytes) => new TextDecoder().decode(bytes)).join('\n');
    return { text: `(module ${text})`, quoted: true };
  }
  const text = source.slice(module.start, module.end);
  if (words[0] !== 'definition') return { text, quoted: false };
  return { text: text.replace(/definition/, ''), quoted: false };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const loadedWabt = wabt();

/** The module's bytes; rejects with the message of wasm-tools where neither assembler takes the text. */
export async function moduleBytes(module: WastModule): Promise<Uint8Array> {
  if ('binary' in module.source) return module.source.binary;
  const text = module.source.text.replace(/\P{ASCII}/gu, unicodeEscape);
  try {
    return await parse(text);
  } catch (error) {
    const bytes = await assembleWithWabt(text);
    if (bytes !== undefined) return bytes;
    throw new Error(`${(error as { payload?: unknown }).payload ?? error}`, { cause: error });
  }
}

/** wasm-tools refuses characters that look like others. They mean something only within strings. */
function unicodeEscape(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

async function assembleWithWabt(text: string): Promise<Uint8Array | undefined> {
  try {
    const module = (await loadedWabt).parseWat('module.wat', text, {
      exceptions: true,
      tail_call: true,
    });
    // Not validated: modules that are invalid on purpose are wanted too.
    const { buffer } = module.toBinary({});
    module.destroy();
    return buffer;
  } catch {
    return undefined;
  }
}
