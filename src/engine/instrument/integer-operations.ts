/**
 * What the integer instructions that cannot trap make of their operands (core spec 3.0, section
 * 4.3.2). An i32 is a u32 number here, an i64 a u64 bigint: the bits as frames have them.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';

export type Integer = number | bigint;

type Unary = (a: never) => Integer;
type Binary = (a: never, b: never) => Integer;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const low = (value: bigint): number => Number(value & 63n);

function popcnt32(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}

function halves(value: bigint): [high: number, low: number] {
  return [Number(value >> 32n), Number(value & 0xffff_ffffn)];
}

/** The number of the zeros below the lowest one; 32 if there is none. */
function ctz32(value: number): number {
  return value === 0 ? 32 : 31 - Math.clz32(value & -value);
}

const UNARY = new Map<number, Unary>([
  [Op.i32Eqz, (a: number) => Number(a === 0)],
  [Op.i64Eqz, (a: bigint) => Number(a === 0n)],
  [Op.i32Clz, (a: number) => Math.clz32(a)],
  [Op.i32Ctz, ctz32],
  [Op.i32Popcnt, popcnt32],
  [
    Op.i64Clz,
    (a: bigint) => {
      const [high, rest] = halves(a);
      return BigInt(high === 0 ? 32 + Math.clz32(rest) : Math.clz32(high));
    },
  ],
  [
    Op.i64Ctz,
    (a: bigint) => {
      const [high, rest] = halves(a);
      return BigInt(rest === 0 ? 32 + ctz32(high) : ctz32(rest));
    },
  ],
  [
    Op.i64Popcnt,
    (a: bigint) => {
      const [high, rest] = halves(a);
      return BigInt(popcnt32(high) + popcnt32(rest));
    },
  ],
  [Op.i32WrapI64, (a: bigint) => Number(a & 0xffff_ffffn)],
  [Op.i64ExtendI32S, (a: number) => u64(BigInt(a | 0))],
  [Op.i64ExtendI32U, (a: number) => BigInt(a)],
  [Op.i32Extend8S, (a: number) => ((a << 24) >> 24) >>> 0],
  [Op.i32Extend16S, (a: number) => ((a << 16) >> 16) >>> 0],
  [Op.i64Extend8S, (a: bigint) => u64(BigInt.asIntN(8, a))],
  [Op.i64Extend16S, (a: bigint) => u64(BigInt.asIntN(16, a))],
  [Op.i64Extend32S, (a: bigint) => u64(BigInt.asIntN(32, a))],
]);

const BINARY = new Map<number, Binary>([
  [Op.i32Eq, (a: number, b: number) => Number(a === b)],
  [Op.i32Ne, (a: number, b: number) => Number(a !== b)],
  [Op.i32LtS, (a: number, b: number) => Number((a | 0) < (b | 0))],
  [Op.i32LtU, (a: number, b: number) => Number(a < b)],
  [Op.i32GtS, (a: number, b: number) => Number((a | 0) > (b | 0))],
  [Op.i32GtU, (a: number, b: number) => Number(a > b)],
  [Op.i32LeS, (a: number, b: number) => Number((a | 0) <= (b | 0))],
  [Op.i32LeU, (a: number, b: number) => Number(a <= b)],
  [Op.i32GeS, (a: number, b: number) => Number((a | 0) >= (b | 0))],
  [Op.i32GeU, (a: number, b: number) => Number(a >= b)],
  [Op.i64Eq, (a: bigint, b: bigint) => Number(a === b)],
  [Op.i64Ne, (a: bigint, b: bigint) => Number(a !== b)],
  [Op.i64LtS, (a: bigint, b: bigint) => Number(s64(a) < s64(b))],
  [Op.i64LtU, (a: bigint, b: bigint) => Number(a < b)],
  [Op.i64GtS, (a: bigint, b: bigint) => Number(s64(a) > s64(b))],
  [Op.i64GtU, (a: bigint, b: bigint) => Number(a > b)],
  [Op.i64LeS, (a: bigint, b: bigint) => Number(s64(a) <= s64(b))],
  [Op.i64LeU, (a: bigint, b: bigint) => Number(a <= b)],
  [Op.i64GeS, (a: bigint, b: bigint) => Number(s64(a) >= s64(b))],
  [Op.i64GeU, (a: bigint, b: bigint) => Number(a >= b)],
  [Op.i32Add, (a: number, b: number) => (a + b) >>> 0],
  [Op.i32Sub, (a: number, b: number) => (a - b) >>> 0],
  [Op.i32Mul, (a: number, b: number) => Math.imul(a, b) >>> 0],
  [Op.i32And, (a: number, b: number) => (a & b) >>> 0],
  [Op.i32Or, (a: number, b: number) => (a | b) >>> 0],
  [Op.i32Xor, (a: number, b: number) => (a ^ b) >>> 0],
  [Op.i32Shl, (a: number, b: number) => (a << b) >>> 0],
  [Op.i32ShrS, (a: number, b: number) => (a >> b) >>> 0],
  [Op.i32ShrU, (a: number, b: number) => a >>> b],
  [Op.i32Rotl, (a: number, b: number) => ((a << b) | (a >>> -b)) >>> 0],
  [Op.i32Rotr, (a: number, b: number) => ((a >>> b) | (a << -b)) >>> 0],
  [Op.i64Add, (a: bigint, b: bigint) => u64(a + b)],
  [Op.i64Sub, (a: bigint, b: bigint) => u64(a - b)],
  [Op.i64Mul, (a: bigint, b: bigint) => u64(a * b)],
  [Op.i64And, (a: bigint, b: bigint) => a & b],
  [Op.i64Or, (a: bigint, b: bigint) => a | b],
  [Op.i64Xor, (a: bigint, b: bigint) => a ^ b],
  [Op.i64Shl, (a: bigint, b: bigint) => u64(a << BigInt(low(b)))],
  [Op.i64ShrS, (a: bigint, b: bigint) => u64(s64(a) >> BigInt(low(b)))],
  [Op.i64ShrU, (a: bigint, b: bigint) => a >> BigInt(low(b))],
  [Op.i64Rotl, (a: bigint, b: bigint) => rotl64(a, low(b))],
  [Op.i64Rotr, (a: bigint, b: bigint) => rotl64(a, 64 - low(b))],
]);

function rotl64(value: bigint, by: number): bigint {
  return u64((value << BigInt(by)) | (value >> BigInt(64 - by)));
}

/** The ids of all of them, with their number of operands. */
export const INTEGER_OPERATIONS: readonly (readonly [op: number, operands: 1 | 2])[] = [
  ...Array.from(UNARY.keys(), (op) => [op, 1] as const),
  ...Array.from(BINARY.keys(), (op) => [op, 2] as const),
];

/** What is looked at of an instruction: the immediates are those of constants. */
export type IntegerInstruction = Pick<InstructionReader, 'op' | 'i32' | 'i64'>;

/** Carries out one of them on a stack, or a constant, as the instruction does. */
export function applyInteger(instruction: IntegerInstruction, stack: Integer[]): void {
  const { op } = instruction;
  if (op === Op.i32Const) {
    stack.push(instruction.i32 >>> 0);
    return;
  }
  if (op === Op.i64Const) {
    stack.push(u64(instruction.i64));
    return;
  }
  const unary = UNARY.get(op);
  if (unary !== undefined) {
    stack.push(unary(stack.pop() as never));
    return;
  }
  const binary = BINARY.get(op);
  if (binary === undefined) throw new Error(`opcode ${op} is none of the integer operations`);
  const right = stack.pop();
  const left = stack.pop();
  stack.push(binary(left as never, right as never));
}
