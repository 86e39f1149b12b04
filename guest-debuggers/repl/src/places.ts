/** From what the user wrote to places in code: `fib`, `9`, `0x236`, `m1!fib`. */

import { functionsOf, type Location, parseLocation } from '../../../src/wasm/location.ts';
import { nearest } from '../../shared/src/near-names.ts';
import { CommandError } from './errors.ts';
import type { Program, ProgramModule } from './program.ts';

/** Where an instruction is. */
export interface Place {
  readonly module: ProgramModule;
  /** Byte offset in the module. */
  readonly pc: number;
}

export interface FunctionPlace {
  readonly module: ProgramModule;
  readonly func: number;
}

/** Every function that a location names; for a pc, the one it is in. Empty if there is none. */
export function functionsAt(program: Program, location: Location): FunctionPlace[] {
  return modulesOf(program, location).flatMap((module) =>
    functionsOf(module.code, location).map((func) => ({ module, func })),
  );
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
        near.length === 0 ? '; "functions" lists them' : `; did you mean ${near.join(' or ')}?`
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
