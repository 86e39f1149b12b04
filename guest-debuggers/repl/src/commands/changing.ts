/** Commands that change what the program does next: calls, returns, exceptions; what stops it. */

import { WasmException } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { nearest } from '../../../shared/src/near-names.ts';
import { split, words } from '../arguments.ts';
import { CommandError, explaining } from '../errors.ts';
import { makeValues } from '../make-values.ts';
import { oneFunction } from '../places.ts';
import type { ProgramInstance } from '../program.ts';
import type { Session } from '../session.ts';
import { showStop } from '../view.ts';
import type { Command } from './command.ts';

function evaluateAll(session: Session, texts: readonly string[]) {
  return texts.map((text) => session.compile(text)(session.where));
}

/** `fib(3)` or `fib 3`. */
function callParts(args: string): { name: string; values: string[] } {
  const written = /^(\S+?)\s*\((.*)\)\s*$/.exec(args.trim());
  if (written !== null) return { name: written[1]!, values: split(written[2]!, /,/) };
  const [name, ...values] = split(args);
  if (name === undefined) throw new CommandError('a function is missing: call fib(3)');
  return { name, values };
}

/** An instance of the module that the function is in: the selected one, if it is one. */
function instanceFor(session: Session, name: string): { instance: ProgramInstance; func: number } {
  const { module, func } = oneFunction(session.program, name);
  const { instance } = session;
  const found =
    instance.module === module
      ? instance
      : session.program.instances.find((other) => other.module === module);
  if (found === undefined) throw new CommandError(`there is no instance of ${module.name}`);
  return { instance: found, func };
}

function call(session: Session, args: string): void {
  session.needFrame();
  const { name, values } = callParts(args);
  const { instance, func } = instanceFor(session, name);
  const { code } = instance.module;
  const made = makeValues(`${name} takes`, code.paramTypes(func), evaluateAll(session, values));
  const callee = explaining(name, () => instance.handle.getFunc(session.d, func));
  const val = { callee, arguments: made };
  showStop(session, session.run({}, { tag: 'inject-call', val }));
}

function innermost(session: Session) {
  const frame = session.needFrame();
  if (frame.index !== 0) {
    throw new CommandError('only the innermost frame can do that; "frame 0" selects it');
  }
  return frame;
}

function tagIndex(session: Session, word: string): number {
  const { code } = session.instance.module;
  const total = code.count('tag');
  if (/^\d+$/.test(word)) {
    if (Number(word) < total) return Number(word);
    throw new CommandError(`no tag ${word}; there ${total === 1 ? 'is 1' : `are ${total}`}`);
  }
  const [index] = code.indicesOf('tag', word);
  if (index !== undefined) return index;
  const near = nearest(word, code.allNames('tag'), 3);
  throw new CommandError(
    `no tag "${word}"${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`,
  );
}

function throwException(session: Session, args: string): void {
  innermost(session);
  const [word, ...values] = split(args);
  if (word === undefined) throw new CommandError('a tag is missing: throw error 3');
  const { instance, d } = session;
  const { code } = instance.module;
  const index = tagIndex(session, word);
  const made = makeValues(`${word} carries`, code.tagTypes(index), evaluateAll(session, values));
  const tag = explaining(word, () => instance.handle.getTag(d, index));
  const exception = explaining(word, () => WasmException.make(d, tag, made));
  tag[Symbol.dispose]();
  showStop(session, session.run({ step: true }, { tag: 'throw-exception', val: exception }));
}

function showCatches(session: Session): void {
  const { traps, exceptions, tags } = session.catches;
  const which =
    exceptions === 'tags' ? [...tags.values()].map(({ label }) => label).join(', ') : exceptions;
  session.print(`traps: ${traps ? 'all' : 'none'}`);
  session.print(`exceptions: ${which}`);
}

function catchTag(session: Session, word: string): void {
  const { instance, d, catches, program } = session;
  const index = tagIndex(session, word);
  const tag = explaining(word, () => instance.handle.getTag(d, index));
  const id = tag.uniqueId();
  tag[Symbol.dispose]();
  const label = program.qualified(instance.module, instance.module.code.label('tag', index));
  if (catches.exceptions !== 'tags') catches.tags.clear();
  catches.exceptions = 'tags';
  catches.tags.set(id, { id, label });
}

function setCatches(session: Session, args: string): void {
  const { catches } = session;
  const [what, value, extra] = words(args);
  if (extra !== undefined) throw new CommandError(`unexpected "${extra}"`);
  const on = value === undefined || value === 'on';
  if (value !== undefined && !on && value !== 'off' && what !== 'tag') {
    throw new CommandError(`it is either on or off, not "${value}"`);
  }
  if (what === 'traps') catches.traps = on;
  else if (what === 'exceptions') catches.exceptions = on ? 'all' : 'none';
  else if (what === 'tag' && value !== undefined) catchTag(session, value);
  else if (what === 'all' || what === 'none') {
    catches.traps = what === 'all';
    catches.exceptions = what;
  } else if (what !== undefined) {
    throw new CommandError(`catch what? traps, exceptions, tag NAME, all or none, not "${what}"`);
  }
  showCatches(session);
}

export const changingCommands: readonly Command[] = [
  {
    name: 'call',
    usage: 'FUNCTION(VALUES)',
    group: 'running',
    summary: 'call a function here, and show what it returns',
    details:
      'Breakpoints in it hold. When it returns, the program is where it was. Memories and globals that it\nchanges stay changed.',
    completes: 'function',
    run: call,
  },
  {
    name: 'return',
    usage: '[VALUES]',
    group: 'running',
    summary: 'return from the innermost frame now, with these values',
    run(session, args) {
      const { code, func } = innermost(session);
      const values = evaluateAll(session, split(args));
      const val = makeValues('the function returns', code.resultTypes(func), values);
      showStop(session, session.run({ step: true }, { tag: 'early-return', val }));
    },
  },
  {
    name: 'throw',
    usage: 'TAG [VALUES]',
    group: 'running',
    summary: 'throw an exception in the innermost frame',
    run: throwException,
  },
  {
    name: 'catch',
    usage: '[traps|exceptions [on|off] | tag TAG | all | none]',
    group: 'breakpoints',
    summary: 'say which traps and exceptions stop the program',
    details:
      'At first, all do: before the instruction traps, and where an exception is thrown, caught or not.\nWith "tag", only exceptions of the tags that were given.',
    completes: ['traps', 'exceptions', 'tag', 'all', 'none'],
    run: setCatches,
  },
];
