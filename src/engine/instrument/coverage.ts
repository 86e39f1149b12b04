/**
 * What the instrumenter does not cover yet, refused at load with the opcode and its offset rather
 * than run undebugged or wrong. This file shrinks to nothing as the engine widens.
 */
import { WasmError } from '../../wasm/error.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';

const COVERED_FEATURES: ReadonlySet<string> = new Set([
  'mvp',
  'sign-ext',
  'sat-trunc',
  'multi-value',
  'bulk',
  'simd',
  'relaxed-simd',
  'threads',
  'tail-call',
  'reftypes',
  'func-refs',
  'gc',
]);

/** Covered by feature, but not by themselves: they need segments of the first instance. */
const REFUSED: ReadonlySet<number> = new Set([
  Op.arrayNewData,
  Op.arrayNewElem,
  Op.arrayInitData,
  Op.arrayInitElem,
]);

/** @throws WasmError if the instruction just read is not covered. */
export function requireCovered(reader: InstructionReader): void {
  const { info, op } = reader;
  if (COVERED_FEATURES.has(info.feature) && !REFUSED.has(op)) return;
  throw new WasmError(`not covered yet: the instruction ${info.name}`, reader.pc);
}
