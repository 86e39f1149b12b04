/** The words after a command. */

import { CommandError } from './errors.ts';

export function words(args: string): string[] {
  return args.split(/\s+/).filter((word) => word !== '');
}

/** @throws CommandError if there are any */
export function noArguments(args: string): void {
  if (args.trim() !== '')
    throw new CommandError(`unexpected "${args.trim()}": it takes no arguments`);
}

/**
 * A whole number, decimal or hexadecimal.
 * @throws CommandError
 */
export function count(word: string, least: number, what: string): number {
  const value = /^(\d{1,15}|0x[0-9a-f]{1,13})$/i.test(word) ? Number(word) : Number.NaN;
  if (!(value >= least)) {
    throw new CommandError(`${what} must be a whole number of at least ${least}, not "${word}"`);
  }
  return value;
}

/**
 * The only argument, a number; or `otherwise` if there is none.
 * @throws CommandError
 */
export function optionalCount(
  args: string,
  otherwise: number,
  least: number,
  what: string,
): number {
  const [word, extra] = words(args);
  if (extra !== undefined) throw new CommandError(`unexpected "${extra}" after the ${what}`);
  return word === undefined ? otherwise : count(word, least, `the ${what}`);
}

/**
 * The arguments of a command that takes several expressions: at spaces, but not within brackets or
 * quotes.
 */
export function split(args: string, separator = /\s/): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quoted = false;
  for (const char of args) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === '(' || char === '[')) depth++;
    else if (!quoted && (char === ')' || char === ']')) depth--;
    if (!quoted && depth === 0 && separator.test(char)) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts.map((text) => text.trim()).filter((text) => text !== '');
}
