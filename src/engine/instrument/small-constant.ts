/** Reads constants from where they are in a body, without a reader: operands know only where that is. */
import { Op } from '../../wasm/opcodes.ts';

/**
 * @param start offset of an instruction
 * @returns what it pushes, if it is an i32.const or an i64.const of a number that an i32 holds
 */
export function smallConstant(bytes: Uint8Array, start: number): number | undefined {
  const op = bytes[start];
  if (op !== Op.i32Const && op !== Op.i64Const) return undefined;
  let at = start;
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[++at]!;
    value |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    if (shift < 28) return (value << (25 - shift)) >> (25 - shift);
    return op === Op.i32Const || byte <= 7 || byte >= 0x78 ? value : undefined;
  }
  return undefined;
}
