/** Commands on values: expressions, globals, tables. */

import { valTypeName } from '../../../../src/wasm/types.ts';
import { orError, readValue } from '../../../shared/src/values.ts';
import { count, split, words } from '../arguments.ts';
import { CommandError, explaining, meaning } from '../errors.ts';
import { type Scalar, toAddress } from '../expression.ts';
import { makeValue } from '../make-values.ts';
import { bytesOf, memoryTypes } from '../memory-types.ts';
import { findGlobal, localOf, readGlobal } from '../scope.ts';
import type { Session } from '../session.ts';
import { bare, hex } from '../view.ts';
import type { Command } from './command.ts';

/** Elements of a table that are shown at once. */
const SHOWN_ELEMENTS = 32;
/** How many of those a user may ask for. */
const MOST_ELEMENTS = 10_000;

function scalarText(value: Scalar, radix: 10 | 16): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return radix === 16 ? (value < 0n ? `-${hex(-value)}` : hex(value)) : String(value);
}

/** `NAME = EXPRESSION`, where `==` and the like are none. */
function splitAssignment(args: string): [target: string, value: string] {
  const at = /(?<![=!<>])=(?!=)/.exec(args)?.index;
  if (at === undefined) throw new CommandError('give a target and a value: set calls = 5');
  return [args.slice(0, at).trim(), args.slice(at + 1).trim()];
}

function setGlobal(session: Session, index: number, value: Scalar): void {
  const { instance, d } = session;
  const global = instance.module.code.module.globals[index];
  if (global === undefined) throw new CommandError(`no global ${index}`);
  const label = instance.module.code.label('global', index);
  const handle = explaining(label, () => instance.handle.getGlobal(d, index));
  try {
    // The value is the host's from here on.
    const made = makeValue(global.type.value, value);
    explaining(label, () => handle.set(d, made));
  } finally {
    handle[Symbol.dispose]();
  }
}

function setMemory(session: Session, type: string, place: string, value: Scalar): void {
  const [, memoryIndex, rest = place] = /^(\d+)\s*:(.*)$/.exec(place) ?? [];
  const memory = session.program.memory(session.instance, Number(memoryIndex ?? 0));
  const at = toAddress(session.compile(rest)(session.where));
  const bytes = bytesOf(memoryTypes[type]!, [value]);
  explaining(`${type}[${hex(at)}]`, () => memory.setBytes(session.d, at, bytes));
}

function assign(session: Session, target: string, text: string): void {
  const value = session.compile(text)(session.where);
  const [, list, place = ''] = /^(\w+)\[(.*)\]$/.exec(target) ?? [];
  if (list !== undefined && Object.hasOwn(memoryTypes, list)) {
    setMemory(session, list, place, value);
    return;
  }
  const { code } = session;
  const name = (list === 'global' ? place : target).replace(/^\$"?|"$/g, '');
  const { frame } = session;
  const isLocal =
    list === 'local' ||
    list === 'stack' ||
    (list === undefined &&
      frame !== undefined &&
      (/^\$\d+$/.test(target) || localOf(code, frame.func, name) !== undefined));
  if (isLocal) {
    throw new CommandError('the debugger world has no way to write locals and operands');
  }
  const index = /^\d+$/.test(name) && list === 'global' ? Number(name) : findGlobal(code, name);
  setGlobal(session, index, value);
}

function globalLine(session: Session, index: number): string {
  const { code } = session.instance.module;
  const { type } = code.module.globals[index]!;
  const mutability = type.mutable ? 'mut ' : '';
  let text: string;
  try {
    text = bare(readGlobal(session.program, session.where, index));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    text = '(cannot be read)';
  }
  const label = session.style.name(code.label('global', index));
  return `${String(index).padStart(3)}  ${label} ${mutability}${valTypeName(type.value)} = ${text}`;
}

function elements(session: Session, index: number, start: number, length: number): void {
  const { instance, d } = session;
  const table = explaining(`table ${index}`, () => instance.handle.getTable(d, index));
  try {
    const size = Number(table.len(d));
    if (start > size) throw new CommandError(`table ${index} has ${size} elements`);
    const end = Math.min(size, start + length);
    const lines: string[] = [];
    for (let i = start; i < end; i++) {
      const element = orError(() => table.getElement(d, BigInt(i)));
      if ('error' in element) {
        lines.push(`${String(i).padStart(5)}  (${meaning(element.error)})`);
        continue;
      }
      lines.push(`${String(i).padStart(5)}  ${bare(readValue(d, element))}`);
      element[Symbol.dispose]();
    }
    session.printAll(lines);
    session.print(`${size} elements${end < size ? `; ${end - start} shown` : ''}`);
    if (end < size) session.again = `table ${index} ${end} ${length}`;
  } finally {
    table[Symbol.dispose]();
  }
}

function listTables(session: Session): void {
  const { code } = session.instance.module;
  const { tables } = code.module;
  if (tables.length === 0) session.print('No tables.');
  session.printAll(
    tables.map(({ type }, i) => {
      const label = session.style.name(code.label('table', i));
      return `${i}  ${label} ${valTypeName(type.element)}`;
    }),
  );
}

export const dataCommands: readonly Command[] = [
  {
    name: 'print',
    aliases: ['p'],
    usage: '[/x] EXPRESSION',
    group: 'data',
    summary: 'compute an expression; /x: in hexadecimal',
    details: [
      'Names are locals of the selected frame, else globals; $0 is local 0, $name and $"any name" are',
      'names too. local[N], global[N], stack[N] (0 is the top); u8[ADDRESS] to f64[ADDRESS] read memory',
      '(u8[1:ADDRESS]: memory 1). Operators are those of C; u32(...) and the like convert. Integers are',
      'exact and do not wrap around.',
    ].join('\n'),
    completes: 'local',
    run(session, args) {
      const isHex = /^\/x(\s|$)/.test(args);
      const value = session.compile(isHex ? args.slice(2) : args)(session.where);
      session.print(scalarText(value, isHex ? 16 : 10));
    },
  },
  {
    name: 'set',
    usage: 'GLOBAL = EXPRESSION | TYPE[ADDRESS] = EXPRESSION',
    group: 'data',
    summary: 'write a global, or memory',
    details:
      'For example: set calls = 0, set global[3] = -1, set u8[0x100 + n] = 255. Locals cannot be written.',
    completes: 'global',
    run(session, args) {
      const [target, value] = splitAssignment(args);
      assign(session, target, value);
    },
  },
  {
    name: 'globals',
    usage: '[PATTERN]',
    group: 'data',
    summary: "show the instance's globals",
    completes: 'global',
    run(session, args) {
      const [pattern = '', extra] = words(args);
      if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the pattern`);
      const { code } = session.instance.module;
      const lines: string[] = [];
      for (let i = 0; i < code.count('global'); i++) {
        if (code.label('global', i).toLowerCase().includes(pattern.toLowerCase())) {
          lines.push(globalLine(session, i));
        }
      }
      session.printAll(lines.length === 0 ? ['No globals.'] : lines);
    },
  },
  {
    name: 'table',
    usage: '[N [START [COUNT]]]',
    group: 'data',
    summary: "list the instance's tables, or show elements of table N",
    details: 'A function is shown by its type: the debugger world does not name it.',
    run(session, args) {
      const [index, start = '0', length = String(SHOWN_ELEMENTS), extra] = split(args);
      if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the count`);
      if (index === undefined) {
        listTables(session);
        return;
      }
      const wanted = count(length, 1, 'the count');
      if (wanted > MOST_ELEMENTS)
        throw new CommandError(`at most ${MOST_ELEMENTS} are shown at once`);
      elements(session, count(index, 0, 'the table'), count(start, 0, 'the start'), wanted);
    },
  },
];
