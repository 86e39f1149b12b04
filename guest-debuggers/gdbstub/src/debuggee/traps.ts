/**
 * What a trap is, in words. The world's event does not say, but the program is stopped before the
 * instruction that will trap, with its operands there, so it can be found out.
 */

import type { Debuggee, WasmValue } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { WasmError } from '../../../../src/wasm/error.ts';
import { InstructionReader } from '../../../../src/wasm/instructions.ts';
import { Op } from '../../../../src/wasm/opcodes.ts';
import { orUndefined } from './results.ts';
import type { StackFrame } from './stack.ts';

/** The messages of the specification's test suite where it has one. */
const MESSAGES = {
  unreachable: 'unreachable',
  divideByZero: 'integer divide by zero',
  overflow: 'integer overflow',
  conversion: 'invalid conversion to integer',
  memory: 'out of bounds memory access',
  unaligned: 'unaligned atomic',
  table: 'out of bounds table access',
  undefinedElement: 'undefined element',
  uninitializedElement: 'uninitialized element',
  signature: 'indirect call type mismatch',
  array: 'null reference or out of bounds array access',
  nullReference: 'null reference',
  cast: 'cast failure',
  hostError: 'a function of the host threw an error',
  stack: 'call stack exhausted',
} as const;

/** A stop to look at: the innermost frame, and its operands if they can be expressed. */
interface Trapped {
  readonly d: Debuggee;
  readonly frame: StackFrame;
  readonly operands: readonly WasmValue[] | undefined;
}

/** @param frame the innermost one; undefined if there is none */
export function describeTrap(
  d: Debuggee,
  frame: StackFrame | undefined,
  operands: readonly WasmValue[] | undefined,
): string {
  if (frame === undefined) return 'wasm trap: outside of all functions';
  const { bytes } = frame.instance.module;
  try {
    const instruction = new InstructionReader(bytes, frame.pc, bytes.length);
    if (instruction.read()) return `wasm trap: ${message(instruction, { d, frame, operands })}`;
  } catch (error) {
    // The host has run what this reader does not know, or has given no bytes.
    if (!(error instanceof WasmError) && !(error instanceof RangeError)) throw error;
  }
  return 'wasm trap';
}

function message(instruction: InstructionReader, trapped: Trapped): string {
  const { op, info } = instruction;
  const top = trapped.operands?.at(-1);
  if (op === Op.unreachable) return MESSAGES.unreachable;
  if (/^i(32|64)\.(div|rem)_/.test(info.name)) {
    return isZero(top) ? MESSAGES.divideByZero : MESSAGES.overflow;
  }
  if (/^i(32|64)\.trunc_f/.test(info.name)) {
    return isNotANumber(top) ? MESSAGES.conversion : MESSAGES.overflow;
  }
  if (info.accessBytes !== undefined) {
    const atomic = info.name.includes('atomic');
    return atomic && isUnaligned(instruction, trapped) ? MESSAGES.unaligned : MESSAGES.memory;
  }
  if (/^memory\./.test(info.name)) return MESSAGES.memory;
  if (/^table\./.test(info.name)) return MESSAGES.table;
  if (op === Op.callIndirect || op === Op.returnCallIndirect) return indirect(instruction, trapped);
  if (op === Op.call || op === Op.returnCall) {
    const { importedFunctions } = trapped.frame.instance.module.outline;
    return instruction.index < importedFunctions.length ? MESSAGES.hostError : MESSAGES.stack;
  }
  if (/^array\./.test(info.name)) return MESSAGES.array;
  if (/^ref\.cast/.test(info.name)) return MESSAGES.cast;
  if (/^(struct|ref|i31)\.|call_ref$|^throw_ref$/.test(info.name)) return MESSAGES.nullReference;
  // At the entry of a function or in a loop: what there is no room for is the frame.
  return MESSAGES.stack;
}

function isZero(value: WasmValue | undefined): boolean {
  const tag = value?.getType().tag;
  if (tag === 'wasm-i32') return value!.unwrapI32() === 0;
  return tag === 'wasm-i64' && value!.unwrapI64() === 0n;
}

function isNotANumber(value: WasmValue | undefined): boolean {
  const tag = value?.getType().tag;
  if (tag === 'wasm-f32') return Number.isNaN(value!.unwrapF32());
  return tag === 'wasm-f64' && Number.isNaN(value!.unwrapF64());
}

function isUnaligned({ info, memOffset }: InstructionReader, { operands }: Trapped): boolean {
  const address = operands?.at(-1 - (info.operands?.length ?? 0));
  const start = address && integer(address);
  return start !== undefined && (start + memOffset) % BigInt(info.accessBytes!) !== 0n;
}

/** The three ways in which `call_indirect` fails, told apart by what its table has at the index. */
function indirect({ index2 }: InstructionReader, { d, frame, operands }: Trapped): string {
  const top = operands?.at(-1);
  const index = top && integer(top);
  if (index === undefined) return MESSAGES.undefinedElement;
  return (
    orUndefined(() => {
      using table = frame.instance.handle.getTable(d, index2);
      if (index >= table.len(d)) return MESSAGES.undefinedElement;
      using element = table.getElement(d, index);
      if (element.getType().tag !== 'wasm-funcref') return MESSAGES.signature;
      using func = element.unwrapFunc();
      return func === undefined ? MESSAGES.uninitializedElement : MESSAGES.signature;
    }) ?? MESSAGES.signature
  );
}

/** An i32 or i64, unsigned. */
function integer(value: WasmValue): bigint | undefined {
  const { tag } = value.getType();
  if (tag === 'wasm-i32') return BigInt(value.unwrapI32());
  return tag === 'wasm-i64' ? value.unwrapI64() : undefined;
}
