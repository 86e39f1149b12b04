/** Commands on linear memories. */

import type { Memory } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { count, split } from '../arguments.ts';
import { CommandError, explaining } from '../errors.ts';
import { toAddress } from '../expression.ts';
import { bytesOf, memoryType } from '../memory-types.ts';
import type { Session } from '../session.ts';
import { hex } from '../view.ts';
import type { Command } from './command.ts';

const ROW = 16;
const DEFAULT_BYTES = 64;
const MOST_BYTES = 1 << 20;
/** How much is read at once in a search, in bytes. */
const CHUNK = 1 << 20;
const MOST_FOUND = 20;

interface Address {
  readonly index: number;
  readonly memory: Memory;
  readonly at: bigint;
}

/** `0x100`, `n + 8`, or `1:0x100` for memory 1. */
function address(session: Session, text: string): Address {
  const [, memoryIndex, rest = text] = /^(\d+):(.*)$/.exec(text) ?? [];
  const index = memoryIndex === undefined ? 0 : count(memoryIndex, 0, 'the memory');
  const at = toAddress(session.compile(rest)(session.where));
  return { index, memory: session.program.memory(session.instance, index), at };
}

/** Up to `length` bytes; fewer at the end of the memory. */
function read(session: Session, { memory, at }: Address, length: number): Uint8Array {
  const size = memory.sizeBytes(session.d);
  if (at >= size) {
    throw new CommandError(`${hex(at)} is beyond the memory's end at ${hex(size)}`);
  }
  const rest = size - at;
  const wanted = BigInt(length) < rest ? BigInt(length) : rest;
  return explaining(hex(at), () => memory.getBytes(session.d, at, wanted));
}

function row(at: bigint, bytes: Uint8Array): string {
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const halves = [digits.slice(0, ROW / 2), digits.slice(ROW / 2)].map((half) => half.join(' '));
  const text = [...bytes].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  );
  return `${at.toString(16).padStart(8, '0')}  ${halves.join('  ').padEnd(3 * ROW)}  ${text.join('')}`;
}

function dump(session: Session, words: readonly string[]): void {
  const [where, length, extra] = words;
  if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the length`);
  const from = address(session, where!);
  const wanted = length === undefined ? DEFAULT_BYTES : count(length, 1, 'the length');
  if (wanted > MOST_BYTES) throw new CommandError(`at most ${MOST_BYTES} bytes are shown at once`);
  const bytes = read(session, from, wanted);
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += ROW) {
    lines.push(row(from.at + BigInt(i), bytes.subarray(i, i + ROW)));
  }
  session.printAll(lines);
  const prefix = from.index === 0 ? '' : `${from.index}:`;
  session.again = `memory ${prefix}${hex(from.at + BigInt(bytes.length))} ${wanted}`;
}

function readTyped(session: Session, words: readonly string[]): void {
  const [typeName, where, times = '1', extra] = words;
  if (typeName === undefined || where === undefined || extra !== undefined) {
    throw new CommandError('give a type and an address: memory read i32 0x100 [COUNT]');
  }
  const type = memoryType(typeName);
  const from = address(session, where);
  const wanted = count(times, 1, 'the count') * type.bytes;
  if (wanted > MOST_BYTES) throw new CommandError(`at most ${MOST_BYTES} bytes are shown at once`);
  const bytes = read(session, from, wanted);
  if (bytes.length < wanted) {
    throw new CommandError(`${times} ${typeName} from ${hex(from.at)} go beyond the memory's end`);
  }
  const lines: string[] = [];
  for (let i = 0; i < bytes.length; i += type.bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + i, type.bytes);
    lines.push(`${hex(from.at + BigInt(i))}  ${type.read(view)}`);
  }
  session.printAll(lines);
}

/** What is written or searched: `i32 1 2`, `hex 00ff`, or `"text"`. */
function payload(session: Session, words: readonly string[]): Uint8Array {
  const [kind, ...values] = words;
  if (kind === undefined) throw new CommandError('a type and values are missing, or a "text"');
  if (kind.startsWith('"')) {
    if (values.length > 0) throw new CommandError(`unexpected ${values[0]} after the text`);
    return new TextEncoder().encode(kind.replace(/^"|"$/g, ''));
  }
  if (values.length === 0) throw new CommandError(`a value is missing after "${kind}"`);
  if (kind === 'hex') {
    const digits = values.join('');
    if (!/^([0-9a-f]{2})+$/i.test(digits)) {
      throw new CommandError(`"${digits}" is not pairs of hexadecimal digits`);
    }
    return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
  }
  return bytesOf(
    memoryType(kind),
    values.map((text) => session.compile(text)(session.where)),
  );
}

function write(session: Session, words: readonly string[]): void {
  // The address is behind the type, as in `read`; a text has no type.
  const isText = words[1]?.startsWith('"') ?? false;
  const [where, rest] = isText
    ? [words[0], words.slice(1)]
    : [words[1], [words[0] ?? '', ...words.slice(2)]];
  if (where === undefined) {
    throw new CommandError('give a type, an address and values: memory write i32 0x100 1 2 3');
  }
  const to = address(session, where);
  const bytes = payload(session, rest);
  explaining(hex(to.at), () => to.memory.setBytes(session.d, to.at, bytes));
}

function find(session: Session, words: readonly string[]): void {
  const bytes = payload(session, words);
  if (bytes.length === 0) throw new CommandError('there is nothing to look for');
  const memory = session.program.memory(session.instance, 0);
  const size = memory.sizeBytes(session.d);
  const found: string[] = [];
  for (let at = 0n; at < size && found.length < MOST_FOUND; at += BigInt(CHUNK)) {
    const rest = size - at;
    // What begins at the end of a chunk is read with it.
    const wanted = BigInt(CHUNK + bytes.length - 1);
    const chunk = memory.getBytes(session.d, at, wanted < rest ? wanted : rest);
    for (let i = chunk.indexOf(bytes[0]!); i >= 0; i = chunk.indexOf(bytes[0]!, i + 1)) {
      if (i >= CHUNK || found.length === MOST_FOUND) break;
      if (bytes.every((byte, k) => chunk[i + k] === byte)) found.push(hex(at + BigInt(i)));
    }
  }
  if (found.length === 0) session.print('Not found.');
  session.printAll(found);
  if (found.length === MOST_FOUND) session.print('...');
}

function list(session: Session): void {
  const { instance, d } = session;
  const { code } = instance.module;
  const total = code.count('memory');
  if (total === 0) session.print('No memories.');
  for (let i = 0; i < total; i++) {
    const memory = session.program.memory(instance, i);
    const size = memory.sizeBytes(d);
    const page = memory.pageSizeBytes(d);
    const label = session.style.name(code.label('memory', i));
    session.print(`${i}  ${label}  ${size} bytes (${size / page} pages of ${page})`);
  }
}

const actions: Readonly<Record<string, (session: Session, words: readonly string[]) => void>> = {
  read: readTyped,
  write,
  find,
};

export const memoryCommands: readonly Command[] = [
  {
    name: 'memory',
    aliases: ['x', 'mem'],
    usage: '[ADDRESS [LENGTH] | read TYPE ADDRESS [COUNT] | write ... | find ...]',
    group: 'data',
    summary: 'list memories, dump bytes, read and write typed values, search',
    details: [
      'memory                        the memories of the instance, with their sizes',
      'memory ADDRESS [LENGTH]       bytes; an empty line goes on behind them',
      'memory read TYPE ADDRESS [N]  N values',
      'memory write TYPE ADDRESS VALUE...',
      'memory write ADDRESS "text"   or: hex ADDRESS 00ff',
      'memory find TYPE VALUE...     or: "text", or: hex 00ff',
      'TYPE is u8 to u64, i8 to i64, f32 or f64. ADDRESS is an expression without spaces (or in',
      'parentheses), with 1: in front for memory 1.',
    ].join('\n'),
    completes: ['read', 'write', 'find'],
    run(session, args) {
      const [first, ...rest] = split(args);
      if (first === undefined) list(session);
      else if (Object.hasOwn(actions, first)) actions[first]!(session, rest);
      else dump(session, [first, ...rest]);
    },
  },
];
