/**
 * Runs a counted loop in chunks of many rounds, with one check of the limit word and one of each
 * range of memory ahead of a chunk instead of checks in every round:
 *
 *     loop $outer
 *       check; how many rounds; leave if the rounds reach beyond a memory
 *       loop $inner
 *         ...the body...   br_if $inner (counter != its value at the chunk's end)
 *       end
 *       br_if $outer (the original condition)
 *     end
 *
 * The rounds are never more than the loop has left. Between a range and a trap an exit out of the
 * loop may come first, so `BEYOND` only leads to a continuation with a check at every access.
 */
import { EMPTY_BLOCK_TYPE } from '../../wasm/block-type.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { Affine } from './affine.ts';
import { pushMemoryBytes } from './bounds-check.ts';
import { pushI64 } from './check-context.ts';
import {
  type Condition,
  type CountedLoop,
  countedLoop,
  mayBeCounted,
  type Range,
} from './counted-loop.ts';
import { BEYOND } from './layout.ts';
import type { VersionWriter } from './version-writer.ts';

export class ChunkWriter {
  readonly #code: VersionWriter;
  readonly #loop: CountedLoop;

  constructor(code: VersionWriter, loop: CountedLoop) {
    this.#code = code;
    this.#loop = loop;
  }

  /** What runs the loop at a pc in chunks, if that can be done in this version. */
  static forLoop(code: VersionWriter, loop: number): ChunkWriter | undefined {
    const { plan, options } = code;
    const { hooks, limitAddress, early } = options;
    if (early === false || plan.limits.chunkRounds === 0 || limitAddress === undefined) {
      return undefined;
    }
    if (hooks === 'all' || plan.legacy.depth > 0) return undefined;
    const effects = plan.loops.get(loop);
    if (effects !== undefined && !mayBeCounted(plan.module, loop, effects)) return undefined;
    const found = countedLoop(plan.module, plan.localTypes, loop, plan.body.end);
    if (found === undefined) return undefined;
    if (hooks !== 'none') {
      for (const pc of hooks) if (pc >= loop && pc <= found.latch) return undefined;
    }
    return new ChunkWriter(code, found);
  }

  get latch(): number {
    return this.#loop.latch;
  }

  /** Whether the access at a pc needs no check of its own. */
  covers(pc: number): boolean {
    return this.#loop.covered.has(pc);
  }

  /**
   * Opens $inner, behind the check of $outer.
   *
   * @param header pc of the first instruction inside the loop
   * @param traps check the ranges
   */
  open(header: number, traps: boolean): void {
    const { out, scratch, walker } = this.#code;
    const { rounds, end } = scratch.chunk();
    const { counter, step, ranges } = this.#loop;
    this.#countRounds();
    if (traps && ranges.length > 0) {
      this.#code.exits.prepare(header | BEYOND);
      ranges.forEach((range, i) => {
        this.#pushBeyond(range);
        if (i > 0) out.op(Op.i32Or);
      });
      this.#code.exits.leaveIf(header | BEYOND);
    }
    this.#code.frame.pushLocal(counter);
    out.localGet(rounds);
    out.i32Const(step);
    out.op(Op.i32Mul);
    out.op(Op.i32Add);
    out.localSet(end);
    out.u8(Op.loop);
    out.u8(EMPTY_BLOCK_TYPE);
    this.#code.labels.push({ construct: walker.innermost, role: 'chunk' });
  }

  /** In place of the branch back, whose condition is on the stack. */
  goRound(depth: number): void {
    const { out, frame, scratch } = this.#code;
    out.op(Op.drop);
    frame.pushLocal(this.#loop.counter);
    out.localGet(scratch.chunk().end);
    out.op(Op.i32Ne);
    out.op(Op.brIf);
    out.u32(depth);
  }

  /** Closes $inner. */
  close(): void {
    const { out } = this.#code;
    const { condition } = this.#loop;
    this.#code.blocks.close();
    // All rounds of the chunk are over: what was at the beginning of the last is a step behind.
    this.#push(this.#before(condition.left));
    this.#push(this.#before(condition.right));
    out.op(comparison(condition));
    out.op(Op.brIf);
    out.u32(0);
  }

  #before(sum: Affine): Affine {
    let behind = 0;
    for (const [local, factor] of sum.terms) {
      behind = (behind + Math.imul(factor, this.#loop.stepOf(local)!)) | 0;
    }
    return sum.offset(-behind);
  }

  /** Sets `rounds`: at least 1, for the round that begins here is certain. */
  #countRounds(): void {
    const { condition } = this.#loop;
    if (condition.order === 'ne') this.#countToEqual(condition);
    else this.#countToBound(condition);
  }

  /** Until a distance is used up: if rounds fit into it exactly, it goes down to 0 by them. */
  #countToEqual({ left, stride }: Condition): void {
    const { out, scratch, plan } = this.#code;
    const { rounds, end: distance } = scratch.chunk();
    const step = Math.abs(stride);
    // Of the round that ends at equality, the condition is what it is at the distance 0.
    this.#push(stride > 0 ? left.times(-1) : left);
    out.localTee(distance);
    const most = (plan.limits.chunkRounds - 1) * step;
    out.i32Const(most);
    out.localGet(distance);
    out.i32Const(most);
    out.op(Op.i32LtU);
    out.op(Op.select);
    this.#divide(step);
    out.i32Const(1);
    out.op(Op.i32Add);
    if (step > 1) {
      out.i32Const(1);
      out.localGet(distance);
      out.i32Const(step);
      out.op(Op.i32RemU);
      out.op(Op.i32Eqz);
      out.op(Op.select);
    }
    out.localSet(rounds);
  }

  /** While a value that goes up or down has not come to a bound; in 64 bits nothing wraps. */
  #countToBound({ order, signed, left, right, stride }: Condition): void {
    const { out, scratch, plan } = this.#code;
    const { rounds, distance } = scratch.chunk();
    const step = Math.abs(stride);
    const push = (sum: Affine): void => {
      this.#push(sum);
      out.op(signed ? Op.i64ExtendI32S : Op.i64ExtendI32U);
    };
    push(stride > 0 ? right : left);
    push(stride > 0 ? left : right);
    out.op(Op.i64Sub);
    if (order === 'lt' || order === 'gt') {
      pushI64(out, 1n);
      out.op(Op.i64Sub);
    }
    out.localTee(distance);
    const most = BigInt((plan.limits.chunkRounds - 1) * step - 1);
    pushI64(out, most);
    out.localGet(distance);
    pushI64(out, most);
    out.op(Op.i64LtS);
    out.op(Op.select);
    out.localTee(distance);
    out.op(Op.i32WrapI64);
    this.#divide(step);
    out.i32Const(2);
    out.op(Op.i32Add);
    out.i32Const(1);
    out.localGet(distance);
    pushI64(out, 0n);
    out.op(Op.i64GeS);
    out.op(Op.select);
    out.localSet(rounds);
  }

  #divide(step: number): void {
    const { out } = this.#code;
    if (step === 1) return;
    const log2 = Math.log2(step);
    out.i32Const(Number.isInteger(log2) ? log2 : step);
    out.op(Number.isInteger(log2) ? Op.i32ShrU : Op.i32DivU);
  }

  /** Pushes whether the rounds of the chunk access bytes beyond the memory, or below 0. */
  #pushBeyond({ memory, start, length, stride }: Range): void {
    const { out } = this.#code;
    const first = (): void => {
      this.#push(start);
      out.op(Op.i64ExtendI32U);
    };
    const far = (): void => {
      out.localGet(this.#code.scratch.chunk().rounds);
      out.i32Const(1);
      out.op(Op.i32Sub);
      out.op(Op.i64ExtendI32U);
      pushI64(out, BigInt(Math.abs(stride)));
      out.op(Op.i64Mul);
    };
    first();
    // What ranges with the same stride have in common, V8 computes once.
    pushMemoryBytes(out, memory, 'i32');
    if (stride > 0) {
      far();
      out.op(Op.i64Sub);
    }
    pushI64(out, BigInt(length));
    out.op(Op.i64Sub);
    out.op(Op.i64GtS);
    if (stride >= 0) return;
    first();
    far();
    out.op(Op.i64LtU);
    out.op(Op.i32Or);
  }

  #push({ terms, constant }: Affine): void {
    const { out, frame } = this.#code;
    let isFirst = true;
    for (const [local, factor] of terms) {
      frame.pushLocal(local);
      if (factor !== 1) {
        out.i32Const(factor);
        out.op(Op.i32Mul);
      }
      if (!isFirst) out.op(Op.i32Add);
      isFirst = false;
    }
    if (!isFirst && constant === 0) return;
    out.i32Const(constant);
    if (!isFirst) out.op(Op.i32Add);
  }
}

function comparison({ order, signed }: Condition): number {
  switch (order) {
    case 'ne':
      return Op.i32Ne;
    case 'lt':
      return signed ? Op.i32LtS : Op.i32LtU;
    case 'le':
      return signed ? Op.i32LeS : Op.i32LeU;
    case 'gt':
      return signed ? Op.i32GtS : Op.i32GtU;
    case 'ge':
      return signed ? Op.i32GeS : Op.i32GeU;
  }
}
