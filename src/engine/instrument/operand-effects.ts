/** What instructions that open, end and leave no construct do to the operand stack. */
import { type FunctionContext, StackEffect, stackEffect } from '../../wasm/effects.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { funcTypeOf } from '../../wasm/structure.ts';
import { refType, type ValType } from '../../wasm/types.ts';
import { INTEGER_OPERATIONS } from './integer-operations.ts';
import { CONSTANT, type OperandStack, SLOT } from './operands.ts';

/** What the types of operands follow from. */
export interface TypedFunction extends FunctionContext {
  readonly localTypes: readonly ValType[];
  /** Operands may follow from locals: see `operands.ts`. */
  readonly derivesOperands: boolean;
}

/** How many operands the integer operations have that cannot trap. */
const ARITY: (0 | 1 | 2)[] = new Array<0 | 1 | 2>(0x100).fill(0);
for (const [op, operands] of INTEGER_OPERATIONS) ARITY[op] = operands;

const effect = new StackEffect();

/** The operands that `typeAt` is about: a function made for each instruction would cost all of them. */
let present: OperandStack;
const typeAt = (depth: number): ValType => present.typeAt(depth);

/** Applies the instruction that the reader has just read to a function's operands. */
export function applyToOperands(
  reader: InstructionReader,
  fn: TypedFunction,
  operands: OperandStack,
): void {
  const { op } = reader;
  if (op === Op.localGet) {
    operands.push(fn.localTypes[reader.index]!, reader.index, reader.pc, reader.next);
    return;
  }
  const { results } = reader.info;
  if (results !== undefined) {
    // By far the most; `stackEffect` would say the same with an array in between.
    if ((op >= Op.i32Const && op <= Op.f64Const) || op === Op.v128Const) {
      operands.push(results[0]!, CONSTANT, reader.pc, reader.next);
      return;
    }
    const arity = fn.derivesOperands && op < 0x100 ? ARITY[op]! : 0;
    if (arity !== 0) {
      operands.applyInteger(arity, results[0]!, reader.pc, reader.next);
      return;
    }
    const { params, operands: others } = reader.info;
    operands.pop(params !== undefined ? params.length : others!.length + 1);
    for (let i = 0; i < results.length; i++) operands.push(results[i]!, SLOT);
    return;
  }
  switch (op) {
    case Op.localSet:
    case Op.localTee: {
      const local = reader.index;
      operands.pop(1);
      operands.detach(local);
      if (op === Op.localTee) operands.push(fn.localTypes[local]!, local, reader.pc, reader.next);
      return;
    }
    case Op.call: {
      const { params, results: returned } = funcTypeOf(fn.module, reader.index);
      operands.pop(params.length);
      operands.pushAll(returned);
      return;
    }
    case Op.refNull:
      operands.push(refType(true, reader.heap), CONSTANT, reader.pc, reader.next);
      return;
  }
  present = operands;
  stackEffect(reader, fn, typeAt, effect);
  operands.pop(effect.pops);
  operands.pushAll(effect.pushes);
}
