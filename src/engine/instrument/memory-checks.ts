/** Whether an instruction will trap because of a memory: its bounds, or the alignment of atomics. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { Limits } from '../../wasm/types.ts';
import { BoundsCheck, leastBytes, pushMemoryBytes, type SizeCheck } from './bounds-check.ts';
import { BoundsFacts } from './bounds-facts.ts';
import { type CheckContext, pushBeyond, type Side, segmentSide } from './check-context.ts';
import { Exits } from './exits.ts';
import { LimitCheck } from './limit-check.ts';

export class MemoryChecks {
  readonly #facts: BoundsFacts;
  readonly #context: CheckContext;
  /** The check that has been emitted and has no exit yet. */
  #check: SizeCheck | undefined;
  /** It covers more than the access that it is for, or may be wrong. */
  #isEarly = false;

  constructor(context: CheckContext) {
    this.#context = context;
    this.#facts = new BoundsFacts(context.dominance, context.values);
  }

  /** A load, store or atomic access of so many bytes; false if it cannot trap here. */
  access(reader: InstructionReader, bytes: number): boolean {
    const { module, operands } = this.#context;
    const { memory } = reader;
    const depth = reader.info.operands?.length ?? 0;
    const height = operands.height - 1 - depth;
    const { limits } = module.memories[memory]!.type;
    const span = reader.memOffset32 + bytes;
    const aligned = !isAtomic(reader.op) || bytes === 1;
    const covered = Number.isSafeInteger(span) && this.#covers(memory, limits, height, span);
    if (covered && aligned) return false;
    this.#emit(reader, bytes, covered, aligned);
    return true;
  }

  /** Apart, because a function in `access` would cost each access an allocation. */
  #emit(reader: InstructionReader, bytes: number, covered: boolean, aligned: boolean): void {
    const { module, operands, out } = this.#context;
    const { limits } = module.memories[reader.memory]!.type;
    const depth = reader.info.operands?.length ?? 0;
    this.#context.house();
    const push = (): void => this.#context.push(depth);
    if (!covered) this.#bounds(reader, limits, bytes, operands.height - 1 - depth, push);
    if (!aligned) {
      this.#misaligned(reader, bytes, limits.address === 'i64', push);
      if (!covered) out.op(Op.i32Or);
    }
    if (reader.op === Op.memoryAtomicWait32 || reader.op === Op.memoryAtomicWait64) {
      // Waiting on a memory that is not shared traps whatever the address.
      if (!limits.shared) {
        out.i32Const(1);
        out.op(Op.i32Or);
      }
    }
  }

  /**
   * What tells whether bytes from an address on are in bounds of a 32-bit memory; undefined: they are.
   *
   * @param value of the address
   */
  ahead(memory: number, value: number, bytes: number): SizeCheck | undefined {
    const { limits } = this.#context.module.memories[memory]!.type;
    if (this.#coversValue(memory, limits, value, bytes)) return undefined;
    const check = this.#newCheck(memory, limits, bytes, true);
    this.#facts.add(memory, value, Number(check.span), check);
    return check;
  }

  /** @param early it may be one that goes by what is known of the memory */
  #newCheck(memory: number, limits: Limits, span: number | bigint, early: boolean): SizeCheck {
    const { out, dominance, memoryLimit } = this.#context;
    const limit = early ? memoryLimit(memory) : undefined;
    if (limit?.reaches(Number(span)))
      return new LimitCheck(out, limit, Number(span), dominance.stretch);
    return new BoundsCheck(out, memory, limits, span, dominance.stretch);
  }

  /** The condition has got its exit. */
  left(flagsAt: number): void {
    if (this.#check === undefined) return;
    this.#check.flagsAt = flagsAt;
    if (this.#isEarly) Exits.leaveBeyond(this.#context.out, flagsAt);
    this.#check = undefined;
  }

  #covers(memory: number, limits: Limits, height: number, span: number): boolean {
    return this.#coversValue(memory, limits, this.#context.values.operand(height), span);
  }

  #coversValue(memory: number, limits: Limits, value: number, span: number): boolean {
    const { values } = this.#context;
    const wide = limits.address === 'i64';
    if (values.most(value) + span <= leastBytes(limits)) return true;
    return this.#facts.covers(memory, wide, value, span);
  }

  /** Pushes whether the access is out of bounds, and notes that it is not from here on. */
  #bounds(
    reader: InstructionReader,
    limits: Limits,
    bytes: number,
    height: number,
    push: () => void,
  ): void {
    const { values, leastSpan } = this.#context;
    const { pc, memory } = reader;
    const short = reader.memOffset32 + bytes;
    const needed = Number.isSafeInteger(short) ? short : reader.memOffset + BigInt(bytes);
    const ahead = this.#context.mayLookAhead(pc);
    const asked = ahead && needed < leastSpan ? leastSpan : needed;
    const check = this.#newCheck(memory, limits, asked, ahead);
    const { span } = check;
    check.write(push, ahead);
    if (typeof span === 'bigint') return;
    this.#facts.add(memory, values.operand(height), span, check);
    this.#check = check;
    this.#isEarly = span > needed || check.mayBeWrong;
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
    const { address } = this.#context.module.memories[memory]!.type.limits;
    const size = (): void => pushMemoryBytes(this.#context.out, memory, address);
    return { depth, wide: address === 'i64', size };
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
}

export function isAtomic(op: number): boolean {
  return op >>> 16 === 0xfe;
}
