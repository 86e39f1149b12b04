/**
 * The stop that the program is at: reports it, and knows its frames and how it is to go on. Runs in
 * the debuggee's thread, on top of the program's stack.
 *
 * Whoever steps stops tens of millions of times a second. So what a step needs is kept in fields that
 * take small integers and objects that are there anyway: an object of its own for each stop, stored
 * in one that is old, costs more than all the rest.
 */
import {
  type Activation,
  activations,
  type CodeOf,
  type StopPoint,
  type StopSite,
} from './frames.ts';
import type { Exit } from './host-calls.ts';
import { type Action, NORMAL } from './resumption.ts';
import { captureStack } from './stack-trace.ts';
import type { StopEvent } from './stops.ts';

const STEPPED: StopEvent = Object.freeze({ kind: 'breakpoint' });

export interface PresentStopContext {
  readonly codeOf: CodeOf;
  /** See `HostCalls`. */
  readonly exits: Exit[];
  readonly onStop: (event: StopEvent) => void;
}

export class PresentStop {
  readonly #context: PresentStopContext;
  /** Every instruction is reported, and there is nothing else to think of at one. */
  onlySteps = false;
  readonly #onStop: (event: StopEvent) => void;
  /** There is a frame that can be resumed: the following say which. */
  #hasPoint = false;
  #site: StopSite | undefined;
  #pc = 0;
  #base = 0;
  #calling = false;
  /** Where no frame can be resumed, what frames there are. */
  #otherFrames: (() => readonly Activation[]) | undefined;
  #frames: readonly Activation[] | undefined;
  #action: Action = NORMAL;
  /** What `onStop` has thrown last: it goes through injected calls. */
  failure: { readonly error: unknown } | undefined;

  constructor(context: PresentStopContext) {
    this.#context = context;
    this.#onStop = context.onStop;
  }

  /** Where the program is stopped, if its innermost frame can be resumed. */
  get point(): StopPoint | undefined {
    if (!this.#hasPoint) return undefined;
    const { instance, fn } = this.#site!;
    const point = { instance, fn, pc: this.#pc, base: this.#base };
    return this.#calling ? { ...point, calling: true } : point;
  }

  /** The frames of the stop, by activation, the newest first; none while nothing is stopped. */
  activations(): readonly Activation[] {
    // Where nothing is stopped, frames of an earlier stop may be left.
    if (!this.#hasPoint && this.#otherFrames === undefined) return [];
    this.#frames ??= this.#activations();
    return this.#frames;
  }

  #activations(): readonly Activation[] {
    const { point } = this;
    if (point === undefined) return this.#otherFrames!();
    const { codeOf, exits } = this.#context;
    return activations(captureStack(), point, codeOf, exits);
  }

  /** How the program goes on from it. */
  set action(action: Action) {
    // Not again what is there: see above.
    if (this.#action !== action) this.#action = action;
  }

  /** Reports a stop of which no frame can be resumed. */
  announce(event: StopEvent, frames: () => readonly Activation[]): void {
    this.#hasPoint = false;
    this.#otherFrames = frames;
    this.#report(event);
  }

  /** Reports a stop in a frame. */
  announceAt(event: StopEvent, point: StopPoint): Action {
    this.#begin(point, point.pc, point.base);
    this.#calling = point.calling === true;
    this.#report(event);
    return this.#action;
  }

  /** Reports the next instruction of stepping. */
  announceStep(site: StopSite, pc: number, base: number): Action {
    this.#begin(site, pc, base);
    this.#calling = false;
    this.#report(STEPPED);
    return this.#action;
  }

  #begin(site: StopSite, pc: number, base: number): void {
    if (this.#site !== site) this.#site = site;
    this.#pc = pc;
    this.#base = base;
    this.#hasPoint = true;
  }

  #report(event: StopEvent): void {
    this.#frames = undefined;
    this.action = NORMAL;
    try {
      this.#onStop(event);
    } catch (error) {
      this.failure = { error };
      this.#end();
      throw error;
    }
    this.#end();
  }

  #end(): void {
    this.#hasPoint = false;
    if (this.#otherFrames !== undefined) this.#otherFrames = undefined;
  }
}
