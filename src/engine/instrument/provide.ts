/** What a module must have for instructions of its functions that only continuations have. */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionPlan } from './plan.ts';
import { usesSegment } from './segments.ts';
import { writtenTable } from './signature-tables.ts';
import type { EmitTarget } from './target.ts';

/**
 * Has the module get what it would have for the instructions from `start` to `end`, which are not emitted:
 * continuations call functions of it for those with segments, and it must know of those that write to
 * tables.
 */
export function provideForContinuations(
  { module }: FunctionPlan,
  target: EmitTarget,
  start: number,
  end: number,
): void {
  const reader = new InstructionReader(module.bytes, start, end);
  const unused = new ByteWriter();
  while (reader.read()) {
    if (!usesSegment(reader) && writtenTable(reader) === undefined) continue;
    target.instruction(reader, unused);
    unused.clear();
  }
}
