/**
 * Finds the loops whose rounds can be counted before they run: innermost, without calls, left or
 * repeated by one comparison at the end of the body, of a value that every round changes by the same
 * amount. Such a loop runs in chunks (`chunk-writer.ts`), with one check for many rounds.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { I32, type ValType } from '../../wasm/types.ts';
import type { Affine } from './affine.ts';
import type { LoopEffects } from './loop-effects.ts';
import { type Access, LoopScan, type Operand } from './loop-scan.ts';

/** A loop of more bytes gains nothing, and outer loops are looked through again for each inner one. */
const MOST_BYTES = 4096;
/** The most that a round may add, so that a chunk stays far below 2^31. */
const MOST_STEP = 1 << 16;
const MOST_STRIDE = 1 << 20;
/** Ranges that one chunk checks; further accesses keep checks of their own. */
const MOST_RANGES = 16;
const MOST_LENGTH = 0x7fff_ffff;

export type Order = 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** The loop goes on while `left order right`; both in values at the beginning of a round. */
export interface Condition {
  readonly order: Order;
  /** Of an order other than `ne`. */
  readonly signed: boolean;
  /** What each round changes, by `stride`, which is not 0. */
  readonly left: Affine;
  readonly stride: number;
  /** The same in each round. For `ne` it is 0. */
  readonly right: Affine;
}

/** Bytes of a memory that each round accesses, `stride` further than the one before. */
export interface Range {
  readonly memory: number;
  /** Address of the first byte, in values at the beginning of a round. */
  readonly start: Affine;
  /** Bytes from there to the end of the last access. */
  readonly length: number;
  readonly stride: number;
}

export interface CountedLoop {
  /** Offset of the `br_if` that goes round. */
  readonly latch: number;
  readonly condition: Condition;
  /** A local that tells the rounds apart: each adds `step`, which is not 0. */
  readonly counter: number;
  readonly step: number;
  readonly ranges: readonly Range[];
  /** Offsets of the memory accesses that the ranges cover. */
  readonly covered: ReadonlySet<number>;
  /** What each round adds to a local; 0 for those that the loop does not write. */
  stepOf(local: number): number | undefined;
}

/** The longest encoding of a `br_if` to the loop: opcode and five bytes. */
const MOST_BRANCH = 6;

/**
 * False for most loops, without reading them, when {@link countedLoop} would find nothing: a module is
 * instrumented in a fresh process, where each instruction that is read costs ten times as much.
 *
 * @param loop offset of the `loop` instruction
 */
export function mayBeCounted({ bytes }: Module, loop: number, effects: LoopEffects): boolean {
  const { end, hasCall, hasLoop } = effects;
  if (hasCall || hasLoop || end - MOST_BRANCH >= loop + MOST_BYTES) return false;
  // Label 0, in whatever encoding, ends with this byte; what is longer has larger bytes before it.
  return bytes[end - 1] === 0 && bytes[end - 2] !== Op.br;
}

/**
 * @param loop offset of the `loop` instruction
 * @param end offset behind the function's body
 */
export function countedLoop(
  module: Module,
  localTypes: readonly ValType[],
  loop: number,
  end: number,
): CountedLoop | undefined {
  const reader = new InstructionReader(module.bytes, loop, end);
  reader.read();
  if (reader.blockType.kind !== 'empty') return undefined;
  const scan = new LoopScan(module, (local) => localTypes[local] === I32);
  const latch = scan.run(reader, loop + MOST_BYTES);
  if (latch === undefined) return undefined;
  const condition = conditionOf(scan, latch.condition);
  if (condition === undefined) return undefined;
  const candidates = [...condition.left.terms.keys(), ...scan.written];
  const counter = candidates.find((local) => isStep(scan.stepOf(local)));
  if (counter === undefined) return undefined;
  return {
    latch: latch.pc,
    condition,
    counter,
    step: scan.stepOf(counter)!,
    ...rangesOf(scan),
    stepOf: (local) => scan.stepOf(local),
  };
}

function isStep(step: number | undefined): boolean {
  return step !== undefined && step !== 0 && Math.abs(step) <= MOST_STEP;
}

const ORDERS: Readonly<Record<number, { order: Order; signed: boolean }>> = {
  [Op.i32Ne]: { order: 'ne', signed: false },
  [Op.i32LtS]: { order: 'lt', signed: true },
  [Op.i32LtU]: { order: 'lt', signed: false },
  [Op.i32LeS]: { order: 'le', signed: true },
  [Op.i32LeU]: { order: 'le', signed: false },
  [Op.i32GtS]: { order: 'gt', signed: true },
  [Op.i32GtU]: { order: 'gt', signed: false },
  [Op.i32GeS]: { order: 'ge', signed: true },
  [Op.i32GeU]: { order: 'ge', signed: false },
};

const TURNED: Readonly<Record<Order, Order>> = { ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

function conditionOf(scan: LoopScan, operand: Operand): Condition | undefined {
  if (operand === undefined) return undefined;
  if (!('op' in operand)) return differs(scan, operand);
  const known = ORDERS[operand.op];
  if (known === undefined) return undefined;
  if (known.order === 'ne') {
    const difference = operand.left.plus(operand.right, -1);
    return difference && differs(scan, difference);
  }
  const strides = [scan.strideOf(operand.left), scan.strideOf(operand.right)];
  const turned = strides[0] === 0;
  const [left, right] = turned ? [operand.right, operand.left] : [operand.left, operand.right];
  const [stride, other] = turned ? strides.reverse() : strides;
  if (stride === undefined || !isStep(stride) || other !== 0) return undefined;
  const order = turned ? TURNED[known.order] : known.order;
  const ascends = order === 'lt' || order === 'le';
  if (ascends !== stride > 0) return undefined;
  return { order, signed: known.signed, left, stride, right };
}

function differs(scan: LoopScan, left: Affine): Condition | undefined {
  const stride = scan.strideOf(left);
  if (stride === undefined || !isStep(stride)) return undefined;
  return { order: 'ne', signed: false, left, stride, right: left.times(0) };
}

/**
 * Accesses whose addresses differ in a constant alone share a range. It is what every round accesses:
 * those that only some make are covered if they lie within.
 */
function rangesOf(scan: LoopScan): Pick<CountedLoop, 'ranges' | 'covered'> {
  const groups = Map.groupBy(
    scan.accesses,
    ({ memory, address }) => `${memory}:${address.linearKey}`,
  );
  const ranges: Range[] = [];
  const covered = new Set<number>();
  for (const accesses of groups.values()) {
    const range = rangeOf(scan, accesses);
    if (range === undefined || ranges.length === MOST_RANGES) continue;
    ranges.push(range);
    const from = range.start.constant;
    for (const { pc, address, span } of accesses) {
      const at = address.constant - from;
      if (at >= 0 && at + span <= range.length) covered.add(pc);
    }
  }
  return { ranges, covered };
}

function rangeOf(scan: LoopScan, accesses: readonly Access[]): Range | undefined {
  const always = accesses.filter((access) => access.always);
  const [some] = always;
  if (some === undefined) return undefined;
  const stride = scan.strideOf(some.address);
  if (stride === undefined || Math.abs(stride) > MOST_STRIDE) return undefined;
  const { memory, address: start } = always.reduce((a, b) =>
    b.address.constant < a.address.constant ? b : a,
  );
  const ends = always.map(({ address, span }) => address.constant - start.constant + span);
  const length = Math.max(...ends);
  // Constants far apart are not offsets from one place.
  return length <= MOST_LENGTH ? { memory, start, length, stride } : undefined;
}
