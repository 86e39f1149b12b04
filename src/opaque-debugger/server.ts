/**
 * The debuggee's end of the channel: serves a local OpaqueDebugger. Runs in the debuggee's Worker,
 * on top of the stopped program's own stack, and blocks it until the program is to go on.
 *
 *     running --stop(event)--> announced --request--> serving --singleStep, continue--> running
 *                                  ^                     |
 *                                   \-resumption refused-/
 *     any --finish--> released: no more events, the program runs on to its end
 */

import type { ChannelBuffers } from '../channel/buffers.ts';
import { CodecError } from '../channel/codec.ts';
import { ChannelResponder } from '../channel/ends.ts';
import { foresee } from './foresight.ts';
import {
  arity,
  DICTIONARY,
  errorAnswer,
  handlesOf,
  ORDER,
  QUERIES,
  type QueryName,
} from './messages.ts';
import {
  type DebugEvent,
  type DebuggeeError,
  DebuggeeTrap,
  type Handle,
  type OpaqueDebugger,
  type Resumption,
  type Shortcuts,
} from './opaque-debugger.ts';

/** What the debugger's `wait` gives, or throws. */
export type Outcome = DebugEvent | DebuggeeError;

export class DebuggeeServer {
  readonly #channel: ChannelResponder;
  readonly #debuggee: OpaqueDebugger & Partial<Shortcuts>;
  /** Announced, and for all that is known here not yet taken. */
  #outcome: DebugEvent | Error | undefined;
  /** What the debugger asked for at the last stop. */
  #asked = 0;
  #released = false;
  readonly #orders = new Map<number, (args: unknown[]) => void>([
    [ORDER.singleStep, (args) => this.#resume(args, (how) => this.#debuggee.singleStep(how))],
    [ORDER.continue, (args) => this.#resume(args, (how) => this.#debuggee.continue_(how))],
    [ORDER.finish, ([taken]) => this.#release(taken === true)],
    [ORDER.takeEvent, () => this.#giveEvent()],
  ]);

  constructor(buffers: ChannelBuffers, debuggee: OpaqueDebugger & Partial<Shortcuts>) {
    this.#channel = new ChannelResponder(buffers, DICTIONARY);
    this.#debuggee = debuggee;
  }

  /**
   * The program has stopped: announces why, and serves until it is to go on. `undefined` is the
   * pause before the program starts, which is no event. An error is one that the debugger's `wait`
   * throws (an injected call that failed).
   * @throws ChannelClosedError when the debugger's thread is gone
   */
  stop(outcome: Outcome | undefined): void {
    if (this.#released) {
      // It asked for no more events, and this one slipped through before that took effect.
      this.#outcome = outcome;
      this.#letGo();
      return;
    }
    if (outcome !== undefined) this.#announce(outcome);
    while (!this.#released && (this.#debuggee.state !== 'running' || this.#outcome !== undefined)) {
      this.#serve(this.#channel.receive());
    }
  }

  /** The program has ended: announces that, and serves until the debugger is done. */
  complete(): void {
    if (this.#released) return;
    this.#announce({ kind: 'complete' });
    while (!this.#released) this.#serve(this.#channel.receive());
  }

  #serve(request: unknown): void {
    if (!Array.isArray(request)) throw new DebuggeeTrap('a request of a wrong form');
    const [released, code, ...args] = request as [Handle<string>[], number, ...unknown[]];
    for (const handle of released) this.#debuggee.release(handle);
    const order = this.#orders.get(code);
    if (order !== undefined) {
      order(args);
    } else {
      this.#outcome = undefined;
      this.#answer(this.#query(code, args));
    }
  }

  #answer(answer: unknown[]): void {
    this.#send(answer, (message) => this.#channel.answer(message));
  }

  #send(answer: unknown[], send: (answer: unknown[]) => void): void {
    try {
      send(answer);
    } catch (error) {
      // Nothing has been sent yet when a value cannot be encoded; the debugger must not wait for it.
      if (!(error instanceof CodecError)) throw error;
      send(errorAnswer(error));
    }
  }

  #query(code: number, args: unknown[]): unknown[] {
    try {
      const name = QUERIES[code];
      if (name === undefined || args.length !== arity(name)) {
        throw new DebuggeeTrap(`there is no query ${code} with ${args.length} arguments`);
      }
      const method = this.#method(name) as (...args: unknown[]) => unknown;
      return [method.apply(this.#debuggee, args)];
    } catch (error) {
      return errorAnswer(error);
    }
  }

  #method(name: QueryName): unknown {
    const { memoryBytes } = this.#debuggee;
    // An answer is sent before anything else happens.
    return name === 'memoryReadBytes' && memoryBytes ? memoryBytes : this.#debuggee[name];
  }

  #resume([how, asked]: unknown[], go: (how: Resumption) => void): void {
    this.#outcome = undefined;
    this.#asked = Number(asked);
    try {
      go(how as Resumption);
    } catch (error) {
      this.#announce(error as Error);
    }
  }

  /** @param taken the debugger has the event, and gives back itself what that holds */
  #release(taken: boolean): void {
    this.#released = true;
    if (taken) this.#outcome = undefined;
    this.#letGo();
  }

  /** Nobody will take the event, so nobody else would give back what it holds. */
  #letGo(): void {
    const outcome = this.#outcome;
    this.#outcome = undefined;
    if (outcome !== undefined && !(outcome instanceof Error)) {
      for (const handle of handlesOf(outcome)) this.#debuggee.release(handle);
    }
    this.#debuggee.finish();
  }

  #giveEvent(): void {
    const outcome = this.#outcome ?? new DebuggeeTrap('there is no event to take');
    this.#outcome = undefined;
    this.#answer(outcome instanceof Error ? errorAnswer(outcome) : [outcome]);
  }

  #announce(outcome: DebugEvent | Error): void {
    this.#outcome = outcome;
    const foreseen = foresee(this.#debuggee, this.#asked);
    this.#send(outcome instanceof Error ? errorAnswer(outcome) : [outcome], (answer) =>
      this.#channel.announce([answer, foreseen]),
    );
  }
}
