/**
 * Carries out the commands of a script (script.ts) on the classes of the interface `debuggee`: on
 * the host's own in this process, or, bundled into a component, on those of its bindings. It imports
 * nothing, for that reason.
 */

type Fn = (...args: unknown[]) => unknown;
type Class = Record<string, Fn>;
type Handle = Record<string, Fn>;

/** What it works on. */
export interface World {
  /** The classes with static methods, by their names in JavaScript. */
  readonly classes: Readonly<Record<string, unknown>>;
  readonly poll?: (list: unknown[]) => Uint32Array;
  readonly timer?: (nanoseconds: bigint) => unknown;
  readonly stdin?: () => unknown;
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
const pascal = (name: string): string => camel(`-${name}`);
const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
/** More bytes than this are shown by their number and FNV-1a hash. */
const SHOWN_BYTES = 64;

export class Interpreter {
  readonly #world: World;
  readonly #registers: Handle[][];

  constructor(world: World, debuggee: unknown) {
    this.#world = world;
    this.#registers = [[debuggee as Handle]];
  }

  /**
   * Gives the text of the result: `ok`, `error CODE` or the value.
   * @throws what is a trap
   */
  run(command: string): string {
    const words = command.split(' ');
    if (!words[0]!.startsWith('*')) return this.#once(words, true);
    const times = Number(words[0]!.slice(1));
    let last = '';
    for (let i = 0; i < times; i++) last = this.#once(words.slice(1), false);
    return last;
  }

  #once(words: readonly string[], keep: boolean): string {
    const [name, destination, type, ...args] = words as [string, string, string, ...string[]];
    const found: Handle[] = [];
    let text: string;
    try {
      text = show(type, this.#call(name, args), found);
    } catch (error) {
      const { payload } = error as { payload?: unknown };
      if (typeof payload !== 'string') throw error;
      text = `error ${payload}`;
    }
    if (!keep) for (const handle of found) drop(handle);
    else if (destination !== '-') this.#registers[Number(destination)] = found;
    return text;
  }

  #call(name: string, args: string[]): unknown {
    const [resource, method] = name.split('.') as [string, string?];
    switch (name) {
      case 'drop':
        return drop(this.#handle(args[0]!));
      case 'poll':
        return this.#world.poll!(this.#handles(args[0]!));
      case 'timer':
        return this.#world.timer!(BigInt(args[0]!));
      case 'stdin':
        return this.#world.stdin!();
      case 'event-future.finish':
      case 'wasm-exception.make':
      case 'wasm-tag.make':
        return this.#static(resource, method!, args);
    }
    if (name.startsWith('wasm-value.make-')) return this.#static(resource, method!, args);
    const self = this.#handle(args[0]!);
    return self[camel(method!)]!(...args.slice(1).map((arg, i) => this.#argument(name, i, arg)));
  }

  #static(resource: string, method: string, args: string[]): unknown {
    const name = `${resource}.${method}`;
    const owner = this.#world.classes[pascal(resource)] as Class;
    return owner[camel(method)]!(...args.map((arg, i) => this.#argument(name, i, arg)));
  }

  /** By the shape of the word, and where that says too little by the method. */
  #argument(name: string, at: number, word: string): unknown {
    if (/^\d+\.\d+$/.test(word)) {
      return name === 'wasm-exception.make' && at === 2 ? this.#handles(word) : this.#handle(word);
    }
    switch (name) {
      case 'debuggee.single-step':
      case 'debuggee.continue':
        return this.#resumption(word);
      case 'wasm-exception.make':
        return this.#handles(word);
      case 'wasm-tag.make':
        return word === '-' ? [] : word.split(',').map((type) => ({ tag: `wasm-${type}` }));
      case 'wasm-value.make-i64':
        return BigInt(word);
      case 'wasm-value.make-f32':
        return new Float32Array(Uint32Array.of(Number(word)).buffer)[0];
      case 'wasm-value.make-f64':
        return new Float64Array(BigUint64Array.of(BigInt(word)).buffer)[0];
      case 'wasm-value.make-v128':
        return bytesOf(word);
      case 'memory.set-bytes':
        return at === 1 ? BigInt(word) : bytesOf(word);
      case 'memory.set-u8':
      case 'memory.set-u16':
      case 'memory.set-u32':
        return at === 1 ? BigInt(word) : Number(word);
    }
    // Addresses and indices of memories and tables are u64, all others u32.
    return /^(memory|table)\./.test(name) ? BigInt(word) : Number(word);
  }

  #resumption(word: string): unknown {
    const [tag, first, second] = word.split(':');
    switch (tag) {
      case 'normal':
        return { tag };
      case 'return':
        return { tag: 'early-return', val: this.#handles(first!) };
      case 'throw':
        return { tag: 'throw-exception', val: this.#handle(first!) };
      default: {
        const val = { callee: this.#handle(first!), arguments: this.#handles(second!) };
        return { tag: 'inject-call', val };
      }
    }
  }

  #handles(words: string): Handle[] {
    return words === '-' ? [] : words.split(',').map((word) => this.#handle(word));
  }

  #handle(word: string): Handle {
    const [register, position] = word.split('.').map(Number) as [number, number];
    const handle = this.#registers[register]?.[position];
    if (handle === undefined) throw new Error(`no handle ${word}`);
    return handle;
  }
}

function drop(handle: Handle): void {
  (handle as unknown as Disposable)[Symbol.dispose]();
}

function bytesOf(word: string): Uint8Array {
  if (word === '-') return new Uint8Array();
  if (word.startsWith('zero*')) return new Uint8Array(Number(word.slice(5)));
  return Uint8Array.from(word.match(/../g)!, (byte) => Number.parseInt(byte, 16));
}

function show(type: string, value: unknown, found: Handle[]): string {
  const result = /^result<(.*),error>$/.exec(type);
  if (result !== null) return show(result[1]!, value, found);
  const option = /^option<(.*)>$/.exec(type);
  if (option !== null) return value === undefined ? 'none' : show(option[1]!, value, found);
  switch (type) {
    case '_':
      return 'ok';
    case 'bool':
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
      return String(value);
    case 'f32':
      return `0x${bits32(value as number).toString(16)}`;
    case 'f64':
      return `0x${bits64(value as number).toString(16)}`;
    case 'list<u8>':
      return showBytes(value as Uint8Array);
    case 'list<u32>':
      return `[${Array.from(value as Uint32Array).join(',')}]`;
    case 'wasm-type':
      return showType(value);
    case 'list<wasm-type>':
      return `[${(value as unknown[]).map(showType).join(',')}]`;
    case 'event':
      return showEvent(value as { tag: string; val?: unknown }, found);
  }
  const list = /^list<(.*)>$/.exec(type);
  if (list === null) {
    found.push(value as Handle);
    return type;
  }
  found.push(...(value as Handle[]));
  return `[${list[1]} x${(value as Handle[]).length}]`;
}

function showType(type: unknown): string {
  return (type as { tag: string }).tag.slice('wasm-'.length);
}

function showEvent({ tag, val }: { tag: string; val?: unknown }, found: Handle[]): string {
  if (tag === 'exception') found.push(val as Handle);
  if (tag !== 'injected-call-return') return tag;
  found.push(...(val as Handle[]));
  return `${tag} x${(val as Handle[]).length}`;
}

function showBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return '-';
  if (bytes.length <= SHOWN_BYTES) return hex(bytes);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${bytes.length} bytes ${(hash >>> 0).toString(16)}`;
}

function bits32(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!;
}

function bits64(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!;
}
