/**
 * Loops whose rounds one comparison with a constant limits: what the local that is compared is at most
 * whenever a round begins, and what others are that grow with it.
 *
 *     loop
 *       ...
 *       (br_if 0 (i32.ne (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100)))
 *
 * Nothing else may go back to the loop's header. What else is in the loop, calls and other loops
 * included, does not matter.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { Walker } from './walker.ts';

/** Of one loop, so many locals are followed. */
const MOST_STEPS = 8;
const MOST_I32 = 0xffff_ffff;
const MOST_SIGNED = 0x7fff_ffff;

export interface Induction {
  /** What is compared before a round more. */
  readonly local: number;
  /** It is not the bound, or less than it. */
  readonly order: 'ne' | 'lt';
  readonly signed: boolean;
  /** Unsigned. */
  readonly bound: number;
  /** The local is certainly changed by its step before each comparison. */
  readonly always: boolean;
  /** By local: what is added to it, by each round or only by some, but once. i32, not 0. */
  readonly steps: ReadonlyMap<number, number>;
}

/** What a local is ahead of a loop. */
export interface Entry {
  /** Unsigned; infinity if nothing is known. */
  readonly most: number;
  /** If it is a constant: unsigned. */
  readonly exactly: number | undefined;
}

export interface LoopBounds {
  /** By local: what it is at most, unsigned, at the beginning of each round. */
  readonly most: ReadonlyMap<number, number>;
  /** Infinity if nothing is known. */
  readonly rounds: number;
}

/** @param entry what a local is ahead of the loop */
export function boundsOf(induction: Induction, entry: (local: number) => Entry): LoopBounds {
  const bounds = new Map<number, number>();
  const { local, steps } = induction;
  const limits = limitsOf(induction, entry(local));
  if (limits === undefined) return { most: bounds, rounds: Infinity };
  bounds.set(local, limits.most);
  if (!induction.always) return { most: bounds, rounds: Infinity };
  for (const [other, step] of steps) {
    if (other === local) continue;
    const { most, exactly } = entry(other);
    const far = step * limits.repeats;
    if (step > 0 && most + far <= MOST_I32) bounds.set(other, most + far);
    else if (step < 0 && exactly !== undefined && exactly + far >= 0) bounds.set(other, exactly);
  }
  return { most: bounds, rounds: limits.repeats + 1 };
}

interface Limited {
  /** Of the local that is compared. */
  readonly most: number;
  /** How often control goes back at most, if each round changes the local. */
  readonly repeats: number;
}

function limitsOf(induction: Induction, { most, exactly }: Entry): Limited | undefined {
  const { local, order, signed, bound, steps } = induction;
  const step = steps.get(local);
  if (order === 'ne') {
    if (exactly === undefined || step === undefined) return undefined;
    // It comes to the bound without wrapping, and exactly.
    const steady = (bound - exactly) / step;
    if (steady < 1 || !Number.isInteger(steady)) return undefined;
    return { most: step > 0 ? bound - step : exactly, repeats: steady - 1 };
  }
  if (most === Infinity) return undefined;
  const header = Math.max(most, bound - 1);
  const rises = step !== undefined && step > 0;
  const wraps = !rises || header + step > (signed ? MOST_SIGNED : MOST_I32);
  // Of signed numbers, those below 0 are less as well.
  if (wraps && signed) return undefined;
  const repeats = wraps ? Infinity : Math.max(0, Math.floor((bound - 1 - (exactly ?? 0)) / step));
  return { most: header, repeats };
}

interface OpenLoop {
  readonly pc: number;
  /** Number of constructs, it included. */
  readonly depth: number;
  /** Branches to its header. */
  back: number;
  latch: Omit<Induction, 'steps'> | undefined;
  readonly steps: Map<number, number>;
}

/** Finds the inductions of a function, as its instructions come by. */
export class InductionScan {
  /** By the offset of the `loop` opcode. */
  found: Map<number, Induction> | undefined;
  readonly #open: OpenLoop[] = [];
  /** By local: where it was last written. */
  readonly #lastWrites: number[] = [];
  // The three instructions before, the latest first, and a local or an i32 of theirs.
  #op1 = 0;
  #op2 = 0;
  #op3 = 0;
  #argument1 = 0;
  #argument2 = 0;
  #argument3 = 0;

  /** An instruction that can be reached, before the walker applies it. */
  note(reader: InstructionReader, walker: Walker): void {
    // What is outside all loops, as in most functions everything, tells nothing of them.
    if (this.#open.length === 0) return;
    const { op } = reader;
    let argument = 0;
    if (op === Op.localGet) argument = reader.index;
    else if (op === Op.i32Const) argument = reader.i32;
    else if (reader.info.results === undefined) argument = this.#special(reader, walker);
    this.#op3 = this.#op2;
    this.#op2 = this.#op1;
    this.#op1 = op;
    this.#argument3 = this.#argument2;
    this.#argument2 = this.#argument1;
    this.#argument1 = argument;
  }

  /** What writes a local or branches; returns the local. */
  #special(reader: InstructionReader, walker: Walker): number {
    const { op } = reader;
    switch (op) {
      case Op.localSet:
      case Op.localTee:
        this.#write(reader.index, reader.pc);
        return reader.index;
      case Op.brIf:
      case Op.br:
      case Op.brOnNull:
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        this.#branch(op, walker.constructs.length - reader.index);
        break;
      case Op.brTable:
        if (this.#open.length === 0) break;
        for (const label of reader.labels) this.#branch(op, walker.constructs.length - label);
        break;
      case Op.tryTable:
        for (const { label } of reader.catches) this.#branch(op, walker.constructs.length - label);
        break;
    }
    return 0;
  }

  /** The walker has entered a loop, which is in so many constructs, itself included. */
  open(pc: number, depth: number): void {
    this.#op1 = this.#op2 = this.#op3 = Op.loop;
    this.#open.push({ pc, depth, back: 0, latch: undefined, steps: new Map() });
  }

  /** One of so many constructs has ended. */
  close(depth: number): void {
    const loop = this.#open.at(-1);
    if (loop?.depth !== depth) return;
    this.#open.pop();
    const { pc, back, latch, steps } = loop;
    if (back === 1 && latch !== undefined) {
      this.found ??= new Map();
      this.found.set(pc, { ...latch, steps });
    }
    const outer = this.#open.at(-1)?.steps;
    if (outer === undefined) return;
    // Inside, it may be written any number of times.
    for (const local of outer.keys()) if (this.#lastWrites[local]! > pc) outer.delete(local);
  }

  #write(local: number, pc: number): void {
    const loop = this.#open.at(-1);
    const before = this.#lastWrites[local] ?? -1;
    this.#lastWrites[local] = pc;
    if (loop === undefined) return;
    const { steps } = loop;
    const step = this.#argument2;
    const isStep =
      this.#op1 === Op.i32Add &&
      this.#op2 === Op.i32Const &&
      this.#op3 === Op.localGet &&
      this.#argument3 === local &&
      step !== 0;
    if (!isStep || before > loop.pc) steps.delete(local);
    else if (steps.size < MOST_STEPS) steps.set(local, step);
  }

  /** A branch to the construct that is so many constructs deep, itself included. */
  #branch(op: number, depth: number): void {
    const open = this.#open;
    let low = 0;
    let high = open.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (open[middle]!.depth < depth) low = middle + 1;
      else high = middle;
    }
    const loop = open[low];
    if (loop?.depth !== depth) return;
    loop.back++;
    loop.latch = op === Op.brIf && low === open.length - 1 ? this.#condition() : undefined;
  }

  /** The comparison that has just been made. */
  #condition(): OpenLoop['latch'] {
    if (this.#op1 === Op.localTee || this.#op1 === Op.localGet) {
      const always = this.#op1 === Op.localTee;
      return { local: this.#argument1, order: 'ne', signed: false, bound: 0, always };
    }
    const isLocal = this.#op3 === Op.localTee || this.#op3 === Op.localGet;
    if (!isLocal || this.#op2 !== Op.i32Const) return undefined;
    const local = this.#argument3;
    const always = this.#op3 === Op.localTee;
    const bound = this.#argument2;
    switch (this.#op1) {
      case Op.i32Ne:
        return { local, order: 'ne', signed: false, bound: bound >>> 0, always };
      case Op.i32LtU:
        return { local, order: 'lt', signed: false, bound: bound >>> 0, always };
      case Op.i32LeU:
        return { local, order: 'lt', signed: false, bound: (bound >>> 0) + 1, always };
      case Op.i32LtS:
        return bound > 0 ? { local, order: 'lt', signed: true, bound, always } : undefined;
      case Op.i32LeS:
        return bound >= 0
          ? { local, order: 'lt', signed: true, bound: bound + 1, always }
          : undefined;
    }
    return undefined;
  }
}
