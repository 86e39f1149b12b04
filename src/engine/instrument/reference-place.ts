/**
 * How code reaches an array of references: a global has its *holder*, a structure that is the same
 * for all instances, and that has the array. So whoever replaces an array by another does so in one
 * place.
 */
import type { ByteWriter } from '../../wasm/byte-writer.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeGlobalType } from '../../wasm/type-codec.ts';
import { refType } from '../../wasm/types.ts';
import { CodeWriter } from './code.ts';
import { type Hierarchy, TOP } from './references.ts';
import type { TypeRegistry } from './type-registry.ts';

export interface ReferencePlace {
  /** Type index of the array. */
  readonly array: number;
  /** Type index of the holder. */
  readonly holder: number;
  /** Index of the global with the holder. */
  readonly global: number;
}

export function referencePlace(
  types: TypeRegistry,
  hierarchy: Hierarchy,
  global: number,
): ReferencePlace {
  return { array: types.array(TOP[hierarchy]), holder: types.holder(TOP[hierarchy]), global };
}

/** Pushes the array. */
export function pushReferences(out: CodeWriter, { holder, global }: ReferencePlace): void {
  out.op(Op.globalGet);
  out.u32(global);
  pushHeldArray(out, holder);
}

/** Replaces a holder on the stack by its array. */
export function pushHeldArray(out: CodeWriter, holder: number): void {
  out.op(Op.structGet);
  out.u32(holder);
  out.u32(0);
}

/** Writes a global's type and its initial value: a holder of no places, until it is given the real one. */
export function writeReferencesGlobal(out: ByteWriter, { array, holder }: ReferencePlace): void {
  writeGlobalType(out, { value: refType(false, holder), mutable: true });
  const value = new CodeWriter(0);
  value.i32Const(0);
  value.op(Op.arrayNewDefault);
  value.u32(array);
  value.op(Op.structNew);
  value.u32(holder);
  value.end();
  out.append(value);
}
