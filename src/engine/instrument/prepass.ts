/** What has to be known of a whole body before the first version of it can be emitted. */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionBody } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF, type RefType } from '../../wasm/types.ts';
import type { BareLeaves } from './bare-leaves.ts';
import { CallResults, NONE } from './call-results.ts';
import { CertainStores, CertainStoresScan } from './certain-stores.ts';
import type { CodeLimits } from './code-limits.ts';
import { DELIMITERS } from './construct.ts';
import { DeadEnds } from './dead-ends.ts';
import { Delimiters } from './delimiters.ts';
import { DerivedLocals, findDerivedLocals } from './derived-locals.ts';
import { FirstWrites } from './fresh-locals.ts';
import { type Induction, InductionScan } from './induction.ts';
import { IntList } from './int-list.ts';
import { LegacyShape } from './legacy-shape.ts';
import { LocalSet } from './local-set.ts';
import { LocalWrites } from './local-writes.ts';
import { isCall, isTailCall, LoopEffects, refineLoopEffects } from './loop-effects.ts';
import type { WalkedFunction } from './walked-function.ts';
import { Walker } from './walker.ts';

export interface Shape {
  readonly legacy: LegacyShape;
  readonly delimiters: Delimiters;
  /** The most operands at once. */
  readonly maxHeight: number;
  readonly usesV128: boolean;
  /** The types of the references that have been operands */
  readonly references: ReadonlySet<RefType>;
  /** By the offset of the `loop` opcode. */
  readonly loops: ReadonlyMap<number, LoopEffects>;
  /** By the offset of the `loop` opcode. */
  readonly inductions: ReadonlyMap<number, Induction>;
  readonly firstWrites: FirstWrites;
  readonly derived: DerivedLocals;
  /** Locals that constructs write, by the opcode's offset: of those that operands lie below. */
  readonly writesBelow: ReadonlyMap<number, LocalSet>;
  /** Calls nothing, but in dead ends. */
  readonly isLeaf: boolean;
  /** How many calls there are that return, without those in dead ends. */
  readonly calls: number;
  readonly certainStores: CertainStores;
  readonly deadEnds: readonly number[];
  readonly resultHeight: number;
}

const NO_LOOPS: ReadonlyMap<number, LoopEffects> = new Map();
const NO_WRITES: ReadonlyMap<number, LocalSet> = new Map();
const NO_INDUCTIONS: ReadonlyMap<number, Induction> = new Map();
const NO_REFERENCES: ReadonlySet<RefType> = new Set();

/** Of the instructions, in the body that is being read, that do more than operate on operands. */
const offsets = new IntList();

/** @throws WasmError if the body is malformed */
export function prepass(
  fn: WalkedFunction,
  body: FunctionBody,
  params: number,
  limits: CodeLimits,
  bareLeaves: BareLeaves,
): Shape {
  const pass = new Prepass(fn, body, params, limits, bareLeaves);
  pass.run();
  const { walker, legacy, loops = NO_LOOPS, calls } = pass;
  const derived = findDerivedLocals(fn.module, fn.localTypes, params, pass.localWrites, limits);
  if (derived !== DerivedLocals.NONE) {
    for (const effects of loops.values()) effects.leaveOut(derived.locals);
  }
  const callsInLoops =
    calls > 0 && loops.size > 0 && [...loops.values()].some(({ hasCall }) => hasCall);
  if (callsInLoops && limits.loopEffects) {
    refineLoopEffects({ ...fn, derived }, body.end, offsets, loops, pass.loopDepth, bareLeaves);
  }
  const { hadV128, hadReferences } = walker.operands;
  if (legacy.depth > 0) hadReferences.add(EXNREF);
  const references = hadReferences.size === 0 ? NO_REFERENCES : new Set(hadReferences);
  walker.operands.release();
  return {
    legacy,
    delimiters: pass.delimiters,
    maxHeight: pass.maxHeight,
    usesV128: hadV128,
    references,
    loops,
    inductions: pass.inductions?.found ?? NO_INDUCTIONS,
    firstWrites: pass.firstWrites,
    derived,
    writesBelow: pass.writesBelow ?? NO_WRITES,
    isLeaf: calls === 0 && !pass.hasTailCalls && limits.leafFunctions,
    calls,
    certainStores: pass.certain?.find() ?? CertainStores.NONE,
    deadEnds: pass.deadEnds?.found ?? [],
    resultHeight: pass.results?.height() ?? NONE,
  };
}

/**
 * Reads a body once. Small methods rather than one loop: V8 compiles that again, all of it, whenever
 * it meets an instruction that was not there before.
 */
class Prepass {
  readonly walker: Walker;
  legacy = LegacyShape.NONE;
  readonly delimiters = new Delimiters();
  loops: Map<number, LoopEffects> | undefined;
  readonly firstWrites = new FirstWrites();
  readonly localWrites: LocalWrites;
  readonly inductions: InductionScan | undefined;
  readonly certain: CertainStoresScan | undefined;
  writesBelow: Map<number, LocalSet> | undefined;
  readonly deadEnds: DeadEnds | undefined;
  readonly results: CallResults | undefined;
  maxHeight = 0;
  loopDepth = 0;
  hasTailCalls = false;
  /** Those that nothing can reach do not count: they are not emitted. */
  calls = 0;
  readonly #fn: WalkedFunction;
  readonly #limits: CodeLimits;
  readonly #bareLeaves: BareLeaves;
  readonly #reader: InstructionReader;
  /** One entry for each open loop: its own effects, which its parent gets when it closes. */
  readonly #openLoops: { depth: number; effects: LoopEffects }[] = [];
  readonly #openAbove: { depth: number; writes: LocalSet }[] = [];

  constructor(
    fn: WalkedFunction,
    body: FunctionBody,
    params: number,
    limits: CodeLimits,
    bareLeaves: BareLeaves,
  ) {
    this.#fn = fn;
    this.#bareLeaves = bareLeaves;
    this.#limits = limits;
    this.#reader = new InstructionReader(fn.module.bytes, body.codeStart, body.end);
    this.walker = new Walker(fn, 0);
    this.results = limits.sharedResults ? new CallResults() : undefined;
    this.deadEnds = limits.deadEnds ? new DeadEnds(body.codeStart) : undefined;
    this.localWrites = new LocalWrites(fn.localTypes, params);
    this.certain = limits.certainStores ? new CertainStoresScan(fn.localTypes.length) : undefined;
    this.inductions = limits.valueRanges ? new InductionScan() : undefined;
  }

  run(): void {
    const walker = this.walker;
    const reader = this.#reader;
    this.delimiters.open(walker.innermost.pc);
    offsets.clear();
    while (!walker.finished && reader.read()) {
      // By far the most change nothing but the operands.
      if (reader.op !== Op.localGet && reader.info.results === undefined) this.#special(reader);
      else if (walker.reachable) this.#apply(reader);
    }
  }

  /** An instruction that can be reached. */
  #apply(reader: InstructionReader): void {
    const walker = this.walker;
    if (this.#limits.derivedLocals) {
      this.localWrites.note(reader, walker, this.#openLoops.length > 0);
    }
    this.inductions?.note(reader, walker);
    walker.apply(reader);
    const { height } = walker.operands;
    if (height > this.maxHeight) this.maxHeight = height;
  }

  /** What has no fixed signature, control instructions above all. */
  #special(reader: InstructionReader): void {
    const walker = this.walker;
    const { op } = reader;
    offsets.add(reader.pc);
    if (walker.concerns(reader)) {
      if (op === Op.try && this.legacy === LegacyShape.NONE) this.legacy = new LegacyShape();
      if (this.legacy !== LegacyShape.NONE) this.legacy.note(reader, walker);
      this.#noteDeadEnd(reader);
      if (DELIMITERS.has(op)) this.delimiters.add(reader.pc);
    }
    this.#note(reader);
    this.#noteWays(reader);
    const { innermost } = walker;
    const depth = walker.constructs.length;
    const returns = walker.reachable && isCall(reader.op);
    if (walker.reachable) this.#apply(reader);
    else walker.apply(reader);
    if (returns) this.results?.note(walker.operands);
    const depthAfter = walker.constructs.length;
    if (depthAfter > depth) {
      this.#opened(reader, depthAfter);
    } else if (depthAfter < depth) {
      this.#closed(reader, depth);
      if (depthAfter > 0) this.certain?.close(innermost.kind === 'loop');
    }
    this.maxHeight = Math.max(this.maxHeight, walker.operands.height);
  }

  /** Calls in dead ends are not in the cruise version. */
  #noteDeadEnd(reader: InstructionReader): void {
    if (this.deadEnds === undefined) return;
    const calls = this.deadEnds.note(reader);
    if (calls === 0) return;
    this.calls -= calls;
    const effects = this.#openLoops.at(-1)?.effects;
    if (effects !== undefined) effects.calls -= calls;
  }

  #noteWays(reader: InstructionReader): void {
    const { walker, certain } = this;
    if (certain === undefined) return;
    const { op } = reader;
    if (op === Op.else && walker.concerns(reader)) certain.else();
    if (!walker.reachable) return;
    const isBare = isCall(op) && this.#bareLeaves.called(reader, walker) !== undefined;
    certain.note(reader, isBare);
  }

  /** Which ways there are in loops, and back to their headers. */
  #noteBranches(reader: InstructionReader): void {
    switch (reader.op) {
      case Op.br:
        this.#noteBranch(reader.index, false);
        return;
      case Op.brIf:
      case Op.brOnNull:
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        this.#noteBranch(reader.index, true);
        return;
      case Op.brTable:
        for (const label of reader.labels) this.#noteBranch(label, true);
        return;
      case Op.tryTable:
        for (const { label } of reader.catches) this.#noteBranch(label, true);
        return;
      case Op.if: {
        const loop = this.#openLoops.at(-1);
        if (loop !== undefined) loop.effects.hasWays = true;
      }
    }
  }

  /** @param isOther it is not a `br` */
  #noteBranch(label: number, isOther: boolean): void {
    const loop = this.#openLoops.at(-1);
    if (loop === undefined) return;
    const { constructs } = this.walker;
    if (constructs.length - label > loop.depth) loop.effects.hasWays = true;
    const { kind, pc } = this.walker.target(label);
    if (kind === 'loop' && isOther) this.loops!.get(pc)!.hasOtherBacks = true;
  }

  #note(reader: InstructionReader): void {
    const { op } = reader;
    if (this.walker.reachable) this.#noteBranches(reader);
    const effects = this.#openLoops.at(-1)?.effects;
    if (this.walker.reachable && (op === Op.localSet || op === Op.localTee)) {
      effects?.writes.add(reader.index);
      this.#openAbove.at(-1)?.writes.add(reader.index);
      this.firstWrites.write(reader.index, reader.pc);
    } else if (this.walker.reachable && isCall(op)) {
      this.calls++;
      if (effects !== undefined) effects.calls++;
    } else if (isTailCall(op)) {
      this.hasTailCalls = true;
    } else if (op === Op.brTable && effects !== undefined) {
      effects.cases = Math.max(effects.cases, reader.labels.length);
    }
  }

  /** The innermost construct, which is so many constructs deep, itself included, has begun. */
  #opened(reader: InstructionReader, depth: number): void {
    const { op, pc } = reader;
    this.certain?.open(reader);
    const { constructs, innermost } = this.walker;
    const locals = this.#fn.localTypes.length;
    this.delimiters.open(pc);
    if (innermost.height > constructs.at(-2)!.height) {
      const writes = new LocalSet(locals);
      this.writesBelow ??= new Map();
      this.writesBelow.set(pc, writes);
      this.#openAbove.push({ depth, writes });
    }
    if (op !== Op.loop) return;
    const effects = new LoopEffects(locals, this.#limits.storesAtOnceFrom);
    effects.isInside = this.#openLoops.length > 0;
    this.loops ??= new Map();
    this.loops.set(pc, effects);
    this.inductions?.open(pc, depth);
    this.#openLoops.push({ depth, effects });
    this.loopDepth = Math.max(this.loopDepth, this.#openLoops.length);
    this.firstWrites.openLoop(pc);
  }

  /** The construct that was so many constructs deep has ended. */
  #closed({ pc }: InstructionReader, depth: number): void {
    this.delimiters.close(pc);
    this.inductions?.close(depth);
    if (this.#openAbove.at(-1)?.depth === depth) {
      const { writes } = this.#openAbove.pop()!;
      this.#openAbove.at(-1)?.writes.addFrom(writes);
    }
    if (this.#openLoops.at(-1)?.depth !== depth) return;
    const { effects } = this.#openLoops.pop()!;
    effects.finish(pc, this.#fn.unkept);
    this.#openLoops.at(-1)?.effects.include(effects);
    this.firstWrites.closeLoop();
  }
}
