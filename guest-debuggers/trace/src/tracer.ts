/** The main loop: resume, wait for the event, print the stop, decide how to go on. */

import { type Debuggee, type Event, EventFuture } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import { exceptionValues } from '../../shared/src/values.ts';
import type { Options } from './options.ts';
import { Program } from './program.ts';
import type { End, Format, StopReason } from './stop.ts';

/**
 *     seeking --first stop, --step given--> stepping --last step--> done
 *     seeking, stepping --last stop of --max-stops--> done
 *
 * `seeking` waits for breakpoints. In `done` no breakpoint is set any more and only traps are
 * printed.
 */
type Phase = 'seeking' | 'stepping' | 'done';

/** Runs the program to its end. */
export function trace(
  d: Debuggee,
  options: Options,
  chooseFormat: (program: Program) => Format,
  write: (text: string) => void,
): void {
  const program = new Program(d);
  program.setBreakpoints(options.breakpoints);
  const format = chooseFormat(program);

  let phase: Phase = 'seeking';
  let steps = options.steps;
  let stops = 0;
  let lastTrapped = false;
  // With nothing to wait for, the first stop is the program's first instruction.
  let byStep = options.breakpoints.length === 0 && options.steps > 0;

  for (;;) {
    const event = resume(d, byStep);
    if (event.tag === 'complete') {
      const end: End['end'] = lastTrapped ? 'trap' : 'complete';
      write(format.end({ end, stops }));
      return;
    }
    // A program in JavaScript has loaded another module: no stop that anyone asked for.
    if (
      event.tag === 'interrupted' &&
      program.takeNewModules(phase === 'done' ? [] : options.breakpoints)
    ) {
      continue;
    }
    lastTrapped = event.tag === 'trap';
    const reason = reasonOf(event, phase, byStep);
    // Whether it is printed or not: the event's handle has to be dropped.
    const exception =
      event.tag === 'exception' ? { exception: takeException(d, event.val) } : undefined;
    if (phase !== 'done' || reason === 'trap') {
      stops++;
      const state = program.stopState(options.depth);
      write(format.stop({ number: stops, reason, ...exception, ...state }));
    }

    if (phase === 'seeking' && options.steps > 0 && (reason === 'start' || reason === 'breakpoint'))
      phase = 'stepping';
    else if (phase === 'stepping' && reason === 'step') steps--;
    if (phase !== 'done' && (stops >= options.maxStops || (phase === 'stepping' && steps === 0))) {
      phase = 'done';
      program.clearBreakpoints();
    }
    byStep = phase === 'stepping' || (phase === 'seeking' && byStep);
  }
}

function resume(d: Debuggee, byStep: boolean): Event {
  const normal = { tag: 'normal' } as const;
  const future = byStep ? d.singleStep(normal) : d.continue(normal);
  return EventFuture.finish(future, d);
}

/** The world has one event for a breakpoint and for a step that is done; how it was resumed tells. */
function reasonOf(
  event: Exclude<Event, { tag: 'complete' }>,
  phase: Phase,
  byStep: boolean,
): StopReason {
  switch (event.tag) {
    case 'breakpoint':
      if (!byStep) return 'breakpoint';
      return phase === 'seeking' ? 'start' : 'step';
    case 'injected-call-return':
      throw new Error('the host reports the return of a call that was never injected');
    default:
      return event.tag;
  }
}

function takeException(
  d: Debuggee,
  handle: Extract<Event, { tag: 'exception' }>['val'],
): ReturnType<typeof exceptionValues> {
  using exception = handle;
  return exceptionValues(d, exception);
}
