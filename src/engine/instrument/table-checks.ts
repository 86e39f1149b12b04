/** Whether an instruction will trap because of a table: its bounds, or what an element is. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import { type CheckContext, pushBeyond, type Side, segmentSide } from './check-context.ts';

export class TableChecks {
  readonly #context: CheckContext;

  constructor(context: CheckContext) {
    this.#context = context;
  }

  /** Beyond the table, null, or of another type: the last two are one `ref.test`. */
  indirect(reader: InstructionReader): boolean {
    const { out } = this.#context;
    const table = this.#context.table(reader.index2);
    this.#element(reader.index2, 0);
    out.u8(Op.if);
    out.u8(0x7f);
    out.i32Const(1);
    out.op(Op.else);
    this.#context.push(0);
    out.op(Op.tableGet);
    out.u32(table);
    out.op(Op.refTest);
    writeHeapType(out, reader.index);
    out.op(Op.i32Eqz);
    out.end();
    return true;
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
    out.op(Op.tableSize);
    out.u32(this.#context.table(table));
    out.op(this.#wide(table) ? Op.i64GeU : Op.i32GeU);
    return true;
  }

  #wide(table: number): boolean {
    return this.#context.module.tables[table]!.type.limits.address === 'i64';
  }

  #side(table: number, depth: number): Side {
    const { out } = this.#context;
    const wide = this.#wide(table);
    const size = (): void => {
      out.op(Op.tableSize);
      out.u32(this.#context.table(table));
      if (!wide) out.op(Op.i64ExtendI32U);
    };
    return { depth, wide, size };
  }
}
