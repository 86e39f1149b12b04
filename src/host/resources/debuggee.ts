import type { Resumption } from '../../opaque-debugger/opaque-debugger.ts';
import { trap } from '../errors.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import { asTrap, type Session } from '../session.ts';
import { consume } from '../values.ts';
import { EventFuture } from './event-future.ts';
import { Frame } from './frame.ts';
import { Instance } from './instance.ts';
import { Module } from './module.ts';
import type { WasmException } from './wasm-exception.ts';
import type { WasmFunc } from './wasm-func.ts';
import type { WasmValue } from './wasm-value.ts';

/** `resumption-value`, with the classes of this host: the bindings have checked that. */
export type ResumptionValue =
  | { tag: 'normal' }
  | { tag: 'inject-call'; val: { callee: WasmFunc; arguments: WasmValue[] } }
  | { tag: 'throw-exception'; val: WasmException }
  | { tag: 'early-return'; val: WasmValue[] };

/** `debuggee`. */
export class Debuggee implements Wit.Debuggee {
  readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  allModules(): Module[] {
    return this.session
      .ask('debuggee.all-modules', this, (debuggee) => debuggee.allModules())
      .map((module) => new Module(this.session, module));
  }

  allInstances(): Instance[] {
    return this.session
      .ask('debuggee.all-instances', this, (debuggee) => debuggee.allInstances())
      .map((instance) => new Instance(this.session, instance));
  }

  exitFrames(): Frame[] {
    return this.session
      .ask('debuggee.exit-frames', this, (debuggee) => debuggee.exitFrames())
      .map((frame) => new Frame(this.session, frame));
  }

  interrupt(): void {
    try {
      this.session.debuggee.interrupt();
    } catch (error) {
      throw asTrap('debuggee.interrupt', error);
    }
  }

  singleStep(value: ResumptionValue): EventFuture {
    return this.#resume('debuggee.single-step', value, (resumption) =>
      this.session.debuggee.singleStep(resumption),
    );
  }

  continue(value: ResumptionValue): EventFuture {
    return this.#resume('debuggee.continue', value, (resumption) =>
      this.session.debuggee.continue_(resumption),
    );
  }

  /** The event that a dropped future would have given: it is still to come, or waits to be taken. */
  #waitAgain(method: string, value: ResumptionValue): EventFuture {
    if (this.session.awaited) {
      throw trap(method, 'the program is running. Wait for its event with event-future.finish');
    }
    if (value.tag !== 'normal') {
      throw trap(
        method,
        'the program is running, and its event future was dropped. Resume it with normal, which ' +
          'gives a future for that event, and wait for it first',
      );
    }
    return new EventFuture(this.session);
  }

  #resume(
    method: string,
    value: ResumptionValue,
    go: (resumption: Resumption) => void,
  ): EventFuture {
    const { session } = this;
    const { state } = session.debuggee;
    if (state === 'running') return this.#waitAgain(method, value);
    if (state === 'complete') {
      throw trap(method, 'the program has ended. Do not resume it after the event complete');
    }
    requireOwn(session, method, value);
    session.alone(method, () => handOver(session, method, value, go));
    session.resumed();
    return new EventFuture(session);
  }
}

function requireOwn(session: Session, method: string, value: ResumptionValue): void {
  if (value.tag === 'throw-exception') session.requireOwn(method, 'exception', value.val);
  if (value.tag === 'inject-call') session.requireOwn(method, 'function', value.val.callee);
}

/** What the component owned in the resumption is the host's now, and dropped after use. */
function handOver(
  session: Session,
  method: string,
  value: ResumptionValue,
  go: (resumption: Resumption) => void,
): void {
  switch (value.tag) {
    case 'normal':
      go({ kind: 'normal' });
      return;
    case 'early-return':
      consume(session, method, value.val, (values) => go({ kind: 'early-return', values }));
      return;
    case 'throw-exception': {
      using exception = value.val;
      go({ kind: 'throw-exception', exception: exception.handle });
      return;
    }
    case 'inject-call': {
      using callee = value.val.callee;
      consume(session, method, value.val.arguments, (args) =>
        go({ kind: 'inject-call', callee: callee.handle, args }),
      );
      return;
    }
    default:
      // Of a later version of the world.
      throw new Error(`there is no resumption "${(value as { tag: string }).tag}" here`);
  }
}
