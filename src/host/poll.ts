/**
 * `wasi:io/poll` for debugger components. Runs in the debugger's Worker, which it blocks.
 *
 * A component waits above all for the program's event and for its own input. Both are known in
 * shared memory, and one word of the channel changes with either, so waiting for them needs no other
 * thread: it costs a wake-up, where the shim's I/O worker costs several messages. Pollables of the
 * shim (clocks, say) can be polled together with them; that goes through the I/O worker.
 */

import * as shim from '@bytecodealliance/preview2-shim';
import { type ChannelBuffers, controlWords, WAKE } from '../channel/buffers.ts';
import { Spinner } from '../channel/spin.ts';
import { trap } from './errors.ts';
import type { Pollable } from './generated/interfaces/wasi-io-poll.js';
import { withWakePollable } from './io-worker.ts';
import type { EventSubscription } from './subscription.ts';

interface ShimPoll {
  readonly Pollable: new () => Pollable;
  poll(list: readonly object[]): Uint32Array;
}
// Its types are those of the package's browser build; what runs is the one for Node.
const shimPoll = (shim.io as unknown as { poll: ShimPoll }).poll;

export class Poller {
  readonly #control: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #spinner = new Spinner();

  constructor(buffers: ChannelBuffers) {
    this.#control = buffers.control;
    this.#words = controlWords(buffers);
  }

  /** The imports of the component. */
  get interface(): Record<string, unknown> {
    return { Pollable: shimPoll.Pollable, poll: (list: Pollable[]) => this.#poll(list) };
  }

  /** @param ready what the channel's wake word is rung for when it becomes true */
  pollable(ready: () => boolean): Pollable {
    return new WakePollable(ready, () => this.waitUntil(ready));
  }

  subscribe(ready: () => boolean): EventSubscription {
    // There is nothing behind it.
    return { pollable: this.pollable(ready), dispose() {} };
  }

  /** Blocks until `ready`. */
  waitUntil(ready: () => boolean): void {
    for (;;) {
      const seen = Atomics.load(this.#words, WAKE);
      if (ready()) return;
      this.#await(seen);
    }
  }

  /** Blocks until there may be something new. */
  #await(seen: number): void {
    if (this.#spinner.untilIsNot(this.#words, WAKE, seen)) return;
    Atomics.wait(this.#words, WAKE, seen);
  }

  /** Gives the positions of those that are ready, as soon as there is one. */
  #poll(list: readonly Pollable[]): Uint32Array {
    if (list.length === 0) throw trap('poll', 'there is nothing in the list to wait for');
    const others = list.filter((pollable) => !(pollable instanceof WakePollable));
    for (;;) {
      const seen = Atomics.load(this.#words, WAKE);
      const ready = [...list.keys()].filter((i) => list[i]!.ready());
      if (ready.length > 0) return Uint32Array.from(ready);
      if (others.length === 0) this.#await(seen);
      else {
        withWakePollable(this.#control, WAKE, seen, (wake) => shimPoll.poll([...others, wake]));
      }
    }
  }
}

/**
 * The bindings know a resource of the host by a number under this symbol, or count those that have
 * none. The shim's pollables have one, so ours must too: a count would meet the shim's numbers.
 */
const REP = Symbol.for('cabiRep');
/** Where our numbers begin; bit 30 is the bindings' own. */
const FIRST_REP = 1 << 29;
let reps = 0;

/** A subclass of the shim's, because the bindings check for the class that the component imports. */
class WakePollable extends shimPoll.Pollable {
  readonly #ready: () => boolean;
  readonly #block: () => void;

  constructor(ready: () => boolean, block: () => void) {
    super();
    this.#ready = ready;
    this.#block = block;
    reps = (reps + 1) % FIRST_REP;
    Object.assign(this, { [REP]: FIRST_REP + reps });
  }

  override ready(): boolean {
    return this.#ready();
  }

  override block(): void {
    this.#block();
  }

  [Symbol.dispose](): void {}
}
