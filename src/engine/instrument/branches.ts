/** Emits branches, whose labels are at other depths than in the original. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import type { VersionWriter } from './version-writer.ts';

export function emitBranch(
  { walker, labels, out }: VersionWriter,
  reader: InstructionReader,
): void {
  const depth = (label: number): number => labels.depthOf(walker.target(label));
  out.op(reader.op);
  if (reader.op === Op.brTable) {
    out.u32(reader.labels.length - 1);
    for (const label of reader.labels) out.u32(depth(label));
  } else if (reader.op === Op.brOnCast || reader.op === Op.brOnCastFail) {
    const { castFrom, castTo } = reader;
    out.u8((castFrom.nullable ? 1 : 0) | (castTo.nullable ? 2 : 0));
    out.u32(depth(reader.index));
    writeHeapType(out, castFrom.heap);
    writeHeapType(out, castTo.heap);
  } else {
    out.u32(depth(reader.index));
  }
  walker.apply(reader);
}
