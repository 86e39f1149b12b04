/**
 * What an instruction takes from the operand stack and puts there (core spec 3.0, section 3.4).
 *
 * Types are computed forwards over modules that V8 has validated, so operands are counted, not
 * checked. Whoever follows a body keeps the control stack: labels and block types are not seen here.
 */

import { WasmError } from './error.ts';
import type { InstructionReader } from './instructions.ts';
import { Op } from './opcodes.ts';
import { funcTypeOf, functionType, type Module } from './structure.ts';
import {
  type ArrayType,
  I32,
  I64,
  type Limits,
  type RefType,
  refType,
  type StructType,
  unpacked,
  type ValType,
} from './types.ts';

/** What the effect of an instruction can depend on beside the instruction and the operands. */
export interface FunctionContext {
  readonly module: Module;
  /** The type of a local, parameters first. A function, because a body may have 50,000 locals. */
  localType(index: number): ValType;
}

/** Filled by {@link stackEffect}; reuse one for a whole body. */
export class StackEffect {
  /** Number of operands taken. */
  pops = 0;
  /** Types of the operands put in their place, bottom first. */
  readonly pushes: ValType[] = [];
}

/**
 * Computes the effect of the instruction that `reader` read last.
 *
 * Control instructions leave out what flows between the stack and a label, a block or the caller:
 * - block, loop, else, end, try, try_table, catch, catch_all, delegate, br, return, rethrow and
 *   unreachable have no effect of their own;
 * - if, br_if and br_table take their condition or index;
 * - throw takes the tag's parameters, throw_ref the reference, tail calls their arguments and callee;
 * - br_on_null, br_on_non_null, br_on_cast and br_on_cast_fail: the effect when they do not branch.
 *   Each puts the reference it took on the label's operands when it branches, except br_on_null.
 *
 * @param operand - the type of the operand at a depth, 0 being the top. Asked only where the result's
 *   type depends on it.
 * @throws WasmError at the instruction if it refers to something that the module does not have
 */
export function stackEffect(
  reader: InstructionReader,
  context: FunctionContext,
  operand: (depth: number) => ValType,
  out: StackEffect,
): void {
  const { info } = reader;
  const { pushes } = out;
  // Setting a length is slow even where it changes nothing.
  if (pushes.length > 0) pushes.length = 0;
  const { results } = info;
  if (results !== undefined) {
    // A fixed signature; a memory access takes its address below the other operands.
    out.pops = info.params !== undefined ? info.params.length : info.operands!.length + 1;
    for (let i = 0; i < results.length; i++) pushes.push(results[i]!);
    return;
  }
  const { module } = context;
  switch (reader.op) {
    case Op.localGet:
      out.pops = 0;
      pushes.push(context.localType(reader.index));
      return;
    case Op.localSet:
    case Op.globalSet:
    case Op.drop:
    case Op.if:
    case Op.brIf:
    case Op.brTable:
    case Op.brOnNonNull:
    case Op.throwRef:
      out.pops = 1;
      return;
    case Op.localTee:
      out.pops = 1;
      pushes.push(context.localType(reader.index));
      return;
    case Op.globalGet:
      out.pops = 0;
      pushes.push(at(module.globals, reader.index, 'global', reader).type.value);
      return;
    case Op.block:
    case Op.loop:
    case Op.else:
    case Op.end:
    case Op.br:
    case Op.return:
    case Op.unreachable:
    case Op.try:
    case Op.catch:
    case Op.catchAll:
    case Op.delegate:
    case Op.rethrow:
    case Op.tryTable:
      out.pops = 0;
      return;
    case Op.select:
      out.pops = 3;
      pushes.push(operand(1));
      return;
    case Op.selectT:
      out.pops = 3;
      for (const type of reader.selectTypes) pushes.push(type);
      return;
    case Op.call:
    case Op.callIndirect:
    case Op.callRef:
    case Op.returnCall:
    case Op.returnCallIndirect:
    case Op.returnCallRef:
    case Op.throw:
      callEffect(reader, module, out);
      return;
    case Op.memorySize:
      out.pops = 0;
      pushes.push(addressType(memoryLimits(module, reader.index, reader)));
      return;
    case Op.memoryGrow:
      out.pops = 1;
      pushes.push(addressType(memoryLimits(module, reader.index, reader)));
      return;
    case Op.memoryInit:
    case Op.memoryCopy:
    case Op.memoryFill:
    case Op.tableInit:
    case Op.tableCopy:
    case Op.tableFill:
      out.pops = 3;
      return;
    case Op.tableGet:
      out.pops = 1;
      pushes.push(at(module.tables, reader.index, 'table', reader).type.element);
      return;
    case Op.tableSet:
      out.pops = 2;
      return;
    case Op.tableGrow:
    case Op.tableSize: {
      out.pops = reader.op === Op.tableGrow ? 2 : 0;
      const { limits } = at(module.tables, reader.index, 'table', reader).type;
      pushes.push(addressType(limits));
      return;
    }
    default:
      referenceEffect(reader, module, operand, out);
  }
}

function callEffect(reader: InstructionReader, module: Module, out: StackEffect): void {
  const { op, index } = reader;
  if (op === Op.throw) {
    const tag = at(module.tags, index, 'tag', reader);
    out.pops = functionType(module, tag.type.typeIndex).params.length;
    return;
  }
  const direct = op === Op.call || op === Op.returnCall;
  const type = direct ? funcTypeOf(module, index) : functionType(module, index);
  // An indirect call has its callee, an index or a reference, on top of the arguments.
  out.pops = type.params.length + (direct ? 0 : 1);
  if (op === Op.call || op === Op.callIndirect || op === Op.callRef) {
    for (const result of type.results) out.pushes.push(result);
  }
}

function referenceEffect(
  reader: InstructionReader,
  module: Module,
  operand: (depth: number) => ValType,
  out: StackEffect,
): void {
  const { pushes } = out;
  switch (reader.op) {
    case Op.refNull:
      out.pops = 0;
      pushes.push(refType(true, reader.heap));
      return;
    case Op.refFunc:
      out.pops = 0;
      pushes.push(refType(false, at(module.functions, reader.index, 'function', reader).typeIndex));
      return;
    case Op.refIsNull:
    case Op.refTest:
    case Op.refTestNull:
    case Op.i31GetS:
    case Op.i31GetU:
    case Op.arrayLen:
      out.pops = 1;
      pushes.push(I32);
      return;
    case Op.refEq:
      out.pops = 2;
      pushes.push(I32);
      return;
    case Op.refAsNonNull:
    case Op.brOnNull:
      out.pops = 1;
      pushes.push(refType(false, reference(operand(0), reader).heap));
      return;
    case Op.refCast:
    case Op.refCastNull:
      out.pops = 1;
      pushes.push(refType(reader.op === Op.refCastNull, reader.heap));
      return;
    case Op.brOnCast: {
      // Null passes the cast to a nullable type, so what falls through is not null.
      const { castFrom, castTo } = reader;
      out.pops = 1;
      pushes.push(castTo.nullable ? refType(false, castFrom.heap) : castFrom);
      return;
    }
    case Op.brOnCastFail:
      out.pops = 1;
      pushes.push(reader.castTo);
      return;
    case Op.anyConvertExtern:
      out.pops = 1;
      pushes.push(refType(reference(operand(0), reader).nullable, 'any'));
      return;
    case Op.externConvertAny:
      out.pops = 1;
      pushes.push(refType(reference(operand(0), reader).nullable, 'extern'));
      return;
    case Op.refI31:
      out.pops = 1;
      pushes.push(refType(false, 'i31'));
      return;
    default:
      aggregateEffect(reader, module, out);
  }
}

function aggregateEffect(reader: InstructionReader, module: Module, out: StackEffect): void {
  const { pushes } = out;
  const { index } = reader;
  switch (reader.op) {
    case Op.structNew:
      out.pops = structType(module, reader).fields.length;
      pushes.push(refType(false, index));
      return;
    case Op.structNewDefault:
      out.pops = 0;
      pushes.push(refType(false, index));
      return;
    case Op.structGet:
    case Op.structGetS:
    case Op.structGetU:
      out.pops = 1;
      pushes.push(unpacked(at(structType(module, reader).fields, reader.index2, 'field', reader)));
      return;
    case Op.structSet:
      out.pops = 2;
      return;
    case Op.arrayNewDefault:
      out.pops = 1;
      pushes.push(refType(false, index));
      return;
    case Op.arrayNew:
    case Op.arrayNewData:
    case Op.arrayNewElem:
      out.pops = 2;
      pushes.push(refType(false, index));
      return;
    case Op.arrayNewFixed:
      out.pops = reader.index2;
      pushes.push(refType(false, index));
      return;
    case Op.arrayGet:
    case Op.arrayGetS:
    case Op.arrayGetU:
      out.pops = 2;
      pushes.push(unpacked(arrayType(module, reader).element));
      return;
    case Op.arraySet:
      out.pops = 3;
      return;
    case Op.arrayFill:
    case Op.arrayInitData:
    case Op.arrayInitElem:
      out.pops = 4;
      return;
    case Op.arrayCopy:
      out.pops = 5;
      return;
    default:
      // A row of the opcode table without a case here: a bug, not bad input.
      throw new Error(`no stack effect for ${reader.info.name}`);
  }
}

function at<T>(space: readonly T[], index: number, what: string, reader: InstructionReader): T {
  const entry = space[index];
  if (entry === undefined) throw new WasmError(`unknown ${what} ${index}`, reader.pc);
  return entry;
}

function memoryLimits(module: Module, index: number, reader: InstructionReader): Limits {
  return at(module.memories, index, 'memory', reader).type.limits;
}

function addressType(limits: Limits): ValType {
  return limits.address === 'i64' ? I64 : I32;
}

function structType(module: Module, reader: InstructionReader): StructType {
  const { composite } = at(module.types, reader.index, 'type', reader);
  if (composite.kind === 'struct') return composite;
  throw new WasmError(`type ${reader.index} is not a struct`, reader.pc);
}

function arrayType(module: Module, reader: InstructionReader): ArrayType {
  const { composite } = at(module.types, reader.index, 'type', reader);
  if (composite.kind === 'array') return composite;
  throw new WasmError(`type ${reader.index} is not an array`, reader.pc);
}

function reference(type: ValType, reader: InstructionReader): RefType {
  if (type.kind === 'ref') return type;
  throw new WasmError(`${reader.info.name} takes a reference, not ${type.kind}`, reader.pc);
}
