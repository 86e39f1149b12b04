/** Which instructions an emitter copies without a further look, and of which it follows the results. */
import { OpcodeSet } from '../../wasm/opcode-set.ts';
import { Op } from '../../wasm/opcodes.ts';
import { MAY_TRAP } from './trap-checks.ts';

/** Their results may be addresses of which something is known. */
export const ADDRESSING = new OpcodeSet([
  ...[Op.i32Add, Op.i32Sub, Op.i64Add, Op.i64Sub, Op.i32Mul, Op.i32RemU],
  ...[Op.i32And, Op.i32Or, Op.i32Xor, Op.i32Shl, Op.i32ShrU, Op.i32Eqz],
  ...[Op.i32LtS, Op.i32LtU, Op.i32GtS, Op.i32GtU, Op.i32LeS, Op.i32LeU, Op.i32GeS, Op.i32GeU],
]);

/** By opcode: constants, and operations on numbers that cannot trap and are not the above. */
export const PLAIN = Uint8Array.from({ length: 0x100 }, (_, op) =>
  Number(op >= Op.i32Const && op <= Op.i64Extend32S && !ADDRESSING.has(op) && !MAY_TRAP.has(op)),
);
