/**
 * Values and result patterns of the test suite's scripts (the script format is described in
 * interpreter/README.md of the spec), and values as a run gives them.
 *
 * Numbers are kept as bits. Literals are not parsed here: the assembler that takes the modules takes
 * them too, all of a script in one module that stores them to memory, so that no second parser of
 * hexadecimal floats can disagree with the first.
 */
import type { List, Sexpr } from '../support/wast.ts';
import { assemble } from './assemble.ts';

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** Bytes that a value of the type has. */
export const SIZES: Readonly<Record<NumberType, number>> = {
  i32: 4,
  i64: 8,
  f32: 4,
  f64: 8,
  v128: 16,
};

/** What goes into a call or comes out of it. */
export type Value =
  | { readonly type: NumberType; readonly bytes: Uint8Array }
  | { readonly type: 'ref'; readonly value: unknown };

/** One floating-point lane that may hold any NaN of a class. */
interface NanLane {
  readonly offset: number;
  readonly width: 4 | 8;
  readonly kind: 'canonical' | 'arithmetic';
}

/** What a script expects of one result. */
export type Pattern =
  | {
      readonly kind: 'number';
      readonly type: NumberType;
      readonly bytes: Uint8Array;
      readonly nans: readonly NanLane[];
    }
  | { readonly kind: 'ref'; readonly form: string; readonly id: string | undefined }
  | { readonly kind: 'either'; readonly options: readonly Pattern[] };

/** References of the host, one object for each number: a number itself would become an i31. */
export class HostReferences {
  readonly #byId = new Map<string, object>();
  readonly #ids = new Map<unknown, string>();

  get(id: string): object {
    let object = this.#byId.get(id);
    if (object === undefined) {
      object = Object.freeze({ host: id });
      this.#byId.set(id, object);
      this.#ids.set(object, id);
    }
    return object;
  }

  idOf(value: unknown): string | undefined {
    return this.#ids.get(value);
  }
}

/** The literals of a script, by their text. */
export class Literals {
  readonly #source: string;
  readonly #indices = new Map<string, number>();
  #memory = new Uint8Array(0);

  constructor(source: string) {
    this.#source = source;
  }

  /** Finds the literals in an argument or a result pattern. */
  collect(form: Sexpr): void {
    if (form.kind !== 'list') return;
    if (numberType(form) === undefined) for (const item of form.items) this.collect(item);
    else {
      const text = this.#text(form);
      if (!this.#indices.has(text)) this.#indices.set(text, this.#indices.size);
    }
  }

  /** Assembles what was collected. */
  async evaluate(): Promise<void> {
    const stores = [...this.#indices].map(([text, i]) => {
      const type = text.slice(1, text.indexOf('.'));
      return `(${type}.store offset=${16 * i} (i32.const 0) ${text})`;
    });
    const pages = Math.ceil((16 * stores.length) / 65536);
    const text = `(module (memory (export "m") ${pages}) (func (export "f") ${stores.join('\n')}))`;
    const bytes = await assemble(text);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes.slice()));
    (exports['f'] as () => void)();
    this.#memory = new Uint8Array((exports['m'] as WebAssembly.Memory).buffer.slice(0));
  }

  /** The argument that a form stands for. */
  value(form: Sexpr, host: HostReferences): Value {
    if (form.kind !== 'list') throw new Error(`not a value at offset ${form.start}`);
    const type = numberType(form);
    if (type !== undefined) return { type, bytes: this.#bytes(form, type) };
    const [word, id] = form.items.map((item) => (item.kind === 'atom' ? item.text : ''));
    if (word === 'ref.null') return { type: 'ref', value: null };
    if (word === 'ref.extern' || word === 'ref.host') return { type: 'ref', value: host.get(id!) };
    throw new Error(`no such value: ${this.#source.slice(form.start, form.end)}`);
  }

  pattern(form: Sexpr): Pattern {
    if (form.kind !== 'list') throw new Error(`not a result at offset ${form.start}`);
    const type = numberType(form);
    if (type !== undefined) {
      return { kind: 'number', type, bytes: this.#bytes(form, type), nans: nanLanes(form, type) };
    }
    const [word, id] = form.items.map((item) => (item.kind === 'atom' ? item.text : ''));
    if (word === 'either') {
      return { kind: 'either', options: form.items.slice(1).map((option) => this.pattern(option)) };
    }
    if (word?.startsWith('ref.') !== true) {
      throw new Error(`no such result: ${this.#source.slice(form.start, form.end)}`);
    }
    return { kind: 'ref', form: word, id };
  }

  #bytes(form: List, type: NumberType): Uint8Array {
    const at = 16 * this.#indices.get(this.#text(form))!;
    return this.#memory.subarray(at, at + SIZES[type]);
  }

  /** Lanes that are NaN patterns read 0: the assembler does not know those. */
  #text(form: List): string {
    const words = form.items.map((item) => {
      const text = this.#source.slice(item.start, item.end);
      return isNanPattern(text) ? '0' : text;
    });
    return `(${words.join(' ')})`;
  }
}

function isNanPattern(text: string): boolean {
  return text === 'nan:canonical' || text === 'nan:arithmetic';
}

function numberType(form: List): NumberType | undefined {
  const first = form.items[0];
  const match = first?.kind === 'atom' && /^(i32|i64|f32|f64|v128)\.const$/.exec(first.text);
  return match ? (match[1] as NumberType) : undefined;
}

function nanLanes(form: List, type: NumberType): NanLane[] {
  const words = form.items.map((item) => (item.kind === 'atom' ? item.text : ''));
  const lanes = words.slice(type === 'v128' ? 2 : 1);
  const width = (type === 'v128' ? words[1] === 'f32x4' : type === 'f32') ? 4 : 8;
  return lanes.flatMap((text, i) =>
    isNanPattern(text)
      ? [{ offset: i * width, width, kind: text === 'nan:canonical' ? 'canonical' : 'arithmetic' }]
      : [],
  );
}

/** Whether a pattern allows several results: then runs may differ in what they give. */
export function isLoose(pattern: Pattern): boolean {
  return pattern.kind === 'either' || (pattern.kind === 'number' && pattern.nans.length > 0);
}

export function matches(value: Value, pattern: Pattern, host: HostReferences): boolean {
  switch (pattern.kind) {
    case 'either':
      return pattern.options.some((option) => matches(value, option, host));
    case 'number':
      return value.type === pattern.type && numberMatches(value.bytes, pattern.bytes, pattern.nans);
    case 'ref':
      return value.type === 'ref' && refMatches(value.value, pattern.form, pattern.id, host);
  }
}

function numberMatches(
  actual: Uint8Array,
  expected: Uint8Array,
  nans: readonly NanLane[],
): boolean {
  const inNan = (i: number): boolean =>
    nans.some(({ offset, width }) => i >= offset && i < offset + width);
  return (
    expected.every((byte, i) => inNan(i) || byte === actual[i]) &&
    nans.every((lane) => isNan(actual, lane))
  );
}

/** Core spec 3.0, section 4.3.3: a canonical NaN has only the quiet bit set, an arithmetic one at least it. */
function isNan(bytes: Uint8Array, { offset, width, kind }: NanLane): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, width);
  const bits = width === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  const magnitude = BigInt.asUintN(8 * width - 1, bits);
  const quiet = width === 4 ? 0x7fc0_0000n : 0x7ff8_0000_0000_0000n;
  return kind === 'canonical' ? magnitude === quiet : (magnitude & quiet) === quiet;
}

/** The kinds of references as far as JavaScript can tell them apart: structs look like arrays. */
function refKind(value: unknown, host: HostReferences): string {
  if (value === null) return 'null';
  if (typeof value === 'function') return 'func';
  if (typeof value === 'number') return 'i31';
  if (host.idOf(value) !== undefined) return 'host';
  return typeof value === 'object' && Object.getPrototypeOf(value) === null ? 'aggregate' : 'other';
}

function refMatches(
  value: unknown,
  form: string,
  id: string | undefined,
  host: HostReferences,
): boolean {
  const kind = refKind(value, host);
  switch (form) {
    case 'ref.null':
    case 'ref.func':
    case 'ref.i31':
      return kind === form.slice(4);
    case 'ref.extern':
    case 'ref.host':
      return id === undefined ? kind !== 'null' : host.idOf(value) === id;
    case 'ref.struct':
    case 'ref.array':
      return kind === 'aggregate';
    case 'ref.eq':
      return kind === 'aggregate' || kind === 'i31';
    case 'ref.any':
      return kind !== 'null';
    default:
      throw new Error(`no such result: (${form})`);
  }
}

/** A value as text that is the same in two runs exactly when the values are the same. */
export function valueText(value: Value, host: HostReferences): string {
  if (value.type !== 'ref') return `${value.type}:${Buffer.from(value.bytes).toString('hex')}`;
  const kind = refKind(value.value, host);
  if (kind === 'i31') return `i31:${value.value}`;
  return kind === 'host' ? `host:${host.idOf(value.value)}` : kind;
}
