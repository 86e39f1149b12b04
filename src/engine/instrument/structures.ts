/** Emits what opens, divides and ends the constructs of a function. */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { AddressValues } from './address-values.ts';
import { BoundedLoops } from './bounded-loops.ts';
import type { ByteBudget } from './byte-budget.ts';
import { ChunkWriter } from './chunk-writer.ts';
import type { Construct } from './construct.ts';
import { delayedCheck } from './delayed-check.ts';
import type { Dominance } from './dominance.ts';
import { handlersAround } from './legacy-shape.ts';
import { LegacyTries } from './legacy-try.ts';
import { closeRestoredLoop } from './restored-loop.ts';
import type { VersionWriter } from './version-writer.ts';

const NONE = -1;

export interface StructuresContext {
  readonly code: VersionWriter;
  readonly dominance: Dominance;
  readonly values: AddressValues;
  readonly budget: ByteBudget | undefined;
  /** Emits the innermost construct from its `loop` on, which has been reported. */
  readonly emitLoop: (loop: Construct) => void;
}

export class Structures {
  readonly #code: VersionWriter;
  readonly #dominance: Dominance;
  readonly #values: AddressValues;
  readonly #budget: ByteBudget | undefined;
  readonly #emitLoop: (loop: Construct) => void;
  readonly legacy: LegacyTries;
  /** The version has loops that are more than a header. */
  hasLoops = false;
  /** The check of the innermost loop's header is made before the instruction at this pc; -1: has been. */
  checkPc = NONE;
  /** The loop, of those around, whose check is ahead of each branch back. */
  #checkedLoop = NONE;
  readonly #bounded: BoundedLoops;
  #chunk: ChunkWriter | undefined;
  /** Of `if`, by number of constructs around. */
  readonly #conditions: number[] = [];

  constructor({ code, dominance, values, budget, emitLoop }: StructuresContext) {
    this.#code = code;
    this.#dominance = dominance;
    this.#values = values;
    this.#budget = budget;
    this.#emitLoop = emitLoop;
    this.legacy = new LegacyTries(code);
    this.#bounded = new BoundedLoops(code.plan.limits.boundedRounds);
  }

  /** The counted loop that is open. */
  get chunk(): ChunkWriter | undefined {
    return this.#chunk;
  }

  /** `block`, `loop`, `if` or `try_table`. */
  open(reader: InstructionReader): void {
    const code = this.#code;
    const { walker } = code;
    const { op } = reader;
    const condition = op === Op.if ? this.#values.condition() : 0;
    const params = this.#settleBelow(reader);
    if (op === Op.tryTable) {
      code.blocks.openTryTable(reader, (label) => walker.target(label));
      walker.apply(reader);
    } else {
      if (op === Op.loop) this.#beforeLoop(reader, params);
      code.copy(reader);
      walker.apply(reader);
    }
    if (op === Op.loop) {
      this.#beginLoop(reader);
    } else {
      code.labels.push({ construct: walker.innermost, role: 'plain' });
      this.#enter();
      if (op === Op.if) {
        this.#dominance.endStretch();
        this.#conditions[this.#level] = condition;
        this.#values.tested(condition, true);
      }
    }
    this.legacy.openPad(walker.innermost);
  }

  #beforeLoop(reader: InstructionReader, params: number): void {
    const { plan, frame, walker } = this.#code;
    const effects = plan.loops.get(reader.pc);
    if (effects?.alwaysCalls === true || effects?.storesAtOnce === true) {
      frame.flushBeforeLoop(walker, effects, reader.next);
    }
    this.legacy.openLoopExit(reader, params);
  }

  #beginLoop({ pc, next }: InstructionReader): void {
    const code = this.#code;
    const { plan } = code;
    const counted = ChunkWriter.forLoop(code, pc);
    // The branch back, if it is one of a chunk's rounds, goes to another label.
    const construct = counted === undefined ? code.walker.innermost : undefined;
    code.labels.push({ construct, role: 'plain' });
    const bounds = this.#values.enteringLoop(plan.inductions.get(pc));
    plan.loops.get(pc)?.writes.forEach((local) => {
      this.#values.forget(local);
    });
    this.#values.forgetGlobals();
    bounds?.most.forEach((most, local) => {
      this.#values.bound(local, most);
    });
    this.#enter();
    if (this.#budget?.isExhausted !== true) this.hasLoops = true;
    if (this.#needsCheck(pc, bounds?.rounds ?? Infinity)) {
      if (counted !== undefined || !this.#delaysCheck(pc, next)) code.exits.check(next);
    }
    if (counted === undefined) return;
    counted.open(next, code.options.traps);
    this.#chunk = counted;
  }

  /**
   * Whether the check of a loop is made elsewhere than at its header.
   *
   * @param header pc of the first instruction inside
   */
  #delaysCheck(loop: number, header: number): boolean {
    const { plan, options } = this.#code;
    if (options.fewerChecks !== true || !plan.limits.delayedChecks) return false;
    this.checkPc = delayedCheck(plan.module.bytes, header, plan.body.end) ?? NONE;
    if (this.checkPc !== NONE) return true;
    const atEnd = plan.loops.get(loop)?.checksAtEnd === true;
    if (atEnd) this.#checkedLoop = loop;
    return atEnd;
  }

  /** Before a `br`: the check of a loop that it goes back to. */
  checkBack({ index, pc }: InstructionReader): void {
    const { walker, exits } = this.#code;
    const target = walker.target(index);
    if (target.kind === 'loop' && target.pc === this.#checkedLoop) exits.check(pc);
  }

  #needsCheck(loop: number, rounds: number): boolean {
    const { plan, walker, options } = this.#code;
    const isBounded = this.#bounded.enter(walker.constructs.length, rounds);
    if (options.fewerChecks !== true) return true;
    const { callChecks, bareChecks } = plan.limits;
    const effects = plan.loops.get(loop);
    const calls = bareChecks ? effects?.alwaysPolls : effects?.alwaysCalls;
    return !isBounded && !(callChecks && calls === true);
  }

  /** Before an `end`: whoever stops there does so behind the last round, not behind each chunk. */
  closeChunk(): void {
    if (this.#code.labels.innermost.role !== 'chunk') return;
    this.#chunk!.close();
    this.#chunk = undefined;
  }

  /** Legacy `try`. */
  openTry(reader: InstructionReader): void {
    this.legacy.open(reader, this.#settleBelow(reader));
    this.#enter();
  }

  /** Opens a legacy `try` in whose body a continuation begins. */
  reopenTry(construct: Construct, level: number): void {
    this.legacy.reopen(construct);
    this.#dominance.enter(level);
  }

  /** `catch` or `catch_all`. */
  startHandler(reader: InstructionReader): void {
    if (this.legacy.hasHandlersOf(this.#code.walker.innermost))
      this.#dominance.backToBegin(this.#level);
    else this.#dominance.reset();
    this.legacy.startHandler(reader);
  }

  /** Throws again what the handler of a label has caught. */
  rethrow(reader: InstructionReader): void {
    const { walker, scratch, out } = this.#code;
    const level = walker.constructs.indexOf(walker.target(reader.index));
    out.localGet(scratch.exception(handlersAround(walker.constructs, level)));
    out.op(Op.throwRef);
    walker.apply(reader);
  }

  /** Number of constructs around the innermost. */
  get #level(): number {
    return this.#code.walker.constructs.length - 1;
  }

  /** The innermost construct begins. */
  #enter(): void {
    this.#dominance.enter(this.#level);
  }

  /** The innermost construct ends. */
  #leave({ kind, branched, caught }: Construct): void {
    const dominance = this.#dominance;
    dominance.endStretch();
    if (kind === 'loop') return;
    const fromBegin = caught || kind === 'if' || kind === 'try' || kind === 'catch';
    if (fromBegin || (kind === 'else' && branched)) dominance.backToBegin(this.#level);
    else if (kind !== 'else') dominance.exit(this.#level);
  }

  /** Settles the operands that a construct leaves alone; returns how many parameters it takes. */
  #settleBelow(reader: InstructionReader): number {
    const { frame, walker } = this.#code;
    const { operands } = walker;
    const params = this.#paramCount(reader);
    const below = operands.height - params - (reader.op === Op.if ? 1 : 0);
    frame.settleOperands(walker, below, reader.pc);
    return params;
  }

  #paramCount(reader: InstructionReader): number {
    const type = reader.blockType;
    if (type.kind !== 'index') return 0;
    const { composite } = this.#code.plan.module.types[type.typeIndex]!;
    return composite.kind === 'func' ? composite.params.length : 0;
  }

  /** `else`, `end` or `delegate`. */
  endArm(reader: InstructionReader): void {
    const { walker, labels } = this.#code;
    this.legacy.closePad(walker.innermost);
    if (labels.innermost.role === 'loop-again') {
      closeRestoredLoop(this.#code, this.#dominance, this.#emitLoop);
    } else if (reader.op === Op.else) {
      this.#startElse(reader);
    } else {
      this.#end(reader);
    }
  }

  #startElse(reader: InstructionReader): void {
    const { walker, labels, out } = this.#code;
    // An arm that a continuation began in is a block: what follows its `else` is dead.
    if (labels.innermost.role === 'plain') {
      out.op(Op.else);
      this.#dominance.backToBegin(this.#level);
      this.#values.tested(this.#conditions[this.#level]!, false);
    }
    walker.apply(reader);
    this.legacy.openPad(walker.innermost);
  }

  #end(reader: InstructionReader): void {
    const { walker, labels, blocks, out, calls, exits } = this.#code;
    const label = labels.innermost;
    // What a continuation knew inside the arm it began in does not hold for branches to its end.
    const whole = label.role === 'plain' || label.role === 'try';
    const construct = walker.innermost;
    const only = whole && !walker.reachable && !construct.caught;
    if (only && (construct.kind === 'block' || construct.kind === 'if')) {
      this.#values.undoAfter(this.#dominance.lastBranch(this.#level));
    }
    if (whole) this.#leave(construct);
    else this.#dominance.reset();
    blocks.close();
    const { caught } = construct;
    if (construct.kind === 'loop') this.legacy.closeLoopExit(construct);
    walker.apply(reader);
    // An exception comes past all checks of the frames that it unwinds.
    if (caught && walker.reachable && !walker.finished) {
      calls.takeBack();
      exits.check(reader.next);
    }
    if (!walker.reachable && !walker.finished) out.op(Op.unreachable);
  }
}
