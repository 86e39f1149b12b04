import { type DebugEvent, DebuggeeError } from '../../opaque-debugger/opaque-debugger.ts';
import { InBandError, trap } from '../errors.ts';
import type * as Wit from '../generated/interfaces/bytecodealliance-wasmtime-debuggee.js';
import type { Pollable } from '../generated/interfaces/wasi-io-poll.js';
import { asTrap, type EventSubscription, type Session } from '../session.ts';
import type { Debuggee } from './debuggee.ts';
import { WasmException } from './wasm-exception.ts';
import { WasmValue } from './wasm-value.ts';

const FINISH = 'event-future.finish';

/** `event-future`: the event that the present resumption will end in. */
export class EventFuture implements Wit.EventFuture {
  readonly #session: Session;
  readonly #subscriptions: EventSubscription[] = [];
  #live = true;

  constructor(session: Session) {
    this.#session = session;
    session.countFuture(1);
  }

  /** Each call makes a pollable; it is of no use after `finish`, and must be dropped before. */
  subscribe(): Pollable {
    if (!this.#live) throw trap('event-future.subscribe', 'the future was used or dropped');
    let subscription: EventSubscription;
    try {
      subscription = this.#session.subscribe();
    } catch (error) {
      throw asTrap('event-future.subscribe', error);
    }
    this.#subscriptions.push(subscription);
    this.#session.addSubscription(subscription);
    return subscription.pollable;
  }

  static finish(self: EventFuture, d: Debuggee): Wit.Event {
    self.#session.requireOwn(FINISH, 'future', d);
    using future = self;
    return future.#take();
  }

  #take(): Wit.Event {
    if (!this.#live) throw trap(FINISH, 'the event has been taken already');
    let event: DebugEvent | undefined;
    try {
      event = this.#session.debuggee.wait();
    } catch (error) {
      if (error instanceof DebuggeeError) throw new InBandError(error.code, error);
      throw asTrap(FINISH, error);
    }
    if (event === undefined) throw trap(FINISH, 'the debuggee gave no event');
    return this.#toWit(event);
  }

  #toWit(event: DebugEvent): Wit.Event {
    switch (event.kind) {
      case 'exception':
        return { tag: 'exception', val: new WasmException(this.#session, event.exception) };
      case 'injected-call-return': {
        const values = event.values.map((contents) => new WasmValue(contents, this.#session));
        return { tag: 'injected-call-return', val: values };
      }
      default:
        return { tag: event.kind };
    }
  }

  /** Without `finish` before it, the event stays to be taken by the next future. */
  [Symbol.dispose](): void {
    if (this.#live) this.#session.countFuture(-1);
    this.#live = false;
    for (const subscription of this.#subscriptions) this.#session.endSubscription(subscription);
    this.#subscriptions.length = 0;
  }
}
