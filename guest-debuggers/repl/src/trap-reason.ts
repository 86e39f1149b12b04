/**
 * Why an instruction will trap: the world only says that it will. Follows from the instruction and
 * its operands (core spec 3.0, section 4.6).
 */

import { Op } from '../../../src/wasm/opcodes.ts';
import type { FrameView } from './frames.ts';

const divisions = new Set<number>([
  ...[Op.i32DivS, Op.i32DivU, Op.i32RemS, Op.i32RemU],
  ...[Op.i64DivS, Op.i64DivU, Op.i64RemS, Op.i64RemU],
]);

/** @param frame the innermost */
export function trapReason(frame: FrameView | undefined): string {
  if (frame === undefined) return 'outside all wasm frames';
  const at = frame.code.instructionAt(frame.pc);
  if (at === undefined) return 'unknown';
  const [word = ''] = at.text.split(' ', 1);
  if (at.op === Op.unreachable) return 'unreachable executed';
  if (divisions.has(at.op)) return divisionReason(frame);
  if (/^(i32|i64)\.trunc_/.test(word)) return 'float out of the range of the integer type';
  if (/^call_indirect|^return_call_indirect/.test(word)) {
    return 'table index out of bounds, null, or a function of another type';
  }
  if (/^(return_)?call_ref/.test(word)) return 'null function reference';
  if (word.startsWith('memory.') || /\.(load|store)|atomic/.test(word)) {
    return 'memory access out of bounds';
  }
  if (word.startsWith('table.')) return 'table access out of bounds';
  if (word.startsWith('array.')) return 'array access out of bounds, or a null reference';
  if (word === 'ref.cast') return 'cast of a reference to a type that it does not have';
  if (word.startsWith('struct.') || word.startsWith('ref.') || word === 'throw_ref') {
    return 'null reference';
  }
  if (/^(return_)?call/.test(word)) return 'the host function that was called has failed';
  // What is left cannot trap by itself: a function's entry when the stack is used up.
  return 'stack overflow, or a failure of the host';
}

function divisionReason(frame: FrameView): string {
  const { stack } = frame;
  const divisor = 'error' in stack ? undefined : stack.at(-1);
  if (divisor?.type !== 'i32' && divisor?.type !== 'i64') return 'integer division';
  return BigInt(divisor.value) === 0n ? 'integer division by zero' : 'integer overflow';
}
