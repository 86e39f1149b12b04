/** How people name a function or an instruction: `fib`, `9`, `func[9]`, `0x236`, `m1!fib`. */

import type { Code } from './code.ts';

/** What a word names, before it has been looked up. `module`: its position in the program's list. */
export type Location =
  | { readonly kind: 'name'; readonly name: string; readonly module: number | undefined }
  /** A function index; imports count. */
  | { readonly kind: 'index'; readonly index: number; readonly module: number | undefined }
  /** A byte offset in the module. */
  | { readonly kind: 'pc'; readonly pc: number; readonly module: number | undefined };

/**
 * Any word is a location. A name section may call a function `12`; the index wins, and names never
 * begin with a digit in the languages that people debug.
 */
export function parseLocation(word: string): Location {
  // `m*!` stands for any module.
  const qualified = /^m(\d+|\*)!(.+)$/.exec(word);
  const number = qualified?.[1];
  const module = number === undefined || number === '*' ? undefined : Number(number);
  const text = (qualified?.[2] ?? word).replace(/^\*/, '');
  if (/^0x[0-9a-f]+$/i.test(text)) return { kind: 'pc', pc: Number(text), module };
  if (/^\d+$/.test(text)) return { kind: 'index', index: Number(text), module };
  const indexed = /^func\[(\d+)\]$/.exec(text);
  if (indexed !== null) return { kind: 'index', index: Number(indexed[1]), module };
  return { kind: 'name', name: text.replace(/^\$/, ''), module };
}

/** The functions of a module that a location names; for a pc, the one that it is in. */
export function functionsOf(code: Code, location: Location): number[] {
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
