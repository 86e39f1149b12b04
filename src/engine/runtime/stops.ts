/**
 * The stops of one debuggee: whether to stop, what is reported, what the program's frames are then,
 * and what happens until it goes on. Runs in the debuggee's thread, on top of the program's stack.
 */
import { STACK } from '../instrument/layout.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { Exceptions, ThrownException } from './exceptions.ts';
import {
  type Activation,
  activations,
  activationsAfterTrap,
  type CodeOf,
  callingFrame,
  type StopPoint,
  type StopSite,
  stoppedFrame,
} from './frames.ts';
import type { Exit } from './host-calls.ts';
import type { HostErrors } from './host-errors.ts';
import type { Limits } from './limits.ts';
import { PresentStop } from './present-stop.ts';
import {
  type Action,
  type FrameAction,
  type InjectedCall,
  NORMAL,
  type Resumer,
  type Resumption,
} from './resumption.ts';
import { captureStack, HOST, isTrap, stackOf } from './stack-trace.ts';
import type { Thunk } from './thunks.ts';
import { WebAssembly } from './v8.ts';
import type { HeldValue } from './value-row.ts';

/** Why the program is stopped. */
export type StopEvent =
  | { readonly kind: 'breakpoint' }
  | { readonly kind: 'interrupted' }
  // Before the instruction that will trap; or after the trap, if it was not foreseen.
  | { readonly kind: 'trap' }
  // Before the instruction that throws it.
  | { readonly kind: 'exception'; readonly exception: ThrownException }
  // Again where the call was injected.
  | { readonly kind: 'injected-call-return'; readonly values: readonly HeldValue[] }
  // The same, after a trap or an exception has come out of the call.
  | { readonly kind: 'injected-call-failed'; readonly error: unknown };

export interface StopsContext {
  readonly memory: DebugMemory;
  readonly limits: Limits;
  readonly exceptions: Exceptions;
  readonly resumer: Resumer;
  readonly codeOf: CodeOf;
  /** See `HostCalls`. */
  readonly exits: Exit[];
  readonly onStop: (event: StopEvent) => void;
  readonly hostErrors: HostErrors;
}

export class Stops {
  readonly #context: StopsContext;
  readonly #memory: DebugMemory;
  #stepping = false;
  /** No more events: the debugger has gone. */
  #detached = false;
  readonly #present: PresentStop;
  /** How the frame at a byte address goes on when its call of a host function has returned. */
  #pendingReturn: { readonly base: number; readonly action: FrameAction } | undefined;
  /** The next check reports an interrupt, wherever it is. */
  #interruptAtOnce = false;
  /** A trap has been reported and has not come out of the program yet. */
  #trapReported = false;
  readonly #trapFrames = new WeakMap<object, readonly Activation[]>();

  constructor(context: StopsContext) {
    this.#context = context;
    this.#memory = context.memory;
    this.#present = new PresentStop(context);
  }

  get stepping(): boolean {
    return this.#stepping;
  }

  /** The frames of the present stop, by activation, the newest first; none while nothing runs. */
  activations(): readonly Activation[] {
    return this.#present.activations();
  }

  /** Where the program was when it trapped with an error that `trapped` was told of. */
  framesOfTrap(error: object): readonly Activation[] | undefined {
    return this.#trapFrames.get(error);
  }

  /** @throws NoFrame, MismatchedValues: nothing has changed then */
  resume(how: 'run' | 'step', resumption: Resumption): void {
    this.#present.action =
      resumption === NORMAL
        ? NORMAL
        : this.#context.resumer.prepare(resumption, this.#present.point);
    if (how === 'run' || !this.#present.onlySteps) this.#setStepping(how === 'step');
  }

  /** Reports nothing from now on. */
  detach(): void {
    this.#detached = true;
    this.#present.action = NORMAL;
    this.#memory.clearInterrupt();
    this.#setStepping(false);
    this.#context.limits.publish();
  }

  /** A host function is called: whatever was on its way before has been caught. */
  hostCalled(): void {
    this.#trapReported = false;
    this.#context.hostErrors.called();
  }

  /** What it has caught is of the past. */
  hostReturned(): void {
    this.#trapReported = false;
  }

  /**
   * A host function has thrown: stops in the frame that called it.
   *
   * @throws what the frame gets to see: the error, or an exception in its place
   */
  hostFailed(error: unknown): void {
    const { codeOf, exceptions, exits, hostErrors } = this.#context;
    const isNews = hostErrors.isNews(error, this.#trapReported);
    if (this.#detached || !isNews) throw error;
    const frame = callingFrame(captureStack(), codeOf, exits);
    if (frame === undefined) throw error;
    const thrown = error instanceof WebAssembly.Exception ? exceptions.describe(error) : undefined;
    const event: StopEvent =
      thrown === undefined ? { kind: 'trap' } : { kind: 'exception', exception: thrown };
    const { instance, fn, pc, base } = frame;
    const action = this.#stop(event, { instance, fn, pc, base, calling: true });
    if (action.kind === 'normal') throw error;
    if (action.kind === 'throw-exception') throw action.object;
    // The frame leaves at its next check, and returns then.
    this.#pendingReturn = { base, action };
    this.#present.onlySteps = false;
    this.#context.limits.allLeave = true;
  }

  /**
   * Before an instruction of a version that stops everywhere.
   *
   * @param end - byte address behind the frame
   * @returns undefined: it goes on to the next instruction
   */
  step(site: StopSite, pc: number, base: number, end: number): FrameAction | undefined {
    const present = this.#present;
    if (!present.onlySteps) return this.ifWanted({ ...site, pc, base });
    this.#memory.framePointer = end;
    const action = present.announceStep(site, pc, base);
    if (action === NORMAL && present.onlySteps && !this.#memory.interruptRequested)
      return undefined;
    return this.#goOn(action, { ...site, pc, base });
  }

  /** At an instruction that can be reported: stops if something asks for that. */
  ifWanted(stop: StopPoint): FrameAction {
    const pending = this.#pendingReturn;
    if (pending?.base === stop.base) {
      this.#pendingReturn = undefined;
      this.#setStepping(this.#stepping);
      return pending.action;
    }
    if (this.#detached) return NORMAL;
    if (this.#stepping || stop.fn.versions.hasBreakpoint(stop.pc)) {
      return this.#stop({ kind: 'breakpoint' }, stop);
    }
    if (!this.#memory.interruptRequested) return NORMAL;
    if (!this.#interruptAtOnce && stop.fn.snapshot(stop.pc)?.header !== true) return NORMAL;
    this.#takeInterrupt();
    return this.#stop({ kind: 'interrupted' }, stop);
  }

  /** Before an instruction that will trap or throw. */
  atThrow(stop: StopPoint): FrameAction {
    if (this.#detached) return NORMAL;
    // To see an exception's values, it is thrown and caught: they are written where nobody's frame is.
    this.#memory.framePointer = stop.base + stop.fn.frameSize;
    const thrown = this.#context.exceptions.thrownAt(stoppedFrame(stop), this.#memory.view);
    if (thrown?.kind === 'nothing') return NORMAL;
    if (thrown?.kind === 'exception') {
      const how = this.#stop(thrown, stop);
      if (how.kind === 'normal') this.#context.hostErrors.throwing(thrown.exception);
      return how;
    }
    const action = this.#stop({ kind: 'trap' }, stop);
    if (action.kind === 'normal') this.#trapReported = true;
    return action;
  }

  /** A segment was out of bounds: reported with the frames that instantiate, if there are any. */
  instantiationTrapped(error: WebAssembly.RuntimeError): void {
    const { hostErrors } = this.#context;
    // The host function that instantiates lets it through, or not: it is known either way.
    hostErrors.isNews(error, true);
    if (!this.#detached) this.#present.announce({ kind: 'trap' }, () => this.#hostFrames());
  }

  /** Modules have appeared. */
  announceModules(): void {
    if (this.#detached) return;
    this.#present.announce({ kind: 'interrupted' }, () => this.#hostFrames());
  }

  /** The frames when the host has stopped, in a function that was called from wasm or not. */
  #hostFrames(): readonly Activation[] {
    const { codeOf, exits } = this.#context;
    const stack = captureStack();
    const frame = callingFrame(stack, codeOf, exits);
    return frame === undefined
      ? []
      : activations(stack, { ...frame, calling: true }, codeOf, exits);
  }

  /**
   * A trap has come out of the program; one that was not foreseen is reported now.
   *
   * @param base - byte address of the oldest frame
   */
  trapped(error: Error, base: number): void {
    this.#trapped(error, base, undefined, () => []);
  }

  #setStepping(stepping: boolean): void {
    this.#stepping = stepping;
    this.#present.onlySteps = stepping && !this.#detached && this.#pendingReturn === undefined;
    this.#context.limits.allLeave = stepping;
  }

  /** Reports an event, and what happens in calls that are injected, until the frame goes on. */
  #stop(event: StopEvent, stop: StopPoint): FrameAction {
    // Nested wasm code, which a debugger may run while this is stopped, goes behind the frame.
    this.#memory.framePointer = stop.base + stop.fn.frameSize;
    return this.#goOn(this.#present.announceAt(event, stop), stop);
  }

  /** Carries out what a debugger wants at a stop until the frame goes on. */
  #goOn(wanted: Action, stop: StopPoint): FrameAction {
    for (let action = wanted; ; ) {
      let next: StopEvent;
      if (action.kind === 'inject-call') {
        next = this.#inject(action, stop);
        // The debugger has gone meanwhile.
        if (this.#detached) return NORMAL;
      } else {
        if (!this.#memory.interruptRequested || this.#detached) return action;
        if (action.kind !== 'normal') {
          this.#interruptAtOnce = true;
          return action;
        }
        this.#takeInterrupt();
        next = { kind: 'interrupted' };
      }
      action = this.#present.announceAt(next, stop);
    }
  }

  /** Calls a function on top of a stopped frame. */
  #inject(call: InjectedCall, stop: StopPoint): StopEvent {
    const { codeOf, exits, resumer } = this.#context;
    const depth = exits.length;
    const { failure } = this.#present;
    // A frame that calls the host has its exit already.
    if (!stop.calling) exits.push(stop);
    try {
      return { kind: 'injected-call-return', values: resumer.call(call) };
    } catch (error) {
      if (this.#present.failure !== failure) throw error;
      exits.length = depth;
      if (isTrap(error)) {
        const older = () => activations(captureStack(), stop, codeOf, exits);
        this.#trapped(error, this.#memory.framePointer, call.thunk, older);
      }
      return { kind: 'injected-call-failed', error };
    } finally {
      exits.length = depth;
    }
  }

  #takeInterrupt(): void {
    this.#memory.clearInterrupt();
    this.#interruptAtOnce = false;
    this.#context.limits.publish();
  }

  /**
   * @param thunk - what has called the function that trapped; undefined: the embedder
   * @param older - the frames below it
   */
  #trapped(
    error: Error,
    base: number,
    thunk: Thunk | undefined,
    older: () => readonly Activation[],
  ): void {
    const stack = stackOf(error);
    const end = stack.findIndex((site) => site !== HOST && site.instance === thunk?.wasm);
    const newer = activationsAfterTrap(
      end < 0 ? stack : stack.slice(0, end),
      this.#context.codeOf,
      Math.max(base, STACK),
    );
    this.#trapFrames.set(error, newer);
    const reported = this.#trapReported;
    this.#trapReported = false;
    // Not by its frames: those of tail calls that V8 has inlined are missing in its stack.
    if (reported || this.#context.hostErrors.isKnown(error)) return;
    if (!this.#detached) this.#present.announce({ kind: 'trap' }, () => [...newer, ...older()]);
  }
}
