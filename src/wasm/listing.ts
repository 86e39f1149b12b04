/** Functions and instructions as lines for people. */

import type { Code } from './code.ts';
import { funcTypeOf } from './module.ts';
import { valTypeName } from './types.ts';

/** How the parts of a line are set off; each gets plain text and gives it back, perhaps coloured. */
export interface ListingStyle {
  name(text: string): string;
  address(text: string): string;
}

/** `(i32 i64) -> (f32)` */
export function signatureText({ module }: Code, func: number): string {
  const { params, results } = funcTypeOf(module, func);
  const list = (types: typeof params) => `(${types.map(valTypeName).join(' ')})`;
  return results.length === 0 ? list(params) : `${list(params)} -> ${list(results)}`;
}

/** Index, first pc, name, type. @param prefix before the name: which module it is of */
export function functionLine(
  code: Code,
  func: number,
  prefix: string,
  style: ListingStyle,
): string {
  const body = code.bodyOf(func);
  const at = body === undefined ? 'imported' : `0x${body.codeStart.toString(16)}`;
  const name = style.name(prefix + code.label('func', func));
  return `${String(func).padStart(5)}  ${style.address(at.padEnd(9))} ${name} ${signatureText(code, func)}`;
}

/**
 * The functions that have a name, or the name of an export, that contains the pattern, whatever the
 * case; `*` stands for anything. All for an empty pattern.
 */
export function* matchingFunctions(code: Code, pattern: string): Generator<number> {
  const parts = pattern.toLowerCase().split('*');
  const exported = new Map<number, string[]>();
  for (const { kind, index, name } of code.module.exports) {
    if (kind === 'func') exported.set(index, [...(exported.get(index) ?? []), name]);
  }
  const total = code.count('func');
  for (let func = 0; func < total; func++) {
    const names = [code.label('func', func), ...(exported.get(func) ?? [])];
    if (names.some((name) => containsInOrder(name.toLowerCase(), parts))) yield func;
  }
}

function containsInOrder(name: string, parts: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
