/** From what the user wrote to places in code: `fib`, `9`, `0x236`, `m1!fib`. */

import { nearest } from '../../shared/src/near-names.ts';
import { CommandError } from './errors.ts';
import type { Program, ProgramModule } from './program.ts';

/** Where an instruction is. */
export interface Place {
  readonly module: ProgramModule;
  /** Byte offset in the module. */
  readonly pc: number;
}

/** componentize-js passes on a u32 argument of 2^31 or more as another number. */
const MAX_INDEX = 0x7fff_ffff;

/** What a word names, before it has been looked up. */
export type Location =
  | { readonly kind: 'name'; readonly name: string; readonly module: number | undefined }
  /** A function index; imports count. */
  | { readonly kind: 'index'; readonly index: number; readonly module: number | undefined }
  | { readonly kind: 'pc'; readonly pc: number; readonly module: number | undefined };

/** @throws CommandError */
export function parseLocation(word: string): Location {
  const qualified = /^m(\d+)!(.+)$/.exec(word);
  const module = qualified === null ? undefined : Number(qualified[1]);
  const text = (qualified?.[2] ?? word).replace(/^\*/, '');
  if (/^0x[0-9a-f]+$/i.test(text)) return { kind: 'pc', pc: limited(text), module };
  if (/^\d+$/.test(text)) return { kind: 'index', index: limited(text), module };
  const indexed = /^func\[(\d+)\]$/.exec(text);
  if (indexed !== null) return { kind: 'index', index: limited(indexed[1]!), module };
  return { kind: 'name', name: text.replace(/^\$/, ''), module };
}

function limited(text: string): number {
  const value = Number(text);
  if (value > MAX_INDEX) throw new CommandError(`${text} is beyond the end of any module`);
  return value;
}

export interface FunctionPlace {
  readonly module: ProgramModule;
  readonly func: number;
}

/** Every function that a location names; for a pc, the one it is in. Empty if there is none. */
export function functionsAt(program: Program, location: Location): FunctionPlace[] {
  return modulesOf(program, location).flatMap((module) =>
    functionsOf(module, location).map((func) => ({ module, func })),
  );
}

function functionsOf({ code }: ProgramModule, location: Location): number[] {
  switch (location.kind) {
    case 'name':
      return code.indicesOf('func', location.name);
    case 'index':
      return location.index < code.count('func') ? [location.index] : [];
    case 'pc': {
      const body = code.bodyAt(location.pc);
      return body === undefined ? [] : [body.funcIndex];
    }
  }
}

/**
 * The places to stop at: a function's first instruction, or that which a pc slips forward to.
 * @throws CommandError if there is none; its `pending` says whether a later module may have it
 */
export function placesAt(program: Program, location: Location, word: string): Place[] {
  const functions = functionsAt(program, location);
  const places: Place[] = [];
  for (const { module, func } of functions) {
    const body = module.code.bodyOf(func);
    if (body === undefined) continue;
    const pc = location.kind === 'pc' ? module.code.slip(location.pc) : body.codeStart;
    if (pc !== undefined) places.push({ module, pc });
  }
  if (places.length > 0) return places;
  if (functions.length > 0) {
    throw new CommandError(`${word} is imported: it has no code to stop at`);
  }
  throw new CommandError(notFound(program, location, word));
}

/** @throws CommandError */
export function oneFunction(program: Program, word: string): FunctionPlace {
  const location = parseLocation(word);
  const [first, second] = functionsAt(program, location);
  if (first === undefined) throw new CommandError(notFound(program, location, word));
  if (second !== undefined) {
    const all = functionsAt(program, location).map(
      ({ module, func }) => `${program.modules.length > 1 ? `${module.name}!` : ''}${func}`,
    );
    throw new CommandError(`there are several functions "${word}": give one of ${all.join(', ')}`);
  }
  return first;
}

function modulesOf(program: Program, { module }: Location): readonly ProgramModule[] {
  if (module === undefined) return program.modules;
  const found = program.modules[module];
  if (found === undefined) {
    throw new CommandError(`no module m${module}; "modules" lists those that there are`);
  }
  return [found];
}

function notFound(program: Program, location: Location, word: string): string {
  switch (location.kind) {
    case 'name': {
      const names = modulesOf(program, location).flatMap((m) => [...m.code.allNames('func')]);
      const near = nearest(location.name, names, 3);
      return `no function "${location.name}"${
        near.length === 0
          ? '; "functions" lists them, and an index or a 0xPC will do'
          : `; did you mean ${near.join(' or ')}?`
      }`;
    }
    case 'index': {
      const most = Math.max(0, ...modulesOf(program, location).map((m) => m.code.count('func')));
      return `no function ${location.index}; ${most === 0 ? 'there are none' : `the last is ${most - 1}`}`;
    }
    case 'pc':
      return `${word} is in no function`;
  }
}
