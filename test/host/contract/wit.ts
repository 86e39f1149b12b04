/**
 * The methods of the interface `debuggee`, read from its WIT: the rows of the table of what the
 * contract tests have seen. A method added there is a row that nothing fills yet.
 */

import { readFileSync } from 'node:fs';

export interface Method {
  /** `memory.get-u8`. */
  readonly name: string;
  readonly resource: string;
  /** Of the explicit parameters; a method's own handle is the first, as `borrow<memory>`. */
  readonly params: readonly string[];
  /** As written, without spaces: `result<list<u8>,error>`. `_` for none. */
  readonly result: string;
  readonly static: boolean;
}

const FILE = new URL('../../../wit/debuggee.wit', import.meta.url);

function parse(text: string): Map<string, Method> {
  const methods = new Map<string, Method>();
  const source = text.replace(/\/\/.*$/gm, '').replace(/\s+/g, ' ');
  for (const [, resource, body] of source.matchAll(/resource ([\w-]+) \{([^}]*)\}/g)) {
    for (const statement of body!.split(';')) {
      if (statement.trim() === '') continue;
      const match = /^ ?([\w-]+): (static )?func\((.*)\)(?: -> (.*))?$/.exec(statement.trim());
      if (match === null) throw new Error(`debuggee.wit: not understood: ${statement}`);
      const [, name, isStatic, list, result] = match;
      const params = [...list!.matchAll(/[\w-]+: ([\w-]+(?:<[\w-]+>)?)/g)].map(([, type]) => type!);
      methods.set(`${resource}.${name}`, {
        name: `${resource}.${name}`,
        resource: resource!,
        params: isStatic === undefined ? [`borrow<${resource}>`, ...params] : params,
        result: (result ?? '_').replaceAll(' ', ''),
        static: isStatic !== undefined,
      });
    }
  }
  return methods;
}

/** By name. */
export const METHODS: ReadonlyMap<string, Method> = parse(readFileSync(FILE, 'utf8'));

/** The codes of the enum `error`, in their order. */
export const ERRORS: readonly string[] = [
  .../enum error \{([^}]*)\}/
    .exec(readFileSync(FILE, 'utf8').replace(/\/\/.*$/gm, ''))![1]!
    .matchAll(/[\w-]+/g),
].map(([code]) => code);
