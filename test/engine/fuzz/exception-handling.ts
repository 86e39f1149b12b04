/**
 * Which proposal for exceptions a module uses. V8 refuses modules with both, but finds out in several
 * threads, and not always: so nothing here may depend on what it says.
 */
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import type { Module } from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';

const OLD: ReadonlySet<number> = new Set([Op.try, Op.catch, Op.catchAll, Op.rethrow, Op.delegate]);
const NEW: ReadonlySet<number> = new Set([Op.tryTable, Op.throwRef]);

/** Uses the legacy instructions, and besides the new ones or their type. */
export function mixesExceptionHandling(module: Module): boolean {
  let old = false;
  let recent = namesExnref([
    module.types,
    module.tables.map(({ type }) => type.element),
    module.globals.map(({ type }) => type.value),
    module.elements.map(({ type }) => type),
    module.bodies.map(({ locals }) => locals),
  ]);
  for (const { codeStart, end } of module.bodies) {
    const reader = new InstructionReader(module.bytes, codeStart, end);
    while (reader.read()) {
      if (OLD.has(reader.op)) old = true;
      else if (NEW.has(reader.op)) recent = true;
      else if (reader.op === Op.refNull) recent ||= namesExnref({ heap: reader.heap });
      if (reader.info.immediate === 'block') recent ||= namesExnref(reader.blockType);
    }
  }
  return old && recent;
}

function namesExnref(part: unknown): boolean {
  return /"heap":"(?:no)?exn"/.test(JSON.stringify(part));
}
