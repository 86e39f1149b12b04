/** What the resources that stand for an entity of the debuggee have in common. */

import type { Handle } from '../opaque-debugger/opaque-debugger.ts';
import type { Session } from './session.ts';

export abstract class Entity<H extends Handle<string>> {
  /** Not private: the class of another resource passes it on to the debuggee. */
  readonly handle: H;
  readonly session: Session;
  #held = true;

  constructor(session: Session, handle: H) {
    this.session = session;
    this.handle = handle;
    session.retain(handle);
  }

  /** Called by the bindings when the component drops its handle. A second call does nothing. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    this.session.release(this.handle);
  }
}

/** An entity with an identity that debuggers may compare. */
export abstract class IdentifiedEntity<H extends Handle<string>> extends Entity<H> {
  uniqueId(): bigint {
    return BigInt(this.handle);
  }
}
