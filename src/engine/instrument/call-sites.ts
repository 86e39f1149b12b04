/** What is emitted around calls, the original's and those of the hook. */
import { Op } from '../../wasm/opcodes.ts';
import { I32 } from '../../wasm/types.ts';
import type { CodeWriter, ScratchLocals } from './code.ts';
import { entriesOf } from './entries.ts';
import { FRAME_POINTER } from './layout.ts';
import type { FunctionPlan } from './plan.ts';
import type { EmitTarget } from './target.ts';
import type { Walker } from './walker.ts';

export interface CallSitesContext {
  readonly plan: FunctionPlan;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly walker: Walker;
  readonly target: EmitTarget;
  /** Nothing is called: the frame pointer stays in the debug memory, and no local has it. */
  readonly callsNothing: boolean;
}

export class CallSites {
  readonly #plan: FunctionPlan;
  readonly #out: CodeWriter;
  readonly #scratch: ScratchLocals;
  readonly #walker: Walker;
  /** The host may call the function, and that calls others. */
  readonly #entered: boolean;
  readonly #mayBeProtected: boolean;
  /** The local with the frame pointer of callees. */
  #calleeFrame: number | undefined;

  constructor({ plan, out, scratch, walker, target, callsNothing }: CallSitesContext) {
    this.#plan = plan;
    this.#out = out;
    this.#scratch = scratch;
    this.#walker = walker;
    this.#entered = !callsNothing && entriesOf(plan.module).has(plan.index);
    this.#mayBeProtected = target.mayBeProtected;
  }

  /** Where the function begins, and may go on: several calls are shorter then. */
  keepCalleeFrame(): void {
    if (this.#plan.calls < this.#plan.limits.calleeFrameFrom) return;
    this.pushCalleeFrame(this.#plan.frameSize);
    this.#calleeFrame = this.#scratch.calleeFrame();
    this.#out.localSet(this.#calleeFrame);
  }

  /**
   * Before a call. V8's optimizing compiler has no position for one in a `try_table`: stack traces
   * have that of the last instruction before it that can trap by a fault. So there is one here. The
   * `try_table` may be that of a caller into which this function is inlined, so all calls have one in
   * a module that has any.
   *
   * It is atomic: V8 leaves out what reads again what the code has just read, and a continuation has just
   * read its first local there. Of a byte: the alignment of more would be checked.
   */
  anchorPosition(): void {
    if (this.#walker.innermost.guarded || this.#mayBeProtected) this.#anchor();
  }

  /**
   * Before a tail call, or where the function is left: that is in no `try_table` but a caller's into which
   * the function is inlined. V8 then makes a call of it, and shows a frame of the function in its place.
   */
  anchorLastCall(): void {
    if (this.#mayBeProtected) this.#anchor();
  }

  #anchor(): void {
    const out = this.#out;
    out.localGet(this.#scratch.framePointer);
    out.loadByteAtomically();
    out.op(Op.drop);
  }

  /**
   * After a call: a function that the host may call takes back the room of its callees' frames.
   * Nothing else does, and a host function that calls in a million times would use up the stack.
   */
  takeBack(): void {
    if (this.#entered) this.setCalleeFrame(0);
  }

  /** The callee's frame begins `offset` bytes into this one; 0 for a tail call, which replaces it. */
  setCalleeFrame(offset: number): void {
    this.#out.i32Const(0);
    this.pushCalleeFrame(offset);
    this.#out.store(I32, FRAME_POINTER);
  }

  /** The same for a callee that gets its frame pointer as a parameter. */
  pushCalleeFrame(offset: number): void {
    const out = this.#out;
    if (offset > 0 && this.#calleeFrame !== undefined) {
      out.localGet(this.#calleeFrame);
      return;
    }
    out.localGet(this.#scratch.framePointer);
    if (offset === 0) return;
    out.i32Const(offset);
    out.op(Op.i32Add);
  }
}
