/** The state of a function just before one of its instructions, found by walking up to it. */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { Construct } from './construct.ts';
import type { OperandStack } from './operands.ts';
import type { FunctionPlan } from './plan.ts';
import { Walker } from './walker.ts';

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

/** Where a walk through a body is: before the instruction at `next`. */
interface Position {
  readonly next: number;
  readonly walker: Walker;
  readonly header: boolean;
}

/** Bytes between the places from which walks begin again, and more for each thing to be copied there. */
const SPACING = 1 << 15;
const SPACING_PER_COPY = 64;

/**
 * Finds the states of one function. Bodies of megabytes are valid, and whoever steps asks for one pc
 * behind the other: so a walk goes on where the last one ended, or from the nearest place before.
 */
export class SnapshotFinder {
  readonly #plan: FunctionPlan;
  /** In the order of their offsets. */
  readonly #places: Position[] = [];
  #current: Position | undefined;

  constructor(plan: FunctionPlan) {
    this.#plan = plan;
  }

  /** Undefined if `pc` is not an instruction that can be reached. */
  at(pc: number): Snapshot | undefined {
    const { module, body } = this.#plan;
    if (pc < body.codeStart || pc >= body.end) return undefined;
    const start = this.#startFor(pc);
    const { walker } = start;
    let { header } = start;
    const reader = new InstructionReader(module.bytes, start.next, body.end);
    while (!walker.finished && reader.read()) {
      if (reader.pc >= pc) {
        this.#current = { next: reader.pc, walker, header };
        if (reader.pc > pc || !walker.reachable) return undefined;
        return snapshot(reader, walker, header);
      }
      this.#notePlace(reader.pc, walker, header);
      const depth = walker.constructs.length;
      walker.apply(reader);
      header = walker.constructs.length > depth && walker.innermost.kind === 'loop';
    }
    this.#current = undefined;
    return undefined;
  }

  #startFor(pc: number): Position {
    const current = this.#current;
    const place = this.#places.findLast(({ next }) => next <= pc);
    if (current !== undefined && current.next <= pc && current.next >= (place?.next ?? 0)) {
      return current;
    }
    if (place !== undefined) return { ...place, walker: place.walker.fork() };
    return { next: this.#plan.body.codeStart, walker: new Walker(this.#plan, 0), header: true };
  }

  #notePlace(next: number, walker: Walker, header: boolean): void {
    const last = this.#places.at(-1)?.next ?? this.#plan.body.codeStart;
    const copied = walker.constructs.length + walker.operands.height;
    if (next - last < SPACING + SPACING_PER_COPY * copied) return;
    this.#places.push({ next, walker: walker.fork(), header });
  }
}

function snapshot(reader: InstructionReader, walker: Walker, header: boolean): Snapshot {
  return {
    pc: reader.pc,
    next: reader.next,
    op: reader.op,
    operands: walker.operands.clone(),
    constructs: walker.constructs.map((construct) => ({ ...construct })),
    header,
  };
}

/** The state before one instruction; undefined if `pc` is none that can be reached. */
export function snapshotAt(plan: FunctionPlan, pc: number): Snapshot | undefined {
  return new SnapshotFinder(plan).at(pc);
}
