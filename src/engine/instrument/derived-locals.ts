/**
 * Which locals follow from others: nobody stores those in the frame, readers of frames compute them.
 *
 * Code that is not optimized is full of such: constants, comparisons, `x & 1`, of a local that is
 * written just before and used just after. Each would be kept for the next exit, or for ever.
 *
 * A local counts if one instruction writes it, with an integer that follows without loads or traps from
 * constants, locals that never change, and locals that are written once as well, before it in the same
 * *stretch*: instructions that control goes through from the first to the last. So whoever has run the
 * one write has run the others, but for who is in between, in the *gap*: there the inputs are new
 * already and the local is not, and it is stored at each exit.
 *
 * Before the stretch runs for the first time, the local is zero. So are the inputs, which may be enough.
 * If not, the write must be where nothing can go around it or come back. Or another local tells whether
 * the stretch has run: one of 32 bits, stored or kept, and written before in the stretch. Emitted code
 * has such a *mark* as an i64, as frames have it, with a bit above the 32 until it is written. That
 * takes no instructions where it is written or read: V8 has 32 bits in a register of 64 anyway.
 *
 * All this depends on the original body and the pc alone, as all that readers of frames know of it.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { I32, I64, type ValType } from '../../wasm/types.ts';
import type { CodeLimits } from './code-limits.ts';
import { MOST_FRESH } from './fresh-locals.ts';
import { applyInteger, type Integer } from './integer-operations.ts';
import { LocalSet } from './local-set.ts';
import type { Candidate, LocalWrites } from './local-writes.ts';

/** A function has no more of them: flushes and continuations look at each. */
const MOST_DERIVED = 1024;
/** Instructions that one is computed with, those of its inputs included. */
const MOST_INSTRUCTIONS = 48;
/** What a mark is before it is written; its lower half is what the local is then. */
export const NOT_WRITTEN = 1n << 32n;

export interface DerivedLocal {
  readonly local: number;
  /** The original instructions that push its value: byte offsets in the module. */
  readonly start: number;
  /** Offset of the instruction that writes it, behind those. */
  readonly end: number;
  /** It is what follows from its inputs up to this pc, and again behind `end`. */
  readonly until: number;
  /** The local that tells whether it has been written; undefined: it is what follows in any case. */
  readonly mark: number | undefined;
}

export class DerivedLocals {
  static readonly NONE = new DerivedLocals([], 0);

  /** In the order of their definitions: each uses none but those before it. */
  readonly all: readonly DerivedLocal[];
  readonly #byLocal = new Map<number, DerivedLocal>();
  /** By the local that is the first of its inputs to be written: those that are derived no more then. */
  readonly #opened = new Map<number, number[]>();
  readonly isEmpty: boolean;
  readonly locals: LocalSet;
  readonly marks: LocalSet;

  constructor(
    all: readonly (DerivedLocal & { readonly first: number | undefined })[],
    locals: number,
  ) {
    this.all = all;
    this.isEmpty = all.length === 0;
    this.locals = new LocalSet(locals);
    this.marks = new LocalSet(locals);
    for (const derived of all) {
      this.#byLocal.set(derived.local, derived);
      this.locals.add(derived.local);
      if (derived.mark !== undefined) this.marks.add(derived.mark);
      if (derived.first === undefined) continue;
      const opened = this.#opened.get(derived.first);
      if (opened === undefined) this.#opened.set(derived.first, [derived.local]);
      else opened.push(derived.local);
    }
  }

  /** Whether it is one of them, at some pc. */
  isDerived(local: number): boolean {
    return !this.isEmpty && this.locals.has(local);
  }

  /** Whether it tells about others. */
  isMark(local: number): boolean {
    return !this.isEmpty && this.marks.has(local);
  }

  /** How the local follows from others before the instruction at `pc`; undefined: it does not. */
  at(local: number, pc: number): DerivedLocal | undefined {
    if (this.isEmpty) return undefined;
    const derived = this.#byLocal.get(local);
    if (derived === undefined || (pc > derived.until && pc <= derived.end)) return undefined;
    return derived;
  }

  /** Those that have still their old value, and followed from others before this local was written. */
  openedBy(local: number): readonly number[] | undefined {
    return this.#opened.get(local);
  }
}

/** @param params number of locals that are parameters */
export function findDerivedLocals(
  module: Module,
  localTypes: readonly ValType[],
  params: number,
  writes: LocalWrites,
  limits: CodeLimits,
): DerivedLocals {
  const { candidates } = writes;
  if (!limits.derivedLocals || candidates.length === 0) return DerivedLocals.NONE;
  const finder = new Finder(module, localTypes, params, writes, limits);
  for (const candidate of candidates) finder.consider(candidate);
  const { found } = finder;
  return found.length === 0 ? DerivedLocals.NONE : new DerivedLocals(found, localTypes.length);
}

interface Found extends DerivedLocal {
  /** The first of its inputs to be written in the stretch. */
  readonly first: number | undefined;
  /** Instructions. */
  readonly cost: number;
}

class Finder {
  readonly found: Found[] = [];
  readonly #module: Module;
  readonly #localTypes: readonly ValType[];
  readonly #params: number;
  readonly #writes: LocalWrites;
  readonly #limits: CodeLimits;
  readonly #byLocal = new Map<number, Found>();

  constructor(
    module: Module,
    localTypes: readonly ValType[],
    params: number,
    writes: LocalWrites,
    limits: CodeLimits,
  ) {
    this.#module = module;
    this.#localTypes = localTypes;
    this.#params = params;
    this.#writes = writes;
    this.#limits = limits;
  }

  consider(candidate: Candidate): void {
    const { local, start, end } = candidate;
    if (this.found.length >= MOST_DERIVED || !this.#writes.isSingle(local)) return;
    const reader = new InstructionReader(this.#module.bytes, start, end);
    // What it is computed to before the stretch runs for the first time: undefined if that is not known.
    let stack: Integer[] | undefined = [];
    let cost = 0;
    let until = end;
    let first: number | undefined;
    while (reader.read()) {
      const { op, index } = reader;
      cost++;
      if (op !== Op.localGet && op !== Op.localTee) {
        if (stack !== undefined) applyInteger(reader, stack);
      } else {
        const input = this.#input(candidate, index, op === Op.localTee ? reader.pc : reader.pc - 1);
        if (input === undefined) return;
        if (input.zero) stack?.push(this.#localTypes[index] === I64 ? 0n : 0);
        else stack = undefined;
        cost += input.cost;
        if (input.until < until) {
          until = input.until;
          first = input.first;
        }
      }
    }
    if (cost > MOST_INSTRUCTIONS) return;
    const beginsAsZero = stack !== undefined && Number(stack[0]) === 0;
    let mark: number | undefined;
    if (!beginsAsZero && !this.#isFreshBefore(candidate)) {
      mark = this.#markFor(candidate);
      if (mark === undefined) return;
      const { pc } = this.#writes.single(mark)!;
      if (pc < until) {
        until = pc;
        first = mark;
      }
    }
    // An exit in the gap would store it, as if it were none of these; an exception would leave it old.
    if (until < end && (candidate.lastExit > until || candidate.guarded)) return;
    const found = { local, start, end, until, first, mark, cost };
    this.found.push(found);
    this.#byLocal.set(local, found);
  }

  /** Wherever the write has not run yet, readers know of it, and wherever they do not, it has. */
  #isFreshBefore({ local, runsOnce }: Candidate): boolean {
    return runsOnce && local < MOST_FRESH && this.#limits.freshLocals;
  }

  /** The last local before that can tell whether the write has run. */
  #markFor({ ordinal, stretch, lastExit, inLoop }: Candidate): number | undefined {
    if (!inLoop) return undefined;
    const { order } = this.#writes;
    for (let i = ordinal - 1; i >= 0; i--) {
      const local = order[i]!;
      const write = this.#writes.single(local);
      if (write === undefined) continue;
      if (write.stretch !== stretch || write.pc < lastExit) return undefined;
      const isMark = local >= this.#params && this.#localTypes[local] === I32;
      if (isMark && !this.#byLocal.has(local)) return local;
    }
    return undefined;
  }

  /** A local that is read, which must have been written by `pc`, or never be. */
  #input(candidate: Candidate, local: number, pc: number): Input | undefined {
    const write = this.#writes.single(local);
    if (write === undefined) {
      if (this.#writes.isWritten(local)) return undefined;
      return { ...CONSTANT, zero: local >= this.#params };
    }
    if (write.pc > pc) return undefined;
    const derived = this.#byLocal.get(local);
    const cost = derived?.cost ?? 0;
    if (write.stretch !== candidate.stretch) {
      return write.runsOnce ? { ...CONSTANT, cost, zero: false } : undefined;
    }
    const zero = local >= this.#params;
    if (derived === undefined) return { cost, zero, until: write.pc, first: local };
    // One that is the same from the beginning on changes nothing.
    const until = derived.first === undefined ? Number.POSITIVE_INFINITY : derived.until;
    return { cost, zero: true, until, first: derived.first };
  }
}

interface Input {
  /** It is zero before the stretch runs for the first time. */
  readonly zero: boolean;
  readonly cost: number;
  readonly until: number;
  readonly first: number | undefined;
}

const CONSTANT = { cost: 0, until: Number.POSITIVE_INFINITY, first: undefined };
