/** The words of an expression. */

import { CommandError } from './errors.ts';

export type Token =
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** A name; `sigil` if it was written with `$` in front. */
  | { readonly kind: 'name'; readonly text: string; readonly sigil: boolean }
  | { readonly kind: 'op'; readonly text: string };

const operators = [
  ...['<<', '>>', '<=', '>=', '==', '!=', '&&', '||'],
  ...['+', '-', '*', '/', '%', '&', '|', '^', '!', '~', '<', '>', '(', ')', '[', ']', ':', ','],
];

const number = /^(?:0x[0-9a-f]+|0b[01]+|\d+\.\d*(?:e[+-]?\d+)?|\d+e[+-]?\d+|\d+)/i;
const plainName = /^[A-Za-z_][\w.]*/;
const sigilName = /^\$(?:"([^"]*)"|([\w.]+))/;

/** @throws CommandError */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const { token, length } = first(rest);
    tokens.push(token);
    rest = rest.slice(length).trimStart();
  }
  return tokens;
}

function first(rest: string): { token: Token; length: number } {
  const digits = number.exec(rest)?.[0];
  if (digits !== undefined) {
    const isFloat = !/^0[xb]/i.test(digits) && /[.e]/i.test(digits);
    const token: Token = isFloat
      ? { kind: 'float', value: Number(digits) }
      : { kind: 'int', value: BigInt(digits) };
    return { token, length: digits.length };
  }
  const sigil = sigilName.exec(rest);
  if (sigil !== null) {
    const token: Token = { kind: 'name', text: sigil[1] ?? sigil[2]!, sigil: true };
    return { token, length: sigil[0].length };
  }
  const name = plainName.exec(rest)?.[0];
  if (name !== undefined) {
    return { token: { kind: 'name', text: name, sigil: false }, length: name.length };
  }
  const op = operators.find((known) => rest.startsWith(known));
  if (op !== undefined) return { token: { kind: 'op', text: op }, length: op.length };
  throw new CommandError(`cannot read "${rest.slice(0, 20)}" in the expression`);
}
