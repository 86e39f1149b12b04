/**
 * `witness/guest`: what debuggers written in TypeScript or JavaScript have in common. It runs inside the
 * component and needs no more of its host than the world debug-main.
 */

import {
  type Debuggee,
  type Event,
  EventFuture,
  type Frame,
  type ResumptionValue,
} from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import printDebuggerInfo from 'print-debugger-info';
import { functionsOf } from '../../../src/library/functions.ts';
import { describeError } from './describe-error.ts';

export { type FunctionInfo, functionsOf } from '../../../src/library/functions.ts';
export { describeError } from './describe-error.ts';
export type { Value, Values } from './value.ts';
export { literal, valuesText, valueText } from './value-text.ts';
export { exceptionValues, orError, readValue, readValues } from './values.ts';

/** Shows the user a message, apart from the program's output. */
export function print(message: string): void {
  printDebuggerInfo(message);
}

/** The export `debugger` of a component. */
export interface Debugger {
  debug(d: Debuggee, args: string[]): void;
}

/**
 * Makes a function the component's export:
 *
 *     const main = defineDebugger((d, args) => { ... });
 *     export { main as debugger };
 *
 * What it throws is shown to the user; uncaught, it would end the component without a word.
 *
 * @param debug gets the program, paused before its first instruction, and the arguments: `args[0]` is
 *   the debugger's name. When it returns, the program runs on to its end
 */
export function defineDebugger(debug: (d: Debuggee, args: string[]) => void): Debugger {
  return {
    debug(d, args) {
      try {
        debug(d, args);
      } catch (error) {
        print(describeError(error));
        throw error;
      }
    },
  };
}

/**
 * Resumes the program, and waits until it stops again or has ended.
 *
 * @param how `continue` to the next event, or one `step` of one instruction
 * @param resumption other than going on at the current instruction
 * @throws ComponentError with the world's error as `payload`, if the resumption is refused
 */
export function resume(
  d: Debuggee,
  how: 'continue' | 'step' = 'continue',
  resumption: ResumptionValue = { tag: 'normal' },
): Event {
  const future = how === 'step' ? d.singleStep(resumption) : d.continue(resumption);
  return EventFuture.finish(future, d);
}

/**
 * All frames, the innermost first, through all activations. Each is dropped when the next one is asked
 * for.
 */
export function* backtrace(d: Debuggee): Generator<Frame, void> {
  for (const newest of d.exitFrames()) {
    let frame: Frame | undefined = newest;
    while (frame !== undefined) {
      using current: Frame = frame;
      frame = undefined;
      yield current;
      frame = current.parentFrame(d);
    }
  }
}

/**
 * Sets a breakpoint at the first instruction of each function with this name, in the modules that there
 * are now.
 *
 * @returns how many were set
 */
export function breakAtFunction(d: Debuggee, name: string): number {
  let set = 0;
  for (const handle of d.allModules()) {
    using module = handle;
    const bytes = module.bytecode();
    if (bytes === undefined) continue;
    for (const { start } of functionsOf(bytes).filter((f) => f.name === name)) {
      module.addBreakpoint(d, start);
      set++;
    }
  }
  return set;
}
