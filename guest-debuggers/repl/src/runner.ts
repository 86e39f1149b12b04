/**
 * Resumes the program until something happens that the user is to see: events that are not that
 * (conditions that are false, breakpoints of `next` in a deeper call) are passed over here.
 *
 *     paused --run--> running --event--> passed over --> running
 *                                   \--> a Stop      --> paused or complete
 */

import {
  type Event,
  EventFuture,
  type ResumptionValue,
  type WasmException,
  type WasmValue,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Breakpoints, Hit } from './breakpoints.ts';
import type { Catches } from './catches.ts';
import { errorCode } from './errors.ts';
import type { Where } from './expression.ts';
import { Backtrace, type FrameView } from './frames.ts';
import type { Place } from './places.ts';
import type { Program } from './program.ts';

export type Stop =
  | { readonly kind: 'complete' }
  | { readonly kind: 'breakpoint'; readonly hits: readonly Hit[] }
  /** The end of a step, or a place that the plan was to reach. */
  | { readonly kind: 'step' }
  | { readonly kind: 'trap' }
  | { readonly kind: 'exception'; readonly exception: WasmException }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'call-returned'; readonly values: WasmValue[] }
  /** It was not resumed, or the injected call failed: the world's error code. */
  | { readonly kind: 'failed'; readonly code: string };

/** How far to run. */
export interface Plan {
  /** One instruction. */
  readonly step?: boolean;
  /** Where to stop, with temporary breakpoints. */
  readonly targets?: readonly Place[];
  /** Targets count only if there are at most this many frames: deeper ones are other calls. */
  readonly depth?: number;
}

const normal: ResumptionValue = { tag: 'normal' };

export class Runner {
  readonly #program: Program;
  readonly #breakpoints: Breakpoints;
  readonly #catches: Catches;
  readonly #modulesAppeared: () => boolean;

  /** @param modulesAppeared looks for modules that are new, and tells the user of them */
  constructor(
    program: Program,
    breakpoints: Breakpoints,
    catches: Catches,
    modulesAppeared: () => boolean,
  ) {
    this.#program = program;
    this.#breakpoints = breakpoints;
    this.#catches = catches;
    this.#modulesAppeared = modulesAppeared;
  }

  /** @param first how it is resumed the first time; then normally */
  run(plan: Plan, first: ResumptionValue = normal): Stop {
    const { d } = this.#program;
    const targets = plan.targets ?? [];
    for (const { module, pc } of targets) module.handle.addBreakpoint(d, pc);
    try {
      return this.#loop(plan, first);
    } finally {
      for (const { module, pc } of targets) module.handle.removeBreakpoint(d, pc);
    }
  }

  #loop(plan: Plan, first: ResumptionValue): Stop {
    const step = plan.step ?? false;
    let resumption = first;
    // Where an exception that is passed over goes is found out by a step: to a handler, in any frame.
    let landing = false;
    for (;;) {
      const event = this.#resume(step || landing, resumption);
      if (typeof event === 'string') return { kind: 'failed', code: event };
      resumption = normal;
      const landed = landing;
      landing = false;
      switch (event.tag) {
        case 'complete':
          return { kind: event.tag };
        case 'interrupted':
          // The host interrupts when modules appear while the program runs: nobody asked for that.
          if (!this.#modulesAppeared()) return { kind: event.tag };
          break;
        case 'injected-call-return':
          return { kind: 'call-returned', values: event.val };
        case 'trap':
          if (this.#catches.traps) return { kind: 'trap' };
          break;
        case 'exception':
          if (this.#catches.stopsAt(event.val)) return { kind: 'exception', exception: event.val };
          event.val[Symbol.dispose]();
          landing = plan.depth !== undefined;
          break;
        case 'breakpoint': {
          const stop = this.#stopAt(plan, step, landed);
          if (stop !== undefined) return stop;
          break;
        }
      }
    }
  }

  #stopAt(plan: Plan, step: boolean, landed: boolean): Stop | undefined {
    const trace = new Backtrace(this.#program);
    try {
      // With one breakpoint alone, there is one place where it can be: each question counts when a
      // condition is false a million times.
      const targeted = step || landed || plan.targets !== undefined;
      const only = targeted ? undefined : this.#breakpoints.onlyPlace;
      const pc = only?.pc ?? trace.at(0)?.pc;
      if (pc === undefined) return step ? { kind: 'step' } : undefined;
      const innermost = () => trace.at(0)!;
      const hits = this.#breakpoints.hitsAt(
        pc,
        () => only?.module ?? innermost().instance.module,
        whereOf(innermost),
      );
      if (hits.length > 0) return { kind: 'breakpoint', hits };
      if (step) return { kind: 'step' };
      const reached = landed || isTarget(plan, innermost(), this.#program.modules.length);
      if (reached && (plan.depth === undefined || trace.count(plan.depth) <= plan.depth)) {
        return { kind: 'step' };
      }
      return undefined;
    } finally {
      trace.dispose();
    }
  }

  /** The event, or the world's error code. */
  #resume(step: boolean, resumption: ResumptionValue): Event | string {
    const { d } = this.#program;
    const future = step ? d.singleStep(resumption) : d.continue(resumption);
    try {
      return EventFuture.finish(future, d);
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      return code;
    }
  }
}

function isTarget(plan: Plan, frame: FrameView, modules: number): boolean {
  return (plan.targets ?? []).some(
    ({ module, pc }) => pc === frame.pc && (modules === 1 || module === frame.instance.module),
  );
}

function whereOf(innermost: () => FrameView): Where {
  return {
    get frame() {
      return innermost();
    },
    get instance() {
      return innermost().instance;
    },
  };
}
