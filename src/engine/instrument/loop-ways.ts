/**
 * Which ways control takes through the body of an innermost loop, and what of the operand stack that
 * concerns: for who reads the body once and looks at what is computed in it.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';

/** Constructs are counted from the loop's body on: it is outside of all of them. */
export class LoopWays<Operand> {
  /** What is known of the operands. */
  readonly stack: Operand[] = [];
  readonly #unknown: Operand;
  /** By construct inside the loop that is open: the operands below it, and how many it results in. */
  readonly #open: { readonly height: number; readonly results: number }[] = [];
  /** While more constructs than this are open, only some rounds come by. */
  #certainUpTo = Infinity;
  /** Constructs that were opened in code that cannot be reached, and that code itself; 0: none. */
  #dead = 0;

  /** @param unknown stands for an operand that nothing is known of */
  constructor(unknown: Operand) {
    this.#unknown = unknown;
  }

  /** Number of open constructs. */
  get depth(): number {
    return this.#open.length;
  }

  get isDead(): boolean {
    return this.#dead > 0;
  }

  /** What ends next is the loop itself. */
  get endsLoop(): boolean {
    return this.#open.length === 0 && this.#dead <= 1;
  }

  /** Whether each round comes by. */
  get isCertain(): boolean {
    return this.#open.length <= this.#certainUpTo;
  }

  /**
   * Follows an instruction that is about control, or drops, chooses or copies operands, other than with
   * locals; all of them while nothing can be reached.
   *
   * @returns `refused`: such a loop is not read; undefined: it is another instruction
   */
  step(reader: InstructionReader): 'followed' | 'refused' | undefined {
    const { op } = reader;
    if (this.#dead > 0) return this.#stepDead(op);
    const { stack } = this;
    switch (op) {
      case Op.nop:
        return 'followed';
      case Op.if:
        stack.pop();
        this.#enter(reader);
        this.#branch(0);
        return reader.blockType.kind === 'index' ? 'refused' : 'followed';
      case Op.block:
        this.#enter(reader);
        return reader.blockType.kind === 'index' ? 'refused' : 'followed';
      case Op.else:
        this.#else();
        return 'followed';
      case Op.end:
        this.#close();
        return 'followed';
      case Op.br:
        this.#dead = 1;
        this.#branch(reader.index);
        return 'followed';
      case Op.return:
      case Op.unreachable:
        this.#dead = 1;
        return 'followed';
      case Op.brIf:
        stack.pop();
        this.#branch(reader.index);
        return 'followed';
      case Op.drop:
      case Op.globalSet:
        stack.pop();
        return 'followed';
      case Op.select:
        stack.length -= 3;
        stack.push(this.#unknown);
        return 'followed';
      case Op.globalGet:
        stack.push(this.#unknown);
        return 'followed';
    }
    return undefined;
  }

  /** A branch that may be taken: out of the loop, or to an end in it. */
  #branch(label: number): void {
    const level = this.#open.length - 1 - label;
    if (level >= 0) this.#certainUpTo = Math.min(this.#certainUpTo, level);
  }

  #enter({ blockType: { kind } }: InstructionReader): void {
    this.#open.push({ height: this.stack.length, results: kind === 'empty' ? 0 : 1 });
  }

  #else(): void {
    this.stack.length = this.#open.at(-1)!.height;
  }

  #close(): void {
    const { height, results } = this.#open.pop()!;
    this.stack.length = height;
    for (let i = 0; i < results; i++) this.stack.push(this.#unknown);
    if (this.#open.length <= this.#certainUpTo) this.#certainUpTo = Infinity;
  }

  #stepDead(op: number): 'followed' | 'refused' {
    if (op === Op.block || op === Op.if) this.#dead++;
    else if (op === Op.loop || op === Op.tryTable || op === Op.try) return 'refused';
    else if (op === Op.end || (op === Op.else && this.#dead === 1)) {
      if (--this.#dead === 0) {
        if (op === Op.end) this.#close();
        else this.#else();
      }
    }
    return 'followed';
  }
}
