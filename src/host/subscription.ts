/** How a component polls for an event. */

import type { Pollable } from './generated/interfaces/wasi-io-poll.js';

/** A pollable for the event of the present resumption. */
export interface EventSubscription {
  readonly pollable: Pollable;
  /** Gives back what stands behind the pollable, and the pollable itself. */
  dispose(): void;
}

/** Makes a pollable that is ready once the event is there. Given by whoever knows the channel. */
export type Subscribe = () => EventSubscription;
