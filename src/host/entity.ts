/** What the resources that stand for an entity of the debuggee have in common. */

import { DebuggeeTrap, type Handle } from '../opaque-debugger/opaque-debugger.ts';
import { asTrap, type Session } from './session.ts';

/** What is wrong with a resource object that was dropped. The bindings refuse one before we do. */
export const DROPPED = 'the handle was dropped. Clone one that is to be used longer';

export abstract class Entity<H extends Handle<string>> {
  readonly session: Session;
  readonly #handle: H;
  #held = true;

  constructor(session: Session, handle: H) {
    this.session = session;
    this.#handle = handle;
    session.retain(handle);
  }

  /**
   * Not private: the class of another resource passes it on to the debuggee.
   * @throws DebuggeeTrap once dropped
   */
  get handle(): H {
    if (!this.#held) throw new DebuggeeTrap(DROPPED);
    return this.#handle;
  }

  /** Called by the bindings when the component drops its handle. A second call does nothing. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    this.session.release(this.#handle);
  }

  protected copy<R>(method: string, Resource: new (session: Session, handle: H) => R): R {
    return this.session.alone(method, () => new Resource(this.session, this.handle));
  }
}

/** An entity with an identity that debuggers may compare. */
export abstract class IdentifiedEntity<H extends Handle<string>> extends Entity<H> {
  uniqueId(): bigint {
    try {
      return BigInt(this.handle);
    } catch (error) {
      throw asTrap(`${this.#resource}.unique-id`, error);
    }
  }

  /** `wasm-tag` for WasmTag. */
  get #resource(): string {
    return this.constructor.name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  }
}
