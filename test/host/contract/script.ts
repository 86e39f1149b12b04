/**
 * The language of the contract's cases: calls of the interface `debuggee`, one a line, each with
 * what it must give. A script is lowered to commands that need no knowledge of types, so that
 * interpreters in every layer are small: test/host/contract/interpreter.ts and
 * test/support/contract-guest/interpreter.c.
 *
 *     memory = instance.get-memory instance d 0
 *     memory.get-u16 memory d 0xffff -> error out-of-bounds
 *     locals = frame.get-locals frames.0 d -> [wasm-value x3]
 *     repeat 1000 instance.clone instance
 *
 * A name holds all handles of a result; `name.1` is the second. `d` is the debuggee. Arguments:
 * numbers (floats as their bits); `@name` for a number of the program, such as a pc; bytes in hex or
 * `zero*N`; `-` for an empty list; values `a,b`; types `i32,f64`; a resumption `normal`,
 * `return:a,b`, `throw:e`, `inject:f:a,b`. What follows `->` is the whole text of the result, or a
 * regular expression between slashes; nothing means anything but an error. `~>` instead says the
 * same, except in the layers that change bits: StarlingMonkey does so with NaNs and with u32 of 2^31
 * and more that a debugger passes on.
 */

import { METHODS, type Method } from './wit.ts';

export interface Command {
  /** Name of the method. */
  readonly method: string;
  /** `[*N] METHOD DESTINATION RESULT ARGUMENT...`, for the interpreters. */
  readonly wire: string;
  readonly expect: string | RegExp | undefined;
  /** Whether it hangs on all bits of an argument. */
  readonly exact: boolean;
  /** Where it is in the script, for messages. */
  readonly source: string;
}

const pseudo = (name: string, params: readonly string[], result = '_'): [string, Method] => [
  name,
  { name, resource: '', params, result, static: true },
];
/** What the interpreters can do besides. */
const PSEUDO = new Map<string, Method>([
  pseudo('drop', ['any']),
  pseudo('poll', ['list<pollable>'], 'list<u32>'),
  pseudo('pollable.ready', ['borrow<pollable>'], 'bool'),
  pseudo('pollable.block', ['borrow<pollable>']),
  // Nanoseconds.
  pseudo('timer', ['u64'], 'pollable'),
  pseudo('stdin', [], 'pollable'),
  // Input of a connection to a port of this machine: in C only.
  pseudo('tcp', ['u16'], 'pollable'),
]);

export type Symbols = Readonly<Record<string, number>>;

export function parseScript(text: string, symbols: Symbols): Command[] {
  const registers = new Map([['d', 0]]);
  const commands: Command[] = [];
  for (const raw of text.split('\n')) {
    const source = raw.replace(/(^|\s)#.*$/, '').trim();
    if (source === '') continue;
    try {
      commands.push(parseLine(source, symbols, registers));
    } catch (error) {
      throw new Error(`${source}: ${(error as Error).message}`);
    }
  }
  return commands;
}

function parseLine(source: string, symbols: Symbols, registers: Map<string, number>): Command {
  const [call, expected] = source.split(/ [-~]> (.*)$/, 2) as [string, string?];
  const [, target, times, name, rest] =
    /^(?:([\w-]+) = )?(?:repeat (\d+) )?([\w.-]+) ?(.*)$/.exec(call.trim()) ?? [];
  const method = METHODS.get(name ?? '') ?? PSEUDO.get(name ?? '');
  if (method === undefined) throw new Error(`there is no method ${name}`);
  const tokens = rest!.split(/\s+/).filter((token) => token !== '');
  if (tokens.length !== method.params.length) {
    throw new Error(`it takes ${method.params.join(' ')}`);
  }
  const args = method.params.map((type, i) => lower(type, tokens[i]!, symbols, registers));
  if (target !== undefined && !registers.has(target)) registers.set(target, registers.size);
  const destination = target === undefined ? '-' : String(registers.get(target));
  const wire = [name, destination, method.result, ...args].join(' ');
  return {
    method: method.name,
    wire: times === undefined ? wire : `*${times} ${wire}`,
    expect: expected === undefined ? undefined : expectation(expected.trim(), symbols),
    exact: / ~> /.test(source),
    source,
  };
}

function expectation(text: string, symbols: Symbols): string | RegExp {
  if (text.startsWith('@')) return symbol(text.slice(1), symbols);
  const pattern = /^\/(.*)\/$/.exec(text);
  return pattern === null ? text : new RegExp(pattern[1]!);
}

function lower(
  type: string,
  token: string,
  symbols: Symbols,
  registers: ReadonlyMap<string, number>,
): string {
  const handle = (text: string): string => {
    const [name, position = '0'] = text.split('.');
    const register = registers.get(name!);
    if (register === undefined) throw new Error(`${name} has not been set`);
    return `${register}.${position}`;
  };
  const handles = (text: string): string =>
    text === '' || text === '-' ? '-' : text.split(',').map(handle).join(',');
  switch (type) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'u64':
    case 'f32':
    case 'f64':
      return token.startsWith('@') ? symbol(token.slice(1), symbols) : String(BigInt(token));
    case 'list<u8>':
    case 'list<wasm-type>':
      return token;
    case 'list<wasm-value>':
    case 'list<pollable>':
      return handles(token);
    case 'resumption-value': {
      const [kind, first = '', second = ''] = token.split(':');
      if (kind === 'normal') return 'normal';
      if (kind === 'return') return `return:${handles(first)}`;
      if (kind === 'throw') return `throw:${handle(first)}`;
      if (kind === 'inject') return `inject:${handle(first)}:${handles(second)}`;
      throw new Error(`no resumption ${kind}`);
    }
    default:
      return handle(token);
  }
}

function symbol(name: string, symbols: Symbols): string {
  const value = symbols[name];
  if (value === undefined) throw new Error(`the program has no ${name}`);
  return String(value);
}
