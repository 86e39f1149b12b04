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
   * @throws WebAssembly.RuntimeError
   */
  ask<T>(method: string, query: (debuggee: OpaqueDebugger) => T): T {
    if (this.debuggee.state === 'running') throw trap(method, RUNNING);
    try {
      return query(this.debuggee);
    } catch (error) {
      throw asTrap(method, error);
    }
  }

  /**
   * Asks the debuggee, for a method that returns a result: a DebuggeeError is given in-band.
   * @throws InBandError, WebAssembly.RuntimeError
   */
  tryTo<T>(method: string, query: (debuggee: OpaqueDebugger) => T): T {
    if (this.debuggee.state === 'running') throw trap(method, RUNNING);
    try {
      return query(this.debuggee);
    } catch (error) {
      if (error instanceof DebuggeeError) throw new InBandError(error.code, error);
      throw asTrap(method, error);
    }
  }

  /** To be called when the debuggee has been resumed: its frames are gone. */
  resumed(): void {
    this.#resumptions++;
    for (const frame of this.#frames) this.#holders.delete(frame);
    this.#frames.clear();
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

export function asTrap(method: string, error: unknown): WebAssembly.RuntimeError {
  return trap(method, error instanceof Error ? error.message : String(error), error);
}
