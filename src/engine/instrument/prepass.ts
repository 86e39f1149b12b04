/** What has to be known of a whole body before the first version of it can be emitted. */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionBody } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { EXNREF, type RefType } from '../../wasm/types.ts';
import type { BareLeaves } from './bare-leaves.ts';
import type { CodeLimits } from './code-limits.ts';
import { DELIMITERS } from './construct.ts';
import { Delimiters } from './delimiters.ts';
import { DerivedLocals, findDerivedLocals } from './derived-locals.ts';
import { FirstWrites } from './fresh-locals.ts';
import { type Induction, InductionScan } from './induction.ts';
import { LegacyShape } from './legacy-shape.ts';
import { LocalSet } from './local-set.ts';
import { LocalWrites } from './local-writes.ts';
import { isCall, isTailCall, LoopEffects, refineLoopEffects } from './loop-effects.ts';
import { type WalkedFunction, Walker } from './walker.ts';

export interface Shape {
  readonly legacy: LegacyShape;
  readonly delimiters: Delimiters;
  /** The most operands at once. */
  readonly maxHeight: number;
  readonly usesV128: boolean;
  /** The types of the references that have been operands. */
  readonly references: Set<RefType>;
  /** By the offset of the `loop` opcode. */
  readonly loops: ReadonlyMap<number, LoopEffects>;
  /** By the offset of the `loop` opcode. */
  readonly inductions: ReadonlyMap<number, Induction>;
  readonly firstWrites: FirstWrites;
  readonly derived: DerivedLocals;
  /** Locals that constructs write, by the opcode's offset: of those that operands lie below. */
  readonly writesBelow: ReadonlyMap<number, LocalSet>;
  /** Calls nothing. */
  readonly isLeaf: boolean;
  /** How many calls there are that return. */
  readonly calls: number;
}

/** @throws WasmError if the body is malformed */
export function prepass(
  fn: WalkedFunction,
  body: FunctionBody,
  params: number,
  limits: CodeLimits,
  bareLeaves: BareLeaves,
): Shape {
  const reader = new InstructionReader(fn.module.bytes, body.codeStart, body.end);
  const walker = new Walker(fn, 0);
  const legacy = new LegacyShape();
  const delimiters = new Delimiters();
  const loops = new Map<number, LoopEffects>();
  const firstWrites = new FirstWrites();
  const localWrites = new LocalWrites(fn.localTypes, params);
  const inductions = limits.valueRanges ? new InductionScan() : undefined;
  // One entry for each open loop: its own effects, which its parent gets when it closes.
  const openLoops: { depth: number; effects: LoopEffects }[] = [];
  const writesBelow = new Map<number, LocalSet>();
  const openAbove: { depth: number; writes: LocalSet }[] = [];
  let loopDepth = 0;
  let hasTailCalls = false;
  let maxHeight = 0;
  // Those that nothing can reach do not count: they are not emitted.
  let calls = 0;
  delimiters.open(walker.innermost.pc);
  while (!walker.finished && reader.read()) {
    const { op, pc } = reader;
    if (op === Op.localGet || reader.info.results !== undefined) {
      // By far the most: nothing but the operands changes.
      if (!walker.reachable) continue;
      if (limits.derivedLocals) localWrites.note(reader, walker, openLoops.length > 0);
      inductions?.note(reader, walker);
      walker.apply(reader);
      maxHeight = Math.max(maxHeight, walker.operands.height);
      continue;
    }
    if (walker.concerns(reader)) {
      legacy.note(reader, walker);
      if (DELIMITERS.has(op)) delimiters.add(pc);
    }
    if (walker.reachable && (op === Op.localSet || op === Op.localTee)) {
      openLoops.at(-1)?.effects.writes.add(reader.index);
      openAbove.at(-1)?.writes.add(reader.index);
      firstWrites.write(reader.index, pc);
    } else if (walker.reachable && isCall(op)) {
      calls++;
      if (openLoops.length > 0) openLoops.at(-1)!.effects.calls++;
    } else if (isTailCall(op)) {
      hasTailCalls = true;
    } else if (op === Op.brTable && openLoops.length > 0) {
      const { effects } = openLoops.at(-1)!;
      effects.cases = Math.max(effects.cases, reader.labels.length);
    }
    if (op === Op.memoryGrow && openLoops.length > 0) openLoops.at(-1)!.effects.growsMemory = true;
    const depth = walker.constructs.length;
    if (limits.derivedLocals && walker.reachable) {
      localWrites.note(reader, walker, openLoops.length > 0);
    }
    if (walker.reachable) inductions?.note(reader, walker);
    walker.apply(reader);
    const depthAfter = walker.constructs.length;
    if (depthAfter > depth) {
      delimiters.open(pc);
      if (walker.innermost.height > walker.constructs.at(-2)!.height) {
        const writes = new LocalSet(fn.localTypes.length);
        writesBelow.set(pc, writes);
        openAbove.push({ depth: depthAfter, writes });
      }
      if (op === Op.loop) {
        const effects = new LoopEffects(fn.localTypes.length, limits.storesAtOnceFrom);
        loops.set(pc, effects);
        inductions?.open(pc, depthAfter);
        openLoops.push({ depth: depthAfter, effects });
        loopDepth = Math.max(loopDepth, openLoops.length);
        firstWrites.openLoop(pc);
      }
    } else if (depthAfter < depth) {
      delimiters.close(pc);
      inductions?.close(depth);
      if (openAbove.at(-1)?.depth === depth) {
        const { writes } = openAbove.pop()!;
        openAbove.at(-1)?.writes.addFrom(writes);
      }
      if (openLoops.at(-1)?.depth === depth) {
        const { effects } = openLoops.pop()!;
        effects.finish(fn.unkept);
        openLoops.at(-1)?.effects.include(effects);
        firstWrites.closeLoop();
      }
    }
    maxHeight = Math.max(maxHeight, walker.operands.height);
  }
  const derived = findDerivedLocals(fn.module, fn.localTypes, params, localWrites, limits);
  if (derived !== DerivedLocals.NONE) {
    for (const effects of loops.values()) effects.leaveOut(derived.locals);
  }
  const callsInLoops = calls > 0 && [...loops.values()].some(({ hasCall }) => hasCall);
  if (callsInLoops && limits.loopEffects) {
    refineLoopEffects({ ...fn, derived }, body, loops, loopDepth, bareLeaves);
  }
  const { hadV128, hadReferences } = walker.operands;
  if (legacy.depth > 0) hadReferences.add(EXNREF);
  return {
    legacy,
    delimiters,
    maxHeight,
    usesV128: hadV128,
    references: hadReferences,
    loops,
    inductions: inductions?.found ?? new Map(),
    firstWrites,
    derived,
    writesBelow,
    isLeaf: calls === 0 && !hasTailCalls && limits.leafFunctions,
    calls,
  };
}
