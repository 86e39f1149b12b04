/** `witness functions` and `witness disassemble`: what is in a program, without running any of it. */

import { StartError, UsageError } from '../program/errors.ts';
import { nearest } from '../program/near.ts';
import { readProgramFile } from '../program/program-file.ts';
import { Code } from '../wasm/code.ts';
import { coreModules } from '../wasm/component/core-modules.ts';
import { WasmError } from '../wasm/error.ts';
import {
  functionLine,
  type ListingStyle,
  matchingFunctions,
  signatureText,
} from '../wasm/listing.ts';
import { functionsOf, parseLocation } from '../wasm/location.ts';
import { printable } from '../wasm/text.ts';

/** One core module of the program. */
interface Part {
  /** `m0`, `m1`, ... in the order of the file: where a debugger lists them in another, it says so. */
  readonly position: number;
  readonly name: string | undefined;
  readonly code: Code;
}

const plain: ListingStyle = { name: (text) => text, address: (text) => text };

/**
 * The functions whose names match, one a line.
 * @throws StartError, UsageError
 */
export function listFunctions(program: string, pattern: string): string {
  const parts = readParts(program);
  const sections = parts.map((part) => {
    const prefix = parts.length > 1 ? `m${part.position}!` : '';
    const lines = [...matchingFunctions(part.code, pattern)].map((func) =>
      functionLine(part.code, func, prefix, plain),
    );
    return { part, lines };
  });
  if (sections.every(({ lines }) => lines.length === 0)) {
    throw new UsageError(`${program}: no function matches "${pattern}"`);
  }
  return sections.map(({ part, lines }) => heading(parts, part) + asLines(lines)).join('');
}

/**
 * The instructions of the functions that a word names, or of all.
 * @throws StartError, UsageError
 */
export function disassembly(program: string, word: string | undefined): string {
  const parts = readParts(program);
  const text = parts.flatMap((part) => {
    const { code } = part;
    const functions =
      word === undefined
        ? code.module.bodies.map(({ funcIndex }) => funcIndex)
        : chosen(part, word);
    const listings = functions.map((func) => listing(code, func));
    return listings.length === 0 ? [] : [heading(parts, part) + listings.join('\n')];
  });
  if (text.length === 0) throw new UsageError(notFound(program, parts, word));
  return text.join('');
}

function chosen({ position, code }: Part, word: string): number[] {
  const location = parseLocation(word);
  if (location.module !== undefined && location.module !== position) return [];
  return functionsOf(code, location);
}

function listing(code: Code, func: number): string {
  const body = code.bodyOf(func);
  const title = `${code.label('func', func)} ${signatureText(code, func)}`;
  if (body === undefined) return `${title}: imported\n`;
  const lines = code.instructions(body).map(({ pc, depth, text }) => {
    return `  0x${pc.toString(16)}  ${'  '.repeat(depth)}${text}`;
  });
  return `${title}:\n${asLines(lines)}`;
}

function heading(parts: readonly Part[], { position, name }: Part): string {
  if (parts.length === 1) return '';
  return `m${position}${name === undefined ? '' : ` ${printable(name)}`}\n`;
}

function asLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function notFound(program: string, parts: readonly Part[], word: string | undefined): string {
  if (word === undefined) return `${program} has no functions of its own`;
  const names = parts.flatMap(({ code }) => [...code.allNames('func')]);
  const near = nearest(word, names);
  return `${program} has no function "${word}"; ${
    near === undefined ? `"witness functions ${program}" lists them` : `did you mean ${near}?`
  }`;
}

function readParts(program: string): Part[] {
  const file = readProgramFile(program);
  if (file.kind === 'javascript') {
    throw new UsageError(
      `${program} is a program in JavaScript; give the .wasm file that it loads`,
    );
  }
  try {
    const modules =
      file.kind === 'module' ? [{ name: undefined, bytes: file.bytes }] : coreModules(file.bytes);
    return modules.map(({ name, bytes }, position) => ({ position, name, code: new Code(bytes) }));
  } catch (error) {
    if (error instanceof WasmError)
      throw new StartError(`cannot read ${program}: ${error.message}`);
    throw error;
  }
}
