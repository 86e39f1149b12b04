/**
 * Emits one version of a function: the original instructions with the checks, spills and hooks that
 * the version asks for. `cruise.ts` and `continuation.ts` say where it begins.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { AddressValues } from './address-values.ts';
import { BranchWriter } from './branches.ts';
import { ByteBudget } from './byte-budget.ts';
import { CallWriter } from './call-writer.ts';
import { DELIMITERS } from './construct.ts';
import { Dominance } from './dominance.ts';
import type { EmitOptions } from './emit-options.ts';
import { CAPPED, TRAP } from './layout.ts';
import { LoadForwarding } from './load-forwarding.ts';
import { ADDRESSING, PLAIN } from './plain-instructions.ts';
import type { FunctionPlan } from './plan.ts';
import { provideForContinuations } from './provide.ts';
import { Structures } from './structures.ts';
import type { EmitTarget } from './target.ts';
import { MAY_TRAP, TrapChecks } from './trap-checks.ts';
import { VersionWriter } from './version-writer.ts';

/** Behind all code. Not infinite: V8 compares small integers faster. */
const NEVER = (1 << 30) - 1;

export class FunctionEmitter {
  readonly code: VersionWriter;
  readonly #options: EmitOptions;
  readonly #target: EmitTarget;
  /** The instruction that the version begins at: already reported, so it has no hook. */
  #unhookedPc = -1;
  /** Only the first time: in a loop, the instruction comes again with other operands. */
  #trustedPc: number;
  /** Flagged, of the instruction that is being checked. */
  #trapPc = 0;
  readonly #budget: ByteBudget | undefined;
  /** It may have to stop, or to be left, before any instruction. */
  readonly #hasStops: boolean;
  /** The budget has begun. */
  #begun = false;
  /** The version is left somewhere because it would become too long. */
  isCapped = false;
  readonly #traps: TrapChecks;
  readonly #calls: CallWriter;
  readonly #branches: BranchWriter;
  readonly #dominance = new Dominance();
  readonly #values: AddressValues;
  readonly #loads: LoadForwarding;
  readonly structures: Structures;
  /** Which of the plan's dead ends may be come to next, at which pc. */
  #deadEnd = 0;
  #deadEndPc = NEVER;

  /** @param parameters number of locals that are the emitted function's parameters */
  constructor(plan: FunctionPlan, target: EmitTarget, options: EmitOptions, parameters: number) {
    this.code = new VersionWriter(plan, target, options, parameters);
    this.#options = options;
    this.#target = target;
    this.#trustedPc = options.trustedPc ?? -1;
    if (options.cap !== undefined) this.#budget = new ByteBudget(plan, options.cap);
    // A version that others leave to has all that there is.
    if (options.fewerChecks === true) this.#deadEndPc = plan.deadEnds[0] ?? NEVER;
    this.#hasStops = this.#budget !== undefined || options.hooks !== 'none';
    const { walker, frame, out } = this.code;
    const { operands } = walker;
    const dominance = this.#dominance;
    this.#values = new AddressValues({
      bytes: plan.module.bytes,
      operands,
      dominance,
      locals: plan.localTypes.length,
      sums: plan.limits.addressSums,
      ranges: plan.limits.valueRanges,
    });
    const values = this.#values;
    this.#loads = new LoadForwarding(this.code, dominance, values);
    this.#branches = new BranchWriter(this.code, dominance, values, this.#loads);
    const { hooks, early } = options;
    const looksAhead = plan.limits.checksAhead && early !== false && hooks !== 'all';
    this.#traps = new TrapChecks({
      module: plan.module,
      out,
      operands,
      dominance,
      values,
      // The stop at a hooked instruction has been before its check.
      mayLookAhead: (pc) => looksAhead && (hooks === 'none' || !hooks.has(pc)),
      leastSpan: plan.limits.leastSpan,
      memoryLimit: (memory) => target.memoryLimit(memory),
      house: () => this.code.exits.prepare(this.#trapPc),
      push: (depth) => frame.pushOperand(walker.operands, walker.operands.height - 1 - depth),
      table: (index) => target.table(index),
      signature: (table, typeIndex) => target.signature(table, typeIndex),
      segmentLength: (kind, index) => target.segmentLength(kind, index),
    });
    this.#calls = new CallWriter({
      code: this.code,
      target,
      dominance,
      values,
      traps: this.#traps,
      loads: this.#loads,
    });
    this.structures = new Structures({
      code: this.code,
      dominance,
      values,
      budget: this.#budget,
      emitLoop: ({ pc }) => this.stream(pc, walker.constructs.length, pc),
    });
  }

  /** Nothing more is emitted: the next version can have what this one was made with. */
  release(): void {
    this.#values.release();
    this.#loads.release();
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
      if (this.#emitPlain(reader)) continue;
      if (this.code.walker.concerns(reader)) {
        this.#instruction(reader);
        this.#skipDeadCode(reader);
      } else {
        this.code.walker.apply(reader);
      }
    } while (this.code.walker.constructs.length > outerDepth);
  }

  /** Emits what half of the instructions are, as `#instruction` would; false: it is another one. */
  #emitPlain(reader: InstructionReader): boolean {
    const { op } = reader;
    if (op !== Op.localGet && (op > 0xff || PLAIN[op] === 0)) return false;
    const { walker, frame } = this.code;
    if (this.#hasStops || !walker.reachable || reader.pc >= this.#deadEndPc) return false;
    if (reader.pc === this.structures.checkPc) return false;
    this.#trustedPc = -1;
    if (op === Op.localGet) frame.pushLocal(reader.index);
    else this.code.copyPlain(reader);
    walker.apply(reader);
    return true;
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
    if (op === Op.end) this.structures.closeChunk();
    if (this.code.walker.reachable) {
      if (reader.pc === this.structures.checkPc) this.code.exits.check(reader.pc);
      const isLeft = reader.pc >= this.#deadEndPc && this.#leavesDeadEnd(reader.pc);
      const left = isLeft || !this.#beforeInstruction(reader);
      if (!left && this.#loads.forward(reader)) return;
      const leaves = left || !this.#checkTrap(reader);
      this.#trustedPc = -1;
      if (leaves && !DELIMITERS.has(op)) {
        if (!this.#skipDeadCode(reader)) this.code.walker.apply(reader);
        return;
      }
    }
    if (op === Op.localGet || op === Op.localSet || op === Op.localTee) this.#local(reader);
    else if (ADDRESSING.has(op)) this.#addressing(reader);
    else if (reader.info.results !== undefined || !this.#special(reader)) {
      if (this.#loads.emit(reader)) return;
      this.code.copy(reader);
      this.code.walker.apply(reader);
    }
  }

  /** What has no fixed signature, control instructions above all. False: it is to be copied. */
  #special(reader: InstructionReader): boolean {
    const { op } = reader;
    switch (op) {
      case Op.loop:
        // Control comes back here with what the body has written.
        this.#loads.beforeLoop(reader);
        this.structures.open(reader);
        this.#loads.beginLoop();
        return true;
      case Op.if:
        this.code.frame.flushCertainLocals(this.code.walker, reader.pc);
        this.structures.open(reader);
        return true;
      case Op.block:
      case Op.tryTable:
        this.structures.open(reader);
        return true;
      case Op.try:
        this.structures.openTry(reader);
        return true;
      case Op.catch:
      case Op.catchAll:
        this.structures.startHandler(reader);
        return true;
      case Op.else:
      case Op.end:
      case Op.delegate:
        if (op === Op.end) this.#loads.endConstruct(this.code.walker.innermost);
        this.structures.endArm(reader);
        return true;
      case Op.rethrow:
        this.structures.rethrow(reader);
        return true;
      case Op.br:
      case Op.brIf:
      case Op.brTable:
      case Op.brOnNull:
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        if (op === Op.br) this.structures.checkBack(reader);
        this.#branches.branch(reader, this.structures.chunk);
        return true;
      case Op.call:
      case Op.callIndirect:
      case Op.callRef:
        this.#calls.call(reader);
        return true;
      case Op.memoryGrow:
        this.#dominance.endStretch();
        break;
      case Op.globalSet:
        this.#writeGlobal(reader.index);
        break;
      case Op.returnCall:
      case Op.returnCallIndirect:
      case Op.returnCallRef:
        this.#calls.tailCall(reader);
        return true;
    }
    return false;
  }

  /** The hook or the byte cap. False: the version has been left, the instruction is not emitted. */
  #beforeInstruction({ op, pc }: InstructionReader): boolean {
    if (!this.#hasStops) return true;
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
    if (hooks === 'all' || hooks.has(pc)) {
      this.code.exits.hook(pc);
      this.#values.forgetGlobals();
      this.#loads.forget();
    }
    return true;
  }

  /** Whether a dead end began here, which is left. */
  #leavesDeadEnd(pc: number): boolean {
    const { plan, exits } = this.code;
    const { deadEnds } = plan;
    // Those before could not be reached.
    while (deadEnds[this.#deadEnd]! < pc) this.#deadEnd += 2;
    this.#deadEndPc = deadEnds[this.#deadEnd] ?? NEVER;
    if (this.#deadEndPc !== pc) return false;
    provideForContinuations(plan, this.#target, pc, deadEnds[this.#deadEnd + 1]!);
    exits.leave(pc);
    return true;
  }

  #entersLoop(pc: number): boolean {
    const { out, walker } = this.code;
    return this.#budget?.enters(pc, out.length, walker.constructs.length) ?? true;
  }

  #writeGlobal(index: number): void {
    // Those that are imported may be one.
    const isImported = index < this.code.plan.module.importedGlobals;
    if (isImported) this.#values.forgetGlobal(undefined);
    this.#values.writeGlobal(index);
  }

  /** Non-nullable locals are nullable ones here, and some are in the frame only. */
  #local(reader: InstructionReader): void {
    const { walker, frame } = this.code;
    const { op, index } = reader;
    if (op === Op.localGet) {
      frame.pushLocal(index);
    } else {
      this.#loads.write(index);
      this.#values.write(index);
      if (op === Op.localTee) frame.teeLocal(index);
      else frame.setLocal(index);
      if (walker.storesAtOnce(index)) frame.storeLocal(index);
    }
    walker.apply(reader);
  }

  #addressing(reader: InstructionReader): void {
    const { walker } = this.code;
    const value = this.#values.result(reader.op);
    this.code.copy(reader);
    walker.apply(reader);
    walker.operands.values[walker.operands.height - 1] = value;
  }

  /** False if the instruction always traps or throws: the version has been left, nothing follows. */
  #checkTrap(reader: InstructionReader): boolean {
    if (!MAY_TRAP.has(reader.op) && reader.op !== Op.call) return true;
    const { traps } = this.#options;
    if (reader.pc === this.#trustedPc) return true;
    if (TrapChecks.throws(reader) || (traps && TrapChecks.always(reader))) {
      this.code.exits.leave(reader.pc | TRAP);
      return false;
    }
    if (this.structures.chunk?.covers(reader.pc)) return true;
    if (this.#calls.check(reader, traps)) return true;
    if (!traps) return true;
    this.#trapPc = reader.pc | TRAP;
    if (this.#traps.condition(reader)) this.#traps.left(this.code.exits.leaveIf(this.#trapPc));
    return true;
  }
}
