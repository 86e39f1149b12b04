/**
 * The functions that can be called from outside their module: exported, or with a reference
 * somewhere. Code can only make references to functions that a segment, a global or an export names.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { Module, Range } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';

const known = new WeakMap<Module, ReadonlySet<number>>();

/** Function indices, imports among them. */
export function entriesOf(module: Module): ReadonlySet<number> {
  let entries = known.get(module);
  if (entries === undefined) {
    entries = findEntries(module);
    known.set(module, entries);
  }
  return entries;
}

function findEntries(module: Module): Set<number> {
  const entries = referencedIn(module);
  if (module.start !== undefined) entries.add(module.start);
  for (const { kind, index } of module.exports) if (kind === 'func') entries.add(index);
  return entries;
}

/** The functions that segments, globals and tables name: code can hardly have references to others. */
export function referencedIn(module: Module): Set<number> {
  const entries = new Set<number>();
  const addNamedIn = (expression: Range): void => {
    const reader = new InstructionReader(module.bytes, expression.start, expression.end);
    while (reader.read()) if (reader.op === Op.refFunc) entries.add(reader.index);
  };
  for (const { items } of module.elements) {
    if ('functions' in items) for (const index of items.functions) entries.add(index);
    else for (const expression of items.expressions) addNamedIn(expression);
  }
  for (const { init } of module.globals) if (init !== undefined) addNamedIn(init);
  for (const { init } of module.tables) if (init !== undefined) addNamedIn(init);
  return entries;
}
