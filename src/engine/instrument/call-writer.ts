/**
 * Emits the program's calls: what is checked ahead of them and stored for the time that they take, the
 * callee's frame, and the check behind them. Those of small functions may need none of it
 * (`bare-calls.ts`).
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { type BareCallee, BareCalls, type BareCallsContext } from './bare-calls.ts';
import { BEYOND } from './layout.ts';
import { isCall } from './loop-effects.ts';

export class CallWriter {
  readonly #context: BareCallsContext;
  readonly #bareCalls: BareCalls;
  /** What the call that comes is of, if it needs no check. */
  #bareCallee: BareCallee | undefined;

  constructor(context: BareCallsContext) {
    this.#context = context;
    this.#bareCalls = new BareCalls(context);
  }

  /**
   * Before an instruction, emits the checks that there are for it as a call alone.
   *
   * @param traps look whether it will trap
   * @returns nothing else needs to be checked
   */
  check(reader: InstructionReader, traps: boolean): boolean {
    this.#bareCallee = this.#bareCalls.check(reader);
    if (this.#bareCallee !== undefined) return true;
    // What is stored for the call need not be stored by its exit.
    if (traps && reader.op !== Op.call && isCall(reader.op)) this.#store(reader.pc);
    return traps && this.#leavesUnlessSigned(reader);
  }

  /**
   * Before an indirect call, where the signature tables as good as decide whether it traps: leaves if
   * they are against it, for a continuation that looks closer.
   */
  #leavesUnlessSigned({ op, index, index2, pc }: InstructionReader): boolean {
    if (op !== Op.callIndirect && op !== Op.returnCallIndirect) return false;
    const { code, target } = this.#context;
    const { early, hooks } = code.options;
    // A version with hooks has reported its stop before the instruction already.
    if (early === false || hooks !== 'none') return false;
    const test = target.signature(index2, index);
    if (!test?.decisive) return false;
    code.frame.houseOperands(code.walker.operands);
    code.exits.leaveUnlessSigned(test, pc | BEYOND);
    return true;
  }

  /** `call`, `call_indirect` or `call_ref`. */
  call(reader: InstructionReader): void {
    const { code, target, dominance, values, loads } = this.#context;
    const { walker, out, calls } = code;
    const bare = this.#bareCallee;
    if (bare !== undefined) {
      this.#bareCallee = undefined;
      this.#bareCalls.call(reader, bare);
      walker.apply(reader);
      return;
    }
    values.forgetGlobals();
    this.#store(reader.pc);
    const { frameSize } = code.plan;
    const body = reader.op === Op.call ? target.body(reader.index) : undefined;
    if (body === undefined) calls.setCalleeFrame(frameSize);
    const first = out.length;
    calls.anchorPosition();
    if (body === undefined) {
      code.copy(reader, first);
    } else {
      calls.pushCalleeFrame(frameSize);
      code.copyCall(reader, body, first);
    }
    walker.apply(reader);
    calls.takeBack();
    code.exits.check(reader.next);
    dominance.endStretch();
    loads.forget();
  }

  /** Stores what is kept during the call at `pc`. */
  #store(pc: number): void {
    const { frame, walker } = this.#context.code;
    frame.flushKeptLocals(walker, pc);
    frame.flushKeptOperands(walker.operands);
  }

  /** `return_call`, `return_call_indirect` or `return_call_ref`. */
  tailCall(reader: InstructionReader): void {
    const { code, target } = this.#context;
    const body = reader.op === Op.returnCall ? target.body(reader.index) : undefined;
    if (body === undefined) code.calls.setCalleeFrame(0);
    const first = code.out.length;
    code.calls.anchorLastCall();
    if (body === undefined) {
      code.copy(reader, first);
    } else {
      code.calls.pushCalleeFrame(0);
      code.copyCall(reader, body, first);
    }
    code.walker.apply(reader);
  }
}
