/**
 * What all resources of one debugger component share: the debuggee, the rule about when it may be
 * asked, and who holds which handle. Runs in the debugger's Worker.
 */

import {
  DebuggeeError,
  type FrameHandle,
  type Handle,
  type OpaqueDebugger,
} from '../opaque-debugger/opaque-debugger.ts';
import { InBandError, trap } from './errors.ts';
import type { EventSubscription, Subscribe } from './subscription.ts';

export type { EventSubscription, Subscribe };

/** A resource, by what it shares with the others of its debuggee. */
export interface Owner {
  readonly session: Session;
}

const RUNNING =
  'the program is running. Until event-future.finish has given the event, only ' +
  'debuggee.interrupt and the event future may be used';

export class Session {
  readonly debuggee: OpaqueDebugger;
  readonly subscribe: Subscribe;
  /** Handles the component holds, each with the number of its resource objects. */
  readonly #holders = new Map<Handle<string>, number>();
  readonly #frames = new Set<FrameHandle>();
  readonly #subscriptions = new Set<EventSubscription>();
  #resumptions = 0;
  #awaited = 0;

  constructor(debuggee: OpaqueDebugger, subscribe: Subscribe) {
    this.debuggee = debuggee;
    this.subscribe = subscribe;
  }

  /** Number of resumptions so far: frames of an earlier number are gone. */
  get resumptions(): number {
    return this.#resumptions;
  }

  /** Number of handles held, for the sweep and for tests. */
  get held(): number {
    return this.#holders.size;
  }

  /**
   * Asks the debuggee, for a method whose WIT type has no error: every failure is a trap.
   * @param d the debuggee that the component named, if the method takes one
   * @throws WebAssembly.RuntimeError
   */
  ask<T>(method: string, d: Owner | undefined, query: (debuggee: OpaqueDebugger) => T): T {
    this.#check(method, d);
    return this.alone(method, () => query(this.debuggee));
  }

  /**
   * Asks the debuggee, for a method that returns a result: a DebuggeeError is given in-band.
   * @throws InBandError, WebAssembly.RuntimeError
   */
  tryTo<T>(method: string, d: Owner, query: (debuggee: OpaqueDebugger) => T): T {
    this.#check(method, d);
    try {
      return query(this.debuggee);
    } catch (error) {
      if (error instanceof DebuggeeError) throw new InBandError(error.code, error);
      throw asTrap(method, error);
    }
  }

  /**
   * For what a handle can answer by itself, also while the program runs.
   * @throws WebAssembly.RuntimeError
   */
  alone<T>(method: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw asTrap(method, error);
    }
  }

  /** @throws WebAssembly.RuntimeError if this is of another debuggee */
  requireOwn(method: string, what: string, { session }: Owner): void {
    if (session === this) return;
    throw trap(method, `the ${what} is of another debuggee. Use each handle with its own`);
  }

  #check(method: string, d: Owner | undefined): void {
    if (d !== undefined) this.requireOwn(method, 'handle', d);
    if (this.debuggee.state === 'running') throw trap(method, RUNNING);
  }

  /** To be called when the debuggee has been resumed: its frames are gone. */
  resumed(): void {
    this.#resumptions++;
    for (const frame of this.#frames) this.#holders.delete(frame);
    this.#frames.clear();
  }

  /** Whether a future for the present resumption's event is held. */
  get awaited(): boolean {
    return this.#awaited > 0;
  }

  /** @param change 1 for a new future, -1 for one that has been used or dropped */
  countFuture(change: 1 | -1): void {
    this.#awaited += change;
  }

  /** One more resource object holds this handle. */
  retain(handle: Handle<string>): void {
    this.#holders.set(handle, (this.#holders.get(handle) ?? 0) + 1);
  }

  retainFrame(frame: FrameHandle): void {
    this.retain(frame);
    this.#frames.add(frame);
  }

  /** One resource object holds this handle no longer; the last one releases it. */
  release(handle: Handle<string>): void {
    const holders = this.#holders.get(handle);
    if (holders === undefined) return;
    if (holders > 1) {
      this.#holders.set(handle, holders - 1);
    } else {
      this.#holders.delete(handle);
      this.debuggee.release(handle);
    }
  }

  addSubscription(subscription: EventSubscription): void {
    this.#subscriptions.add(subscription);
  }

  endSubscription(subscription: EventSubscription): void {
    if (this.#subscriptions.delete(subscription)) subscription.dispose();
  }

  /** The component has ended: releases what it did not drop. */
  sweep(): void {
    for (const subscription of [...this.#subscriptions]) this.endSubscription(subscription);
    for (const handle of this.#holders.keys()) this.debuggee.release(handle);
    this.#holders.clear();
    this.#frames.clear();
  }
}

/** A trap of this method stays what it is. */
export function asTrap(method: string, error: unknown): WebAssembly.RuntimeError {
  if (error instanceof WebAssembly.RuntimeError && error.message.startsWith(`${method}: `)) {
    return error;
  }
  return trap(method, error instanceof Error ? error.message : String(error), error);
}
