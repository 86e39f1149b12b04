/**
 * Reads the body of a loop once and follows i32 values through it, as sums of what the locals were at
 * the beginning of the round. Gives up at everything that a counted loop must not have.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { Affine } from './affine.ts';
import { LoopWays } from './loop-ways.ts';

/** What an operand is: a sum, a comparison of two, or not known. */
export type Operand = Affine | Comparison | undefined;

export interface Comparison {
  /** Opcode of an i32 comparison. */
  readonly op: number;
  readonly left: Affine;
  readonly right: Affine;
}

/** A memory access at an address that is a sum. */
export interface Access {
  readonly pc: number;
  /** Every round makes it, not only some. */
  readonly always: boolean;
  readonly memory: number;
  /** The address operand; the offset of the instruction is part of `span`. */
  readonly address: Affine;
  /** Bytes from the address operand to the end of the access. */
  readonly span: number;
}

const MOST_SPAN = 1n << 30n;

export class LoopScan {
  readonly accesses: Access[] = [];
  readonly #module: Module;
  readonly #isI32: (local: number) => boolean;
  /** Present values of the locals that were written; undefined: not known. */
  readonly #values = new Map<number, Affine | undefined>();
  readonly #ways = new LoopWays<Operand>(undefined);

  constructor(module: Module, isI32: (local: number) => boolean) {
    this.#module = module;
    this.#isI32 = isI32;
  }

  get written(): Iterable<number> {
    return this.#values.keys();
  }

  /**
   * @param reader behind the `loop` instruction
   * @param end the offset from which on nothing is read
   * @returns the branch back at the end of the body; undefined if the loop cannot be counted
   */
  run(reader: InstructionReader, end: number): { pc: number; condition: Operand } | undefined {
    const ways = this.#ways;
    while (reader.next < end && reader.read()) {
      if (reader.op === Op.brIf && reader.index === ways.depth && !ways.isDead) {
        const { pc } = reader;
        const condition = ways.stack.pop();
        const isLast = ways.depth === 0 && ways.stack.length === 0 && endsNext(reader);
        return isLast ? { pc, condition } : undefined;
      }
      if (!this.#step(reader)) return undefined;
    }
    return undefined;
  }

  /** What each round adds to a local; undefined: not always the same. */
  stepOf(local: number): number | undefined {
    if (!this.#values.has(local)) return 0;
    const value = this.#values.get(local);
    const isOwn = value?.terms.size === 1 && value.terms.get(local) === 1;
    return isOwn ? value.constant : undefined;
  }

  /** What each round adds to a sum. */
  strideOf({ terms }: Affine): number | undefined {
    let stride = 0;
    for (const [local, factor] of terms) {
      const step = this.stepOf(local);
      if (step === undefined) return undefined;
      stride = (stride + Math.imul(step, factor)) | 0;
    }
    return stride;
  }

  /** False: not in a counted loop. */
  #step(reader: InstructionReader): boolean {
    if (!this.#ways.isDead && !this.#mayFollow(reader)) return false;
    const followed = this.#ways.step(reader);
    if (followed !== undefined) return followed === 'followed';
    const { stack } = this.#ways;
    switch (reader.op) {
      case Op.localGet:
        stack.push(this.#value(reader.index));
        return true;
      case Op.localSet:
        this.#write(reader.index, stack.pop());
        return true;
      case Op.localTee:
        this.#write(reader.index, stack.at(-1));
        return true;
      case Op.i32Const:
        stack.push(Affine.constant(reader.i32));
        return true;
      default:
        return this.#plain(reader);
    }
  }

  /** Constructs have no results, and there is a way from here to the end of the loop's body. */
  #mayFollow({ op, blockType, index }: InstructionReader): boolean {
    const { depth } = this.#ways;
    switch (op) {
      case Op.block:
      case Op.if:
        return blockType.kind === 'empty';
      case Op.end:
      case Op.return:
      case Op.unreachable:
        return depth > 0;
      case Op.br:
        return depth > 0 && index !== depth;
    }
    return true;
  }

  #value(local: number): Affine | undefined {
    if (!this.#isI32(local)) return undefined;
    return this.#values.has(local) ? this.#values.get(local) : Affine.local(local);
  }

  #write(local: number, value: Operand): void {
    const isKnown = value instanceof Affine && this.#ways.isCertain;
    this.#values.set(local, isKnown ? value : undefined);
  }

  /** A chunk of rounds runs without being interrupted. */
  #plain(reader: InstructionReader): boolean {
    const { op, info } = reader;
    if (!isQuick(op) || info.results === undefined) return false;
    const { stack } = this.#ways;
    if (info.accessBytes !== undefined) this.#access(reader, info.accessBytes);
    const pops = info.params?.length ?? info.operands!.length + 1;
    const operands = stack.splice(stack.length - pops, pops);
    for (let i = 0; i < info.results.length; i++) stack.push(result(op, operands));
    return true;
  }

  #access({ pc, memory, memOffset, info }: InstructionReader, bytes: number): void {
    const address = this.#ways.stack.at(-1 - (info.operands?.length ?? 0));
    if (!(address instanceof Affine)) return;
    if (this.#module.memories[memory]!.type.limits.address !== 'i32') return;
    const span = memOffset + BigInt(bytes);
    if (span > MOST_SPAN) return;
    const always = this.#ways.isCertain;
    this.accesses.push({ pc, always, memory, address, span: Number(span) });
  }
}

function endsNext(reader: InstructionReader): boolean {
  return reader.read() && reader.op === Op.end;
}

const VECTORS = 0xfd;
/** Saturating truncations, behind which bulk instructions come. */
const TRUNCATIONS = 0xfc;
const MOST_TRUNCATION = 7;

/** Takes its time once: no atomics, which may wait, and no bulk instructions. */
function isQuick(op: number): boolean {
  const prefix = op >>> 16;
  if (prefix === TRUNCATIONS) return (op & 0xffff) <= MOST_TRUNCATION;
  return prefix === VECTORS || (prefix === 0 && op !== Op.memoryGrow);
}

function result(op: number, [left, right]: readonly Operand[]): Operand {
  if (!(left instanceof Affine) || !(right instanceof Affine)) return undefined;
  const isConstant = right.terms.size === 0;
  switch (op) {
    case Op.i32Add:
      return left.plus(right);
    case Op.i32Sub:
      return left.plus(right, -1);
    case Op.i32Mul:
      if (isConstant) return left.times(right.constant);
      return left.terms.size === 0 ? right.times(left.constant) : undefined;
    case Op.i32Shl:
      return isConstant ? left.times(1 << (right.constant & 31)) : undefined;
  }
  return op >= Op.i32Eq && op <= Op.i32GeU ? { op, left, right } : undefined;
}
