/**
 * What Node prints of an error that nobody has caught: where it came from, with the line of the
 * source, then the error. In a Worker Node leaves that to the main thread, which knows less of it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { UncaughtError } from './ending.ts';

export function uncaughtText(failure: UncaughtError): string {
  return `${origin(failure)}${shown(failure.error)}\n\nNode.js ${process.version}\n`;
}

function shown(error: unknown): string {
  if (typeof error === 'object' && error !== null) return inspect(error);
  return `${String(error)}\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)`;
}

/** The first frame of a stack, if it is in a file or in wasm. */
const FIRST_FRAME =
  /\n {4}at (?:[^\n]*\()?((?:file:\/\/|\/|wasm:\/\/)[^\n]*?):(\d+):(\d+)\)?(?:\n|$)/;
const FIRST_WASM = /\n {4}at (?:[^\n]*\()?(wasm:\/\/wasm\/[^\n:]+):wasm-function/;

function origin({ error, fromPromise }: UncaughtError): string {
  const stack = error instanceof Error ? error.stack : undefined;
  if (typeof stack !== 'string') return '\n';
  const firstFrame = /\n {4}at [^\n]*/.exec(stack)?.[0] ?? '';
  const wasm = FIRST_WASM.exec(firstFrame);
  if (wasm !== null) return `${wasm[1]}:1\n\n\n`;
  const match = FIRST_FRAME.exec(firstFrame);
  if (match === null) return '';
  const [, file, line, column] = match as unknown as [string, string, string, string];
  const text = sourceLine(file, Number(line));
  if (text === undefined) return '';
  const before = text.slice(0, Number(column) - 1);
  // Thrown synchronously, the place is that of the statement; the stack has that of the error.
  const indent = fromPromise ? before : before.replace(/throw\s+(new\s+)?$/, '');
  return `${file}:${line}\n${text}\n${' '.repeat(indent.length)}^\n\n`;
}

function sourceLine(file: string, line: number): string | undefined {
  try {
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    return readFileSync(path, 'utf8').split('\n')[line - 1];
  } catch {
    return undefined;
  }
}
