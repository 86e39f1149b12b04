/** Emits branches, whose labels are at other depths than in the original, and what goes before them. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import type { AddressValues } from './address-values.ts';
import type { ChunkWriter } from './chunk-writer.ts';
import type { Dominance } from './dominance.ts';
import type { LoadForwarding } from './load-forwarding.ts';
import type { VersionWriter } from './version-writer.ts';

export class BranchWriter {
  readonly #code: VersionWriter;
  readonly #dominance: Dominance;
  readonly #values: AddressValues;
  readonly #loads: LoadForwarding;

  constructor(
    code: VersionWriter,
    dominance: Dominance,
    values: AddressValues,
    loads: LoadForwarding,
  ) {
    this.#code = code;
    this.#dominance = dominance;
    this.#values = values;
    this.#loads = loads;
  }

  /** @param chunk the counted loop that is open */
  branch(reader: InstructionReader, chunk: ChunkWriter | undefined): void {
    const { walker, labels, frame } = this.#code;
    frame.flushCertainLocals(walker, reader.pc);
    const condition = reader.op === Op.brIf ? this.#values.condition() : 0;
    if (reader.op !== Op.brTable) this.#note(reader.index);
    else for (const label of reader.labels) this.#note(label);
    if (reader.pc === chunk?.latch) {
      chunk.goRound(labels.depthOf(walker.target(reader.index)));
      walker.apply(reader);
      return;
    }
    this.#emit(reader);
    walker.apply(reader);
    if (reader.op === Op.brIf) this.#values.tested(condition, false);
  }

  #note(label: number): void {
    const { walker } = this.#code;
    this.#loads.branch(walker.target(label));
    const level = walker.constructs.length - 1;
    this.#dominance.branch(level - label, level);
  }

  #emit(reader: InstructionReader): void {
    const { out } = this.#code;
    out.op(reader.op);
    if (reader.op === Op.brTable) {
      out.u32(reader.labels.length - 1);
      for (const label of reader.labels) out.u32(this.#depth(label));
    } else if (reader.op === Op.brOnCast || reader.op === Op.brOnCastFail) {
      const { castFrom, castTo } = reader;
      out.u8((castFrom.nullable ? 1 : 0) | (castTo.nullable ? 2 : 0));
      out.u32(this.#depth(reader.index));
      writeHeapType(out, castFrom.heap);
      writeHeapType(out, castTo.heap);
    } else {
      out.u32(this.#depth(reader.index));
    }
  }

  /** The label that is emitted for one of the original's. */
  #depth(label: number): number {
    const { walker, labels } = this.#code;
    return labels.depthOf(walker.target(label));
  }
}
