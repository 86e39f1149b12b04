/**
 * Emits one version of a function: the original instructions with the checks, spills and hooks that
 * the version asks for. `cruise.ts` and `continuation.ts` say where it begins.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import { ByteBudget } from './byte-budget.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type Construct, DELIMITERS } from './construct.ts';
import { countedLoop } from './counted-loop.ts';
import type { EmitOptions } from './emit-options.ts';
import { CAPPED, TRAP } from './layout.ts';
import { handlersAround } from './legacy-shape.ts';
import { LegacyTries } from './legacy-try.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';
import { TrapChecks } from './trap-checks.ts';
import { VersionWriter } from './version-writer.ts';

export class FunctionEmitter {
  readonly code: VersionWriter;
  readonly #options: EmitOptions;
  /** The instruction that the version begins at: already reported, so it has no hook. */
  #unhookedPc = -1;
  /** Only the first time: in a loop, the instruction comes again with other operands. */
  #trustedPc: number;
  readonly #budget: ByteBudget | undefined;
  /** The budget has begun. */
  #begun = false;
  /** The version is left somewhere because it would become too long. */
  isCapped = false;
  /** The version has loops that are more than a header. */
  hasLoops = false;
  readonly #traps: TrapChecks;
  /** The counted loop that is open. */
  #chunk: ChunkWriter | undefined;
  readonly legacy: LegacyTries;

  /** @param parameters number of locals that are the emitted function's parameters */
  constructor(plan: FunctionPlan, target: EmitTarget, options: EmitOptions, parameters: number) {
    this.code = new VersionWriter(plan, target, options, parameters);
    this.#options = options;
    this.legacy = new LegacyTries(this.code);
    this.#trustedPc = options.trustedPc ?? -1;
    if (options.cap !== undefined) this.#budget = new ByteBudget(plan, options.cap);
    const { walker, frame, out } = this.code;
    this.#traps = new TrapChecks({
      module: plan.module,
      out,
      operands: walker.operands,
      house: () => frame.houseOperands(walker.operands),
      push: (depth) => frame.pushOperand(walker.operands, walker.operands.height - 1 - depth),
      table: (index) => target.table(index),
      segmentLength: (kind, index) => target.segmentLength(kind, index),
    });
  }

  /**
   * Emits the instructions from `start` on, until no more than `outerDepth` constructs are open.
   *
   * @param unhooked the pc of an instruction that has been reported: no hook before it
   */
  stream(start: number, outerDepth: number, unhooked = -1): void {
    const reader = new InstructionReader(
      this.code.plan.module.bytes,
      start,
      this.code.plan.body.end,
    );
    this.#unhookedPc = unhooked;
    if (!this.#begun) this.#budget?.begin(this.code.out.length, this.code.walker.constructs);
    this.#begun = true;
    do {
      if (this.code.isTooLarge || !reader.read()) break;
      if (this.code.walker.concerns(reader)) {
        this.#instruction(reader);
        this.#skipDeadCode(reader);
      } else {
        this.code.walker.apply(reader);
      }
    } while (this.code.walker.constructs.length > outerDepth);
  }

  /** In a large construct, goes to what ends the arm; small ones are read: false. */
  #skipDeadCode(reader: InstructionReader): boolean {
    const { walker, plan } = this.code;
    if (!walker.armIsDead) return false;
    const next = plan.delimiters.next(walker.innermost.pc, reader.next);
    if (next === undefined) return false;
    reader.seek(next);
    return true;
  }

  #instruction(reader: InstructionReader): void {
    const { op } = reader;
    if (this.code.walker.reachable) {
      const left = !this.#beforeInstruction(reader) || !this.#checkTrap(reader);
      this.#trustedPc = -1;
      if (left && !DELIMITERS.has(op)) {
        if (!this.#skipDeadCode(reader)) this.code.walker.apply(reader);
        return;
      }
    }
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
      case Op.tryTable:
        this.#open(reader);
        return;
      case Op.try:
        this.#openTry(reader);
        return;
      case Op.catch:
      case Op.catchAll:
        this.#startHandler(reader);
        return;
      case Op.else:
      case Op.end:
      case Op.delegate:
        this.#structure(reader);
        return;
      case Op.rethrow:
        this.#rethrow(reader);
        return;
      case Op.br:
      case Op.brIf:
      case Op.brTable:
      case Op.brOnNull:
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        this.#branch(reader);
        return;
      case Op.call:
      case Op.callIndirect:
      case Op.callRef:
        this.#call(reader);
        return;
      case Op.localGet:
      case Op.localSet:
      case Op.localTee:
        this.#local(reader);
        return;
      case Op.returnCall:
      case Op.returnCallIndirect:
      case Op.returnCallRef:
        this.code.calls.setCalleeFrame(0);
        break;
    }
    this.code.copy(reader);
    this.code.walker.apply(reader);
  }

  /** The hook or the byte cap. False: the version has been left, the instruction is not emitted. */
  #beforeInstruction({ op, pc }: InstructionReader): boolean {
    const entered = op !== Op.loop || this.#entersLoop(pc);
    if (pc === this.#unhookedPc) {
      this.#unhookedPc = -1;
      // The way back to a loop that does not fit: its header is there, and left at once.
      if (!entered) this.#budget?.exhaust();
      return true;
    }
    const { out, walker } = this.code;
    if (!entered || this.#budget?.isSpent(out.length, walker.constructs.length)) {
      this.code.exits.leave(pc | CAPPED);
      this.isCapped = true;
      return false;
    }
    const { hooks } = this.#options;
    if (hooks === 'none') return true;
    if (hooks === 'all' || hooks.has(pc)) this.code.exits.hook(pc);
    return true;
  }

  #entersLoop(pc: number): boolean {
    const { out, walker } = this.code;
    return this.#budget?.enters(pc, out.length, walker.constructs.length) ?? true;
  }

  #open(reader: InstructionReader): void {
    const { walker, frame } = this.code;
    const { operands } = walker;
    const { op } = reader;
    const params = this.#paramCount(reader);
    frame.settleOperands(operands, operands.height - params - (op === Op.if ? 1 : 0));
    if (op === Op.tryTable) {
      this.code.blocks.openTryTable(reader, (label) => walker.target(label));
      walker.apply(reader);
    } else {
      if (op === Op.loop) this.legacy.openLoopExit(reader, params);
      this.code.copy(reader);
      walker.apply(reader);
    }
    const counted = op === Op.loop ? this.#counted(reader.pc) : undefined;
    // The branch back, if it is one of a chunk's rounds, goes to another label.
    const construct = counted === undefined ? walker.innermost : undefined;
    this.code.labels.push({ construct, role: 'plain' });
    if (op === Op.loop) {
      this.code.plan.loopWrites.get(reader.pc)?.forEach((local) => {
        this.#traps.facts.forget(local);
      });
    }
    this.#traps.facts.enter();
    if (op === Op.loop) {
      if (this.#budget?.isExhausted !== true) this.hasLoops = true;
      this.code.exits.check(reader.next);
    }
    if (counted !== undefined) {
      counted.open(reader.next, this.#options.traps);
      this.#chunk = counted;
    }
    this.legacy.openPad(walker.innermost);
  }

  /** What runs the loop at a pc in chunks, if that can be done here. */
  #counted(loop: number): ChunkWriter | undefined {
    const { plan } = this.code;
    const { hooks, limitAddress, chunks } = this.#options;
    if (chunks === false || plan.limits.chunkRounds === 0 || limitAddress === undefined) {
      return undefined;
    }
    if (hooks === 'all' || plan.legacy.depth > 0) return undefined;
    const found = countedLoop(plan.module, plan.localTypes, loop, plan.body.end);
    if (found === undefined) return undefined;
    if (hooks !== 'none') {
      for (const pc of hooks) if (pc >= loop && pc <= found.latch) return undefined;
    }
    return new ChunkWriter(this.code, found);
  }

  #openTry(reader: InstructionReader): void {
    const { walker, frame } = this.code;
    const params = this.#paramCount(reader);
    frame.settleOperands(walker.operands, walker.operands.height - params);
    this.legacy.open(reader, params);
    this.#traps.facts.enter();
  }

  #startHandler(reader: InstructionReader): void {
    if (this.legacy.hasHandlersOf(this.code.walker.innermost)) this.#traps.facts.alternate();
    else this.#traps.facts.reset();
    this.legacy.startHandler(reader);
  }

  /** Opens a legacy `try` in whose body a continuation begins. */
  reopenTry(construct: Construct): void {
    this.legacy.reopen(construct);
    this.#traps.facts.enter();
  }

  /** Throws again what the handler of a label has caught. */
  #rethrow(reader: InstructionReader): void {
    const { walker, scratch, out } = this.code;
    const level = walker.constructs.indexOf(walker.target(reader.index));
    out.localGet(scratch.exception(handlersAround(walker.constructs, level)));
    out.op(Op.throwRef);
    walker.apply(reader);
  }

  #paramCount(reader: InstructionReader): number {
    const type = reader.blockType;
    if (type.kind !== 'index') return 0;
    const { composite } = this.code.plan.module.types[type.typeIndex]!;
    return composite.kind === 'func' ? composite.params.length : 0;
  }

  #structure(reader: InstructionReader): void {
    const { walker, out } = this.code;
    this.legacy.closePad(walker.innermost);
    let label = this.code.labels.innermost;
    if (label.role === 'loop-again') {
      this.#closeRestoredLoop();
      return;
    }
    if (reader.op === Op.else) {
      // An arm that a continuation began in is a block: what follows its `else` is dead.
      if (label.role === 'plain') {
        out.op(Op.else);
        this.#traps.facts.alternate();
      }
      walker.apply(reader);
      this.legacy.openPad(walker.innermost);
      return;
    }
    if (label.role === 'chunk') {
      this.#chunk!.close();
      this.#chunk = undefined;
      label = this.code.labels.innermost;
    }
    // What a continuation knew inside the arm it began in does not hold for branches to its end.
    const whole = label.role === 'plain' || label.role === 'try';
    if (whole && label.construct?.kind !== 'function') this.#traps.facts.exit();
    else this.#traps.facts.reset();
    this.code.blocks.close();
    const construct = walker.innermost;
    const { caught } = construct;
    if (construct.kind === 'loop') this.legacy.closeLoopExit(construct);
    walker.apply(reader);
    // An exception comes past all checks of the frames that it unwinds.
    if (caught && walker.reachable && !walker.finished) {
      this.code.calls.takeBack();
      this.code.exits.check(reader.next);
    }
    if (!walker.reachable && !walker.finished) out.op(Op.unreachable);
  }

  /**
   *     block $exit (result r)
   *       block $again (result p)   ...remainder of the body...   br $exit   end
   *       loop (param p) (result r)   ...the original body...   end
   *     end
   */
  #closeRestoredLoop(): void {
    const { walker, out } = this.code;
    const loop = walker.innermost;
    const fellThrough = walker.reachable;
    const dirty = walker.dirty.clone();
    this.#traps.facts.reset();
    if (fellThrough) out.br(1);
    this.code.blocks.close();
    if (walker.leaveRestoredLoop()) {
      // A branch back goes to just after the `loop`: that is not reached again.
      this.stream(loop.pc, walker.constructs.length, loop.pc);
    } else {
      out.op(Op.unreachable);
    }
    this.code.blocks.close();
    // Homes that the results got at the end of the loop itself are not set on the other way here.
    walker.operands.truncate(loop.height);
    walker.operands.pushAll(loop.results);
    this.#traps.facts.reset();
    walker.join(fellThrough, dirty);
    if (!walker.reachable) out.op(Op.unreachable);
  }

  #branch(reader: InstructionReader): void {
    const { walker, out } = this.code;
    const depth = (label: number): number => this.code.labels.depthOf(walker.target(label));
    if (reader.pc === this.#chunk?.latch) {
      this.#chunk.goRound(depth(reader.index));
      walker.apply(reader);
      return;
    }
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

  /** Non-nullable locals are nullable ones here, and some are in the frame only. */
  #local(reader: InstructionReader): void {
    const { walker, frame } = this.code;
    const { op, index } = reader;
    if (op === Op.localGet) {
      frame.pushLocal(index);
    } else {
      this.#traps.facts.forget(index);
      if (op === Op.localTee) frame.teeLocal(index);
      else frame.setLocal(index);
    }
    walker.apply(reader);
  }

  #call(reader: InstructionReader): void {
    const { walker, frame, out } = this.code;
    frame.flushLocals(walker);
    frame.flushOperands(walker.operands);
    this.code.calls.setCalleeFrame(this.code.plan.frameSize);
    const first = out.length;
    this.code.calls.anchorPosition();
    this.code.copy(reader, first);
    walker.apply(reader);
    this.code.calls.takeBack();
    this.code.exits.check(reader.next);
  }

  /** False if the instruction always traps or throws: the version has been left, nothing follows. */
  #checkTrap(reader: InstructionReader): boolean {
    const { traps } = this.#options;
    if (reader.pc === this.#trustedPc) return true;
    if (TrapChecks.throws(reader) || (traps && TrapChecks.always(reader))) {
      this.code.exits.leave(reader.pc | TRAP);
      return false;
    }
    if (this.#chunk?.covers(reader.pc)) return true;
    if (traps && this.#traps.condition(reader)) this.code.exits.leaveIf(reader.pc | TRAP);
    return true;
  }
}
