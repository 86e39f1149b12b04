/**
 * Follows a function body instruction by instruction and knows, before each of them, the operand
 * stack, the enclosing constructs, and which locals differ from what the frame holds. The pre-pass,
 * every emitter and the frame reader use this one state machine, so that they agree.
 *
 * Bodies have passed V8's validation: types are trusted, only the format is checked.
 */
import { blockSignature } from '../../wasm/block-type.ts';
import type { CatchClause } from '../../wasm/catch-clauses.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { functionType } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import {
  type Construct,
  type ConstructKind,
  DELIMITERS,
  DeadCode,
  NO_LABEL,
  reentered,
} from './construct.ts';
import { LocalSet } from './local-set.ts';
import { applyToOperands } from './operand-effects.ts';
import { OperandStack } from './operands.ts';
import { UnsavedLocals } from './unsaved-locals.ts';
import type { WalkedFunction } from './walked-function.ts';

const NO_TYPES: readonly ValType[] = Object.freeze([]);
const NO_CATCHES: readonly CatchClause[] = Object.freeze([]);
const NO_LABELS: readonly number[] = Object.freeze([]);

export class Walker {
  readonly operands: OperandStack;
  readonly constructs: Construct[] = [];
  readonly unsaved: UnsavedLocals;
  /** False after a branch, return or trap, until a construct's end that something branches to. */
  reachable = true;
  /** Only constructs and locals are followed, and there are no operands. */
  readonly #isOfControl: boolean;
  readonly #fn: WalkedFunction;
  #dead = new DeadCode();

  /** @param tracked - follow which of this many locals differ from the frame; 0 where nobody asks */
  constructor(
    fn: WalkedFunction,
    tracked: number,
    operands = OperandStack.take(),
    isOfControl = false,
  ) {
    this.#fn = fn;
    this.operands = operands;
    this.#isOfControl = isOfControl;
    this.unsaved = new UnsavedLocals(fn, tracked);
    // The first instruction may open a construct of its own, at codeStart.
    this.#open('function', fn.codeStart - 1, NO_TYPES, fn.results, NO_CATCHES);
  }

  /** One that follows no operands: instructions that change nothing else need not be applied. */
  static ofControl(fn: WalkedFunction, tracked: number): Walker {
    return new Walker(fn, tracked, OperandStack.take(), true);
  }

  /** Another walker that can go on from here, of a walker that follows no locals. */
  fork(): Walker {
    const fork = new Walker(this.#fn, 0, this.operands.clone());
    fork.constructs.length = 0;
    for (const construct of this.constructs) fork.constructs.push({ ...construct });
    fork.reachable = this.reachable;
    fork.#dead = this.#dead.clone();
    return fork;
  }

  /** The function's last `end` has been applied. */
  get finished(): boolean {
    return this.constructs.length === 0;
  }

  /** What comes up to the end of the innermost construct's arm cannot be reached. */
  get armIsDead(): boolean {
    return !this.reachable && this.#dead.isOutermost && !this.finished;
  }

  get innermost(): Construct {
    return this.constructs[this.constructs.length - 1]!;
  }

  /** The construct that a branch to label `depth` targets. */
  target(depth: number): Construct {
    return this.constructs[this.constructs.length - 1 - depth]!;
  }

  /**
   * True if the instruction just read is in code that can be reached, or ends an arm of a construct
   * that is: false for what is skipped.
   */
  concerns(reader: InstructionReader): boolean {
    if (this.reachable) return true;
    return this.#dead.isOutermost && DELIMITERS.has(reader.op);
  }

  /** Advances over the instruction that the reader has just read. */
  apply(reader: InstructionReader): void {
    const { op } = reader;
    if (!this.reachable && !this.#dead.ends(op)) return;
    if (op === Op.localGet || reader.info.results !== undefined) {
      // By far the most. What has a fixed signature is no control instruction.
      this.#applyToOperands(reader);
      return;
    }
    switch (op) {
      case Op.block:
      case Op.loop:
      case Op.if:
      case Op.tryTable:
      case Op.try:
        this.#enter(reader);
        return;
      case Op.else:
        this.#startElse();
        return;
      case Op.end:
      case Op.delegate:
        this.#close();
        return;
      case Op.catch:
      case Op.catchAll:
        this.#startHandler(op === Op.catch ? this.#tagParams(reader.index) : []);
        return;
      case Op.br:
        this.#branch(reader.index);
        this.reachable = false;
        return;
      case Op.brIf:
        this.#pop(1);
        this.#branch(reader.index);
        this.#widen(reader.index, 0, 0);
        return;
      case Op.brOnNull:
        this.#branch(reader.index);
        this.#widen(reader.index, 1, 0);
        break;
      case Op.brOnNonNull:
      case Op.brOnCast:
      case Op.brOnCastFail:
        this.#branch(reader.index);
        this.#widen(reader.index, 1, 1);
        break;
      case Op.brTable:
        for (const label of reader.labels) this.#branch(label);
        this.reachable = false;
        return;
      case Op.return:
      case Op.unreachable:
      case Op.returnCall:
      case Op.returnCallIndirect:
      case Op.returnCallRef:
      case Op.throw:
      case Op.throwRef:
      case Op.rethrow:
        this.reachable = false;
        return;
      case Op.localSet:
      case Op.localTee:
        this.unsaved.write(reader.index, this.innermost.storesAtOnce);
        break;
    }
    this.#applyToOperands(reader);
  }

  /** Whether what is written to a local here is stored at once. */
  storesAtOnce(local: number): boolean {
    return this.innermost.storesAtOnce && this.unsaved.isKept(local);
  }

  /** Records a branch to a construct's label with the present state, as `br` does. */
  branchTo(construct: Construct): void {
    construct.branched = true;
    if (construct.endDirty === undefined) construct.endDirty = this.unsaved.dirty.clone();
    else construct.endDirty.addFrom(this.unsaved.dirty);
  }

  /** The state in a loop's body when control may also come from its end. */
  enterLoopHeader(pc: number): void {
    const effects = this.#fn.loops?.get(pc);
    if (effects !== undefined) this.unsaved.dirty.addFrom(effects.carried);
  }

  /** Joins a second way of arriving at this point; the operand stack is the same on both. */
  join(reachable: boolean, dirty: LocalSet): void {
    if (!reachable) return;
    if (this.reachable) this.unsaved.dirty.addFrom(dirty);
    else this.unsaved.dirty = dirty;
    this.reachable = true;
  }

  /** Puts the walker into the middle of a body: used when a continuation begins. */
  restore(pc: number, constructs: readonly Construct[], operands: OperandStack): void {
    this.unsaved.dirty = this.unsaved.fresh(pc);
    this.constructs.length = 0;
    for (const construct of constructs) this.constructs.push(reentered(construct));
    for (const [level, construct] of this.constructs.entries()) {
      for (const label of construct.handlers) {
        this.#handler(this.constructs[level - 1 - label]!, construct.pc);
      }
    }
    this.operands.truncate(0);
    for (let i = 0; i < operands.height; i++) {
      this.operands.pushFrom(operands, i);
      this.operands.setClean(i);
    }
  }

  #enter({ op, pc, blockType, catches }: InstructionReader): void {
    if (op === Op.if) this.#pop(1);
    const isTryTable = op === Op.tryTable;
    if (isTryTable) for (const { label } of catches) this.#handler(this.target(label), pc);
    const { params, results } = blockSignature(this.#fn.module, blockType);
    this.#pop(params.length);
    this.#open(kindOf(op), pc, params, results, isTryTable ? catches : NO_CATCHES);
  }

  #open(
    kind: ConstructKind,
    pc: number,
    params: readonly ValType[],
    results: readonly ValType[],
    catches: readonly CatchClause[],
  ): void {
    const height = this.operands.height;
    const outer = this.constructs.at(-1);
    const equalFrom = this.operands.settle(outer?.height ?? 0, this.#fn.writesBelow?.get(pc));
    const loop = kind === 'loop' ? this.#fn.loops?.get(pc) : undefined;
    const inherits = outer?.storesAtOnce === true && loop?.hasCall !== false;
    this.constructs.push({
      kind,
      pc,
      height,
      params,
      results,
      equalFrom,
      guarded: kind === 'try_table' || kind === 'try' || outer?.guarded === true,
      storesAtOnce: loop?.storesAtOnce === true || inherits,
      handlers: catches.length === 0 ? NO_LABELS : catches.map(({ label }) => label),
      branched: false,
      caught: false,
      lastArm: false,
      endDirty: undefined,
      elseDirty: kind === 'if' ? this.unsaved.dirty.clone() : undefined,
      label: NO_LABEL,
    });
    this.#push(params);
    if (kind === 'loop') this.enterLoopHeader(pc);
  }

  #applyToOperands(reader: InstructionReader): void {
    if (!this.#isOfControl) applyToOperands(reader, this.#fn, this.operands);
  }

  #pop(count: number): void {
    if (!this.#isOfControl) this.operands.pop(count);
  }

  #push(types: readonly ValType[]): void {
    if (!this.#isOfControl) this.operands.pushAll(types);
  }

  #branch(depth: number): void {
    this.branchTo(this.target(depth));
  }

  /**
   * Where a conditional branch was not taken, the operands that it would have carried have the
   * label's types, which may be wider than their own.
   *
   * @param above how many operands on the top of the stack are not among those
   * @param last how many of the label's types are for what the branch makes of these
   */
  #widen(depth: number, above: number, last: number): void {
    if (this.#isOfControl) return;
    const { kind, params, results } = this.target(depth);
    const types = kind === 'loop' ? params : results;
    const count = types.length - last;
    this.operands.widen(this.operands.height - above - count, types, count);
  }

  /**
   * An exception can take control to a label, out of a protected body that begins here. It comes out
   * of a call, before which all that is kept was flushed: code that throws by itself leaves its
   * version first.
   */
  #handler(construct: Construct, pc: number): void {
    construct.branched = true;
    construct.caught = true;
    construct.endDirty ??= new LocalSet(this.unsaved.dirty.size);
    construct.endDirty.addFrom(this.unsaved.afterCalls(pc));
  }

  /** The next arm of a legacy `try`; its operands are the exception's values. */
  #startHandler(params: readonly ValType[]): void {
    this.unsaved.forgetStale();
    const construct = this.innermost;
    if (this.reachable) this.branchTo(construct);
    construct.kind = 'catch';
    construct.guarded = this.constructs.at(-2)!.guarded;
    this.operands.truncate(construct.height);
    this.#push(params);
    this.reachable = !construct.lastArm;
    this.unsaved.dirty = this.unsaved.afterCalls(construct.pc);
  }

  #tagParams(tag: number): readonly ValType[] {
    const { module } = this.#fn;
    return functionType(module, module.tags[tag]!.type.typeIndex).params;
  }

  #startElse(): void {
    this.unsaved.forgetStale();
    const construct = this.innermost;
    if (this.reachable) this.branchTo(construct);
    construct.kind = 'else';
    this.operands.truncate(construct.height);
    this.#push(construct.params);
    // An arm of a construct that a continuation begins in is entered by nobody: no state, dead.
    this.reachable = construct.elseDirty !== undefined;
    if (construct.elseDirty !== undefined) this.unsaved.dirty = construct.elseDirty;
    construct.elseDirty = undefined;
  }

  #close(): void {
    this.unsaved.forgetStale();
    const construct = this.constructs.pop()!;
    const { kind, elseDirty, endDirty } = construct;
    // An `if` without `else`: the condition may have been false.
    if (kind === 'if' && elseDirty !== undefined) this.join(true, elseDirty);
    if (construct.branched && kind !== 'loop' && endDirty !== undefined) this.join(true, endDirty);
    this.operands.truncate(construct.height);
    this.operands.unsettle(construct.equalFrom);
    this.#push(construct.results);
  }
}

function kindOf(op: number): ConstructKind {
  if (op === Op.block) return 'block';
  if (op === Op.loop) return 'loop';
  if (op === Op.if) return 'if';
  return op === Op.try ? 'try' : 'try_table';
}
