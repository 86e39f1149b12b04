/** Whether an instruction will trap because of a memory: its bounds, or the alignment of atomics. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { BoundsFacts } from './bounds-facts.ts';
import { type CheckContext, pushBeyond, pushI64, type Side, segmentSide } from './check-context.ts';
import type { CodeWriter } from './code.ts';

const PAGE_LOG2 = 16;
const PAGE = 1 << PAGE_LOG2;

export class MemoryChecks {
  readonly facts = new BoundsFacts();
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** A load, store or atomic access of so many bytes; false if it cannot trap here. */
  access(reader: InstructionReader, bytes: number): boolean {
    const { module, operands, out } = this.#context;
    const { memory } = reader;
    const depth = reader.info.operands?.length ?? 0;
    const height = operands.height - 1 - depth;
    const { limits } = module.memories[memory]!.type;
    const wide = limits.address === 'i64';
    const span = reader.memOffset32 + bytes;
    const isExact = Number.isSafeInteger(span);
    const source = operands.sources[height]!;
    const aligned = !isAtomic(reader) || bytes === 1;
    const covered = isExact && source >= 0 && this.facts.covers(memory, source, span);
    if (covered && aligned) return false;
    if (isExact && source >= 0 && !covered) this.facts.add(memory, source, span);
    this.#context.house();
    const push = (): void => this.#context.push(depth);
    if (wide) this.#bounds64(memory, limits.min, reader.memOffset + BigInt(bytes), push);
    else this.#bounds32(memory, limits.min, span, push);
    if (!aligned) {
      this.#misaligned(reader, bytes, wide, push);
      out.op(Op.i32Or);
    }
    if (reader.op === Op.memoryAtomicWait32 || reader.op === Op.memoryAtomicWait64) {
      // Waiting on a memory that is not shared traps whatever the address.
      if (!limits.shared) {
        out.i32Const(1);
        out.op(Op.i32Or);
      }
    }
    return true;
  }

  fill(reader: InstructionReader): boolean {
    pushBeyond(this.#context, [this.#side(reader.index, 2)]);
    return true;
  }

  copy(reader: InstructionReader): boolean {
    pushBeyond(this.#context, [this.#side(reader.index, 2), this.#side(reader.index2, 1)]);
    return true;
  }

  init(reader: InstructionReader): boolean {
    pushBeyond(this.#context, [
      this.#side(reader.index2, 2),
      segmentSide(this.#context, 'data', reader.index, 1),
    ]);
    return true;
  }

  #side(memory: number, depth: number): Side {
    const wide = this.#context.module.memories[memory]!.type.limits.address === 'i64';
    const size = (): void => {
      if (wide) this.#sizeInBytes64(memory);
      else this.#sizeInBytes(memory, true);
    };
    return { depth, wide, size };
  }

  /** A memory of at most 4 GiB: in 32 bits where the smallest memory holds the span, else in 64. */
  #bounds32(memory: number, minPages: bigint, span: number, push: () => void): void {
    const { out } = this.#context;
    push();
    if (Number(minPages) * PAGE >= span) {
      // address > size - span; a size of exactly 2^32 wraps to 0 and the difference is right.
      this.#sizeInBytes(memory, false);
      out.i32Const(span);
      out.op(Op.i32Sub);
      out.op(Op.i32GtU);
      return;
    }
    out.op(Op.i64ExtendI32U);
    pushI64(out, BigInt(span));
    out.op(Op.i64Add);
    this.#sizeInBytes(memory, true);
    out.op(Op.i64GtU);
  }

  #bounds64(memory: number, minPages: bigint, span: bigint, push: () => void): void {
    const { out } = this.#context;
    // No address is small enough.
    if (span >> 64n > 0n) {
      out.i32Const(1);
      return;
    }
    push();
    this.#sizeInBytes64(memory);
    pushI64(out, span);
    out.op(Op.i64Sub);
    out.op(Op.i64GtU);
    if (minPages << BigInt(PAGE_LOG2) >= span) return;
    this.#sizeInBytes64(memory);
    pushI64(out, span);
    out.op(Op.i64LtU);
    out.op(Op.i32Or);
  }

  #misaligned(reader: InstructionReader, bytes: number, wide: boolean, push: () => void): void {
    const { out } = this.#context;
    push();
    const offset = reader.memOffset % BigInt(bytes);
    if (wide) out.op(Op.i32WrapI64);
    out.i32Const(Number(offset));
    out.op(Op.i32Add);
    out.i32Const(bytes - 1);
    out.op(Op.i32And);
    out.i32Const(0);
    out.op(Op.i32Ne);
  }

  /** The size of a 32-bit memory: as an i32, modulo 2^32, or as an i64. */
  #sizeInBytes(memory: number, wide: boolean): void {
    const { out } = this.#context;
    if (wide) {
      pushMemoryBytes(out, memory, 'i32');
      return;
    }
    out.op(Op.memorySize);
    out.u32(memory);
    out.i32Const(PAGE_LOG2);
    out.op(Op.i32Shl);
  }

  #sizeInBytes64(memory: number): void {
    pushMemoryBytes(this.#context.out, memory, 'i64');
  }
}

/** Pushes the size of a memory in bytes as an i64. */
export function pushMemoryBytes(out: CodeWriter, memory: number, address: 'i32' | 'i64'): void {
  out.op(Op.memorySize);
  out.u32(memory);
  if (address === 'i32') out.op(Op.i64ExtendI32U);
  pushI64(out, BigInt(PAGE_LOG2));
  out.op(Op.i64Shl);
}

function isAtomic(reader: InstructionReader): boolean {
  return reader.op >>> 16 === 0xfe;
}
