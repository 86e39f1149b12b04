/** The state of a function just before one of its instructions, found by walking up to it. */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { OperandStack } from './operands.ts';
import type { FunctionPlan } from './plan.ts';
import { type Construct, Walker } from './walker.ts';

export interface Snapshot {
  readonly pc: number;
  /** Offset of the instruction after the one at `pc`. */
  readonly next: number;
  /** Opcode id of the instruction at `pc`. */
  readonly op: number;
  readonly operands: OperandStack;
  /** Outermost first: the function, then the constructs around the instruction. */
  readonly constructs: readonly Construct[];
  /** A function entry or loop header: where an interrupt is reported. */
  readonly header: boolean;
}

/** Undefined if `pc` is not an instruction that can be reached. */
export function snapshotAt(plan: FunctionPlan, pc: number): Snapshot | undefined {
  const { body } = plan;
  if (pc < body.codeStart || pc >= body.end) return undefined;
  const reader = new InstructionReader(plan.module.bytes, body.codeStart, body.end);
  const walker = new Walker(plan, 0);
  let header = true;
  while (!walker.finished && reader.read()) {
    if (reader.pc === pc) {
      if (!walker.reachable) return undefined;
      return {
        pc,
        next: reader.next,
        op: reader.op,
        operands: walker.operands.clone(),
        constructs: walker.constructs.map((c) => ({ ...c })),
        header,
      };
    }
    if (reader.pc > pc) return undefined;
    const depth = walker.constructs.length;
    walker.apply(reader);
    header = walker.constructs.length > depth && walker.innermost.kind === 'loop';
  }
  return undefined;
}
