import {
  DebuggeeError,
  DebuggeeTrap,
  type FrameHandle,
  type OpaqueDebugger,
} from '../../opaque-debugger/opaque-debugger.ts';
import { DROPPED } from '../entity.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Session } from '../session.ts';
import type { Debuggee } from './debuggee.ts';
import { Instance } from './instance.ts';
import { WasmValue } from './wasm-value.ts';

/** `frame`: dies with the next resumption, whoever still holds it. */
export class Frame implements Wit.Frame {
  readonly #session: Session;
  readonly #handle: FrameHandle;
  /** The pause that it belongs to. */
  readonly #pause: number;
  #held = true;

  constructor(session: Session, handle: FrameHandle) {
    this.#session = session;
    this.#handle = handle;
    this.#pause = session.resumptions;
    session.retainFrame(handle);
  }

  getInstance(d: Debuggee): Instance {
    const instance = this.#tryTo(d, 'get-instance', (debuggee) =>
      debuggee.frameInstance(this.#handle),
    );
    return new Instance(this.#session, instance);
  }

  getFuncIndex(d: Debuggee): number {
    return this.#tryTo(d, 'get-func-index', (debuggee) => debuggee.frameFuncAndPc(this.#handle))
      .func;
  }

  getPc(d: Debuggee): number {
    return this.#tryTo(d, 'get-pc', (debuggee) => debuggee.frameFuncAndPc(this.#handle)).pc;
  }

  getLocals(d: Debuggee): WasmValue[] {
    return this.#tryTo(d, 'get-locals', (debuggee) => debuggee.frameLocals(this.#handle)).map(
      (contents) => new WasmValue(contents, this.#session),
    );
  }

  getStack(d: Debuggee): WasmValue[] {
    return this.#tryTo(d, 'get-stack', (debuggee) => debuggee.frameStack(this.#handle)).map(
      (contents) => new WasmValue(contents, this.#session),
    );
  }

  parentFrame(d: Debuggee): Frame | undefined {
    const parent = this.#tryTo(d, 'parent-frame', (debuggee) => debuggee.frameParent(this.#handle));
    return parent === undefined ? undefined : new Frame(this.#session, parent);
  }

  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#pause === this.#session.resumptions) this.#session.release(this.#handle);
  }

  /** A frame of an earlier pause is not asked about: its number may mean another one by now. */
  #tryTo<T>(d: Debuggee, method: string, query: (debuggee: OpaqueDebugger) => T): T {
    return this.#session.tryTo(`frame.${method}`, d, (debuggee) => {
      if (!this.#held) throw new DebuggeeTrap(DROPPED);
      if (this.#pause !== this.#session.resumptions) throw new DebuggeeError('invalid-frame');
      return query(debuggee);
    });
  }
}
