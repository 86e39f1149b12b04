/** Whether an instruction will trap because of a table: its bounds, or what an element is. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType, writeValType } from '../../wasm/type-codec.ts';
import { I32 } from '../../wasm/types.ts';
import { type CheckContext, pushBeyond, pushI64, type Side, segmentSide } from './check-context.ts';

export class TableChecks {
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** Not an element with the signature for certain, and then not one by the look of it. */
  indirect(reader: InstructionReader): boolean {
    const { out } = this.#context;
    const test = this.#context.signature(reader.index2, reader.index);
    if (test === undefined) {
      this.#calledElement(reader);
      return true;
    }
    this.#context.house();
    out.block(I32);
    out.block();
    this.#context.push(0);
    out.i32Const(test.length);
    out.op(Op.i32GeU);
    out.brIf(0);
    out.i32Const(0);
    this.#context.push(0);
    out.isByte(test.address, test.signature);
    out.brIf(1);
    out.op(Op.drop);
    out.end();
    this.#calledElement(reader);
    out.end();
    return true;
  }

  /** Beyond the table, null, or of another type: the last two are one `ref.test`. */
  #calledElement(reader: InstructionReader): void {
    const { out } = this.#context;
    this.#element(reader.index2, 0);
    out.u8(Op.if);
    writeValType(out, I32);
    out.i32Const(1);
    out.op(Op.else);
    this.#context.push(0);
    out.op(Op.tableGet);
    out.u32(this.#context.table(reader.index2));
    out.op(Op.refTest);
    writeHeapType(out, reader.index);
    out.op(Op.i32Eqz);
    out.end();
  }

  get(reader: InstructionReader): boolean {
    return this.#element(reader.index, 0);
  }

  set(reader: InstructionReader): boolean {
    return this.#element(reader.index, 1);
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
      segmentSide(this.#context, 'elem', reader.index, 1),
    ]);
    return true;
  }

  /** The element index at an operand depth is beyond the table. */
  #element(table: number, depth: number): boolean {
    const { out } = this.#context;
    this.#context.house();
    this.#context.push(depth);
    this.#pushSize(table);
    out.op(this.#wide(table) ? Op.i64GeU : Op.i32GeU);
    return true;
  }

  #wide(table: number): boolean {
    return this.#context.module.tables[table]!.type.limits.address === 'i64';
  }

  /** Of the table's index type; V8 loads the size of a table even if it cannot change. */
  #pushSize(table: number): void {
    const { module, out } = this.#context;
    const { min, max } = module.tables[table]!.type.limits;
    if (min !== max) {
      out.op(Op.tableSize);
      out.u32(this.#context.table(table));
    } else if (this.#wide(table)) {
      pushI64(out, min);
    } else {
      out.i32Const(Number(min) | 0);
    }
  }

  #side(table: number, depth: number): Side {
    const { out } = this.#context;
    const wide = this.#wide(table);
    const size = (): void => {
      this.#pushSize(table);
      if (!wide) out.op(Op.i64ExtendI32U);
    };
    return { depth, wide, size };
  }
}
