/**
 * Calls of copies of functions that have no check, no frame and no hook of their own (`bare-leaves.ts`,
 * `bare-copies.ts`). All that might become of a call is looked at before: whether something wants to
 * stop in the function, and whether memory that it might access is out of bounds. Then the version is
 * left ahead of the call, and the continuation there calls the function itself. So nothing is stored
 * for such a call, and there is no check behind it; V8 inlines the copy as it does in plain code.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { AddressValues } from './address-values.ts';
import type { BareLeaf, LeafSpan } from './bare-leaves.ts';
import type { Dominance } from './dominance.ts';
import { BEYOND } from './layout.ts';
import type { LoadForwarding } from './load-forwarding.ts';
import type { EmitTarget } from './target.ts';
import type { TrapChecks } from './trap-checks.ts';
import type { VersionWriter } from './version-writer.ts';

export interface BareCallsContext {
  readonly code: VersionWriter;
  readonly target: EmitTarget;
  readonly dominance: Dominance;
  readonly values: AddressValues;
  readonly traps: TrapChecks;
  readonly loads: LoadForwarding;
}

/** A call that can be one without checks. */
export interface BareCallee {
  readonly leaf: BareLeaf;
  /** Height of the first argument. */
  readonly first: number;
  /** Index of the copy; of a table of copies for a call through a table. */
  readonly copy: number;
}

export class BareCalls {
  readonly #context: BareCallsContext;
  /** By limit word's address: when it was looked at, and `AddressValues.othersRan` then. */
  #lookedAt: Map<number, { readonly time: number; readonly ran: number }> | undefined;

  constructor(context: BareCallsContext) {
    this.#context = context;
  }

  /**
   * Before a call: leaves if it must be one of the function itself.
   *
   * @returns what the call itself is of; undefined: there is none to be called here
   */
  check(reader: InstructionReader): BareCallee | undefined {
    const { code, target } = this.#context;
    const { plan, walker, options } = code;
    const { op, index, index2, pc } = reader;
    const leaf = plan.bareLeaves.called(reader, walker);
    if (leaf === undefined || options.early === false) return undefined;
    if (options.limitAddress === undefined) return undefined;
    const { hooks } = options;
    // The stop at a hooked instruction has been before its check.
    if (hooks === 'all' || (hooks !== 'none' && hooks.has(pc))) return undefined;
    const isIndirect = op === Op.callIndirect;
    const test = isIndirect ? target.signature(index2, index) : undefined;
    if (isIndirect && test?.decisive !== true) return undefined;
    const copy =
      test === undefined
        ? target.bare(index)
        : target.bareInTable(index2, test.length, leaf.functions);
    if (copy === undefined) return undefined;
    const typeIndex = isIndirect ? index : plan.module.functions[index]!.typeIndex;
    const first = this.#firstArgument(typeIndex, isIndirect);
    const conditions = this.#conditions(leaf, copy.limitAddress, first);
    if (test !== undefined || conditions.length > 0) code.frame.houseOperands(walker.operands);
    if (test === undefined) code.exits.leaveIfAny(conditions, pc | BEYOND);
    else code.exits.leaveUnlessSigned(test, pc | BEYOND, conditions);
    return { leaf, first, copy: copy.index };
  }

  /** The call itself. */
  call({ op, index, pc }: InstructionReader, { leaf, first, copy }: BareCallee): void {
    const { code, values, loads } = this.#context;
    const { calls, out, options } = code;
    const { spans, writesGlobals } = leaf;
    for (const span of spans) {
      if (span.isWritten) loads.overwrite(span.memory, this.#value(span, first), span.bytes);
    }
    if (writesGlobals) values.forgetGlobal(undefined);
    const start = out.length;
    // V8's stack may overflow here.
    calls.anchorPosition();
    options.positions?.add(start, out.length, pc);
    if (op === Op.callIndirect) {
      out.callIndirect(op, index, copy);
    } else {
      out.op(op);
      out.u32(copy);
    }
  }

  #firstArgument(typeIndex: number, isIndirect: boolean): number {
    const { plan, walker } = this.#context.code;
    const { composite } = plan.module.types[typeIndex]!;
    const count = composite.kind === 'func' ? composite.params.length : 0;
    return walker.operands.height - count - (isIndirect ? 1 : 0);
  }

  /** The call must be one of the function itself if one of these is true. */
  #conditions(leaf: BareLeaf, limitAddress: number, first: number): (() => void)[] {
    const { code, traps } = this.#context;
    const { out } = code;
    const conditions: (() => void)[] = [];
    if (!this.#isLookedAt(limitAddress)) {
      conditions.push(() => {
        out.pollLimit(limitAddress);
      });
    }
    for (const span of leaf.spans) {
      if (span.base.kind === 'zero') continue;
      const check = traps.ahead(span.memory, this.#value(span, first), span.bytes);
      if (check === undefined) continue;
      const push = (): void => this.#pushStart(span, first);
      conditions.push(() => check.write(push, false));
    }
    for (const [a, b] of leaf.apart) conditions.push(() => this.#pushOverlap(a, b, first));
    return conditions;
  }

  /** Since the word was last looked at, nothing has stopped: an interrupt can wait for the next check. */
  #isLookedAt(limitAddress: number): boolean {
    const { dominance, values } = this.#context;
    const last = this.#lookedAt?.get(limitAddress);
    if (last?.ran === values.othersRan && dominance.holds(last.time)) return true;
    this.#lookedAt ??= new Map();
    this.#lookedAt.set(limitAddress, { time: dominance.tick(), ran: values.othersRan });
    return false;
  }

  #value({ base, offset }: LeafSpan, first: number): number {
    const { values } = this.#context;
    if (base.kind === 'zero') return values.absolute(offset);
    const start =
      base.kind === 'global' ? values.global(base.index) : values.operand(first + base.index);
    return values.plus(start, offset);
  }

  #pushStart({ base, offset }: LeafSpan, first: number): void {
    const { code, target } = this.#context;
    const { out, walker, frame } = code;
    if (base.kind === 'param') {
      frame.pushOperand(walker.operands, first + base.index);
    } else if (base.kind === 'global') {
      out.op(Op.globalGet);
      out.u32(target.global(base.index));
    }
    if (base.kind === 'zero' || offset !== 0) out.i32Const(offset);
    if (base.kind !== 'zero' && offset !== 0) out.op(Op.i32Add);
  }

  /** None of the two reaches beyond its memory: they overlap if one begins less before the other's end. */
  #pushOverlap(a: LeafSpan, b: LeafSpan, first: number): void {
    const { out } = this.#context.code;
    this.#pushStart(a, first);
    this.#pushStart(b, first);
    out.op(Op.i32Sub);
    out.i32Const(a.bytes - 1);
    out.op(Op.i32Add);
    out.i32Const(a.bytes + b.bytes - 1);
    out.op(Op.i32LtU);
  }
}
