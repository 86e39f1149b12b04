/**
 * What the instrumenter does not cover yet, refused at load with the opcode and its offset rather
 * than run undebugged or wrong. This file shrinks to nothing as the engine widens.
 */
import { WasmError } from '../../wasm/error.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { functionType, type Module } from '../../wasm/module.ts';
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
]);

/** Covered by feature, but not by themselves: they need segments of, or references into, the first instance. */
const REFUSED: ReadonlySet<number> = new Set([
  Op.memoryInit,
  Op.dataDrop,
  Op.tableInit,
  Op.elemDrop,
  Op.tableGet,
  Op.tableSet,
  Op.tableGrow,
  Op.tableFill,
  Op.refNull,
  Op.refIsNull,
  Op.refFunc,
]);

/** @throws WasmError if the instruction just read is not covered. */
export function requireCovered(reader: InstructionReader, module: Module): void {
  const { info, op } = reader;
  if (!COVERED_FEATURES.has(info.feature) || REFUSED.has(op)) {
    throw new WasmError(`not covered yet: the instruction ${info.name}`, reader.pc);
  }
  switch (op) {
    case Op.globalGet:
      if (module.globals[reader.index]!.type.value.kind === 'ref') refuseReference(reader);
      return;
    case Op.call:
    case Op.returnCall:
      requireNumeric(reader, module, module.functions[reader.index]!.typeIndex);
      return;
    case Op.callIndirect:
    case Op.returnCallIndirect:
      requireNumeric(reader, module, reader.index);
      return;
    default:
      return;
  }
}

function requireNumeric(reader: InstructionReader, module: Module, typeIndex: number): void {
  const { params, results } = functionType(module, typeIndex);
  for (const type of [...params, ...results]) {
    if (type.kind === 'ref') refuseReference(reader);
  }
}

function refuseReference(reader: InstructionReader): never {
  throw new WasmError(
    `not covered yet: a reference on the operand stack, from ${reader.info.name}`,
    reader.pc,
  );
}
