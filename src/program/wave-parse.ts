/** WAVE (WebAssembly Value Encoding) to the JavaScript values that jco's bindings take. */
import { type ComponentType, typeText } from '../wasm/component/types.ts';
import { UsageError } from './errors.ts';
import { parseValue } from './values.ts';
import { fields, isWrapped, kindOf, parts } from './wave.ts';
import { camelCase } from './wave-names.ts';

/**
 * @param word what stands on the command line; a string there needs no quotes
 * @throws UsageError that says what was expected, and at which character
 */
export function parseWave(type: ComponentType, word: string): unknown {
  if (kindOf(type) === 'string' && !word.startsWith('"')) return word;
  if (kindOf(type) === 'char' && [...word].length === 1) return word;
  const parser = new WaveParser(word);
  const value = parser.value(type);
  parser.end(type);
  return value;
}

/** Bits and whether signed; what the list of them is in JavaScript. */
const INTEGERS: Readonly<Record<string, readonly [bits: number, signed: boolean]>> = {
  s8: [8, true],
  u8: [8, false],
  s16: [16, true],
  u16: [16, false],
  s32: [32, true],
  u32: [32, false],
  s64: [64, true],
  u64: [64, false],
};
type Numbers = { from(values: readonly unknown[]): unknown };
const ARRAYS: Readonly<Record<string, unknown>> = {
  s8: Int8Array,
  u8: Uint8Array,
  s16: Int16Array,
  u16: Uint16Array,
  s32: Int32Array,
  u32: Uint32Array,
  s64: BigInt64Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
};

const NUMBER = /[+-]?(0[xX][0-9a-fA-F]+|[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|inf|nan)/y;
const LABEL = /%?[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*/y;
const ESCAPE = /\\(u\{([0-9a-fA-F]{1,6})\}|[tnr\\'"])/y;

class WaveParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(type: ComponentType): void {
    this.#space();
    if (this.#at < this.#text.length) this.#fail(`the end of ${typeText(type)}`);
  }

  value(type: ComponentType): unknown {
    this.#space();
    const kind = kindOf(type);
    const integer = INTEGERS[kind];
    if (integer !== undefined) return this.#integer(kind, ...integer);
    switch (kind) {
      case 'bool':
        return this.#label(['true', 'false'], kind) === 'true';
      case 'f32':
      case 'f64':
        return parseValue(kind, this.#match(NUMBER, kind));
      case 'char': {
        const text = this.#quoted("'", kind);
        if ([...text].length !== 1) this.#fail('one character between quotes');
        return text;
      }
      case 'string':
        return this.#quoted('"', kind);
      case 'list': {
        const [of] = parts(type);
        const values = this.#sequence('[', ']', () => this.value(of!));
        const numbers = ARRAYS[kindOf(of!)] as Numbers | undefined;
        return numbers === undefined ? values : numbers.from(values);
      }
      case 'tuple': {
        const types = parts(type);
        const values = this.#sequence('(', ')', (i) => this.value(types[i] ?? this.#fail('")"')));
        if (values.length < types.length) this.#fail(typeText(type));
        return values;
      }
      case 'option':
        return this.#option(parts(type)[0]!);
      case 'result': {
        const tag = this.#label(['ok', 'err'], kind);
        return { tag, val: this.#payload(parts(type)[tag === 'ok' ? 0 : 1]) };
      }
      case 'record':
        return this.#record(type);
      case 'variant': {
        const cases = fields(type);
        const tag = this.#label(
          cases.map(([name]) => name),
          typeText(type),
        );
        return { tag, val: this.#payload(cases.find(([name]) => name === tag)?.[1]) };
      }
      case 'enum':
        return this.#label(
          fields(type).map(([name]) => name),
          typeText(type),
        );
      case 'flags': {
        const names = fields(type).map(([name]) => name);
        const set = this.#sequence('{', '}', () => this.#label(names, typeText(type)));
        return Object.fromEntries(names.map((name) => [camelCase(name), set.includes(name)]));
      }
    }
    throw new UsageError(`a ${typeText(type)} cannot be given on the command line`);
  }

  #option(of: ComponentType): unknown {
    const tag = this.#label(['some', 'none'], 'some(...) or none');
    if (tag === 'none') return isWrapped(of) ? { tag } : undefined;
    const value = this.#payload(of);
    return isWrapped(of) ? { tag, val: value } : value;
  }

  #payload(of: ComponentType | undefined): unknown {
    if (of === undefined) return undefined;
    const [value] = this.#sequence('(', ')', () => this.value(of));
    return value;
  }

  #record(type: ComponentType): Record<string, unknown> {
    const all = fields(type);
    const record: Record<string, unknown> = {};
    const given = new Set<string>();
    this.#sequence('{', '}', () => {
      if (this.#take(':')) return;
      const name = this.#label(
        all.map(([field]) => field),
        typeText(type),
      );
      if (given.has(name)) this.#fail(`each field once, and not ${name} again`);
      given.add(name);
      if (!this.#take(':')) this.#fail('":"');
      record[camelCase(name)] = this.value(all.find(([field]) => field === name)![1]!);
    });
    const left = all.find(([name, of]) => !given.has(name) && kindOf(of!) !== 'option');
    if (left !== undefined) this.#fail(`the field ${left[0]} of ${typeText(type)}`);
    return record;
  }

  #integer(kind: string, bits: number, signed: boolean): number | bigint {
    const start = this.#at;
    const word = this.#match(NUMBER, kind);
    if (!/^[+-]?(0[xX])?[0-9a-fA-F]+$/.test(word)) this.#fail(kind, start);
    const magnitude = BigInt(word.replace(/^[+-]/, ''));
    const value = word.startsWith('-') ? -magnitude : magnitude;
    const wrapped = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
    if (wrapped !== value) throw new UsageError(`out of the range of ${kind}: ${word}`);
    return bits === 64 ? value : Number(value);
  }

  #quoted(quote: string, kind: string): string {
    if (!this.#take(quote)) this.#fail(kind);
    let text = '';
    while (this.#text[this.#at] !== quote) {
      const char = this.#text.codePointAt(this.#at);
      if (char === undefined) this.#fail(`${quote} at the end`);
      if (char === 0x5c)
        text += unescaped(this.#match(ESCAPE, 'an escape such as \\n or \\u{1f600}'));
      else {
        text += String.fromCodePoint(char!);
        this.#at += char! > 0xffff ? 2 : 1;
      }
    }
    this.#at++;
    return text;
  }

  #sequence<T>(open: string, close: string, item: (index: number) => T): T[] {
    if (!this.#take(open)) this.#fail(`"${open}"`);
    const items: T[] = [];
    while (!this.#take(close)) {
      if (items.length > 0 && !this.#take(',')) this.#fail(`"," or "${close}"`);
      if (items.length > 0 && this.#take(close)) break;
      items.push(item(items.length));
    }
    return items;
  }

  #label(allowed: readonly string[], expected: string): string {
    const start = this.#at;
    const label = this.#match(LABEL, expected).replace(/^%/, '');
    if (!allowed.includes(label)) this.#fail(`one of ${allowed.join(', ')}`, start);
    return label;
  }

  #match(pattern: RegExp, expected: string): string {
    this.#space();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text) ?? this.#fail(expected);
    this.#at = pattern.lastIndex;
    return match[0];
  }

  #take(char: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #fail(expected: string, at = this.#at): never {
    throw new UsageError(`expected ${expected} at character ${at + 1} of: ${this.#text}`);
  }
}

function unescaped(sequence: string): string {
  const code = /u\{(.*)\}/.exec(sequence)?.[1];
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
  return { t: '\t', n: '\n', r: '\r' }[sequence[1]!] ?? sequence[1]!;
}
