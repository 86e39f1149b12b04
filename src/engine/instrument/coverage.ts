/**
 * What the instrumenter does not cover yet, refused at load with the opcode and its offset rather
 * than run undebugged or wrong. This file shrinks to nothing as the engine widens.
 */
import { WasmError } from '../../wasm/error.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';

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
  'eh',
  'legacy-eh',
]);

/** @throws WasmError if the instruction just read is not covered. */
export function requireCovered(reader: InstructionReader): void {
  const { info } = reader;
  if (COVERED_FEATURES.has(info.feature)) return;
  throw new WasmError(`not covered yet: the instruction ${info.name}`, reader.pc);
}
