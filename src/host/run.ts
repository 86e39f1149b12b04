/**
 * Runs a debugger component over a debuggee, from its instantiation to the end of `debug`. Blocks
 * the thread that it is called on for as long as the component works.
 */

import type { OpaqueDebugger } from '../opaque-debugger/opaque-debugger.ts';
import { trap } from './errors.ts';
import { DEBUGGEE_INTERFACE, type DebuggerComponent } from './load.ts';
import { Debuggee } from './resources/debuggee.ts';
import { debuggeeInterface } from './resources/index.ts';
import { Session, type Subscribe } from './session.ts';
import { ComponentExit, type WasiOptions, wasiImports } from './wasi.ts';

export interface RunOptions extends WasiOptions {
  readonly debuggee: OpaqueDebugger;
  readonly subscribe: Subscribe;
}

/**
 * Returns when the component is done. After a return of its `debug` the program runs on to its end by
 * itself. After an exit with status 0 it is left as it is: who exits a debugger ends what it debugs.
 *
 * @throws what made the component fail: a trap, a ComponentExit, a ComponentError. The program is
 * then left as it is.
 */
export function runDebugger(component: DebuggerComponent, options: RunOptions): 'done' | 'exited' {
  const { debuggee, args, stdout, stderr } = options;
  const session = new Session(debuggee, options.subscribe);
  try {
    const instance = component.instantiate({
      ...wasiImports(options),
      [DEBUGGEE_INTERFACE]: debuggeeInterface,
      'print-debugger-info': { default: (message: string) => stderr.writeLine(message) },
    });
    const d = new Debuggee(session);
    trapping(() => instance.debug(d, [...args]));
  } catch (error) {
    if (!(error instanceof ComponentExit) || error.status !== 0) throw error;
    return 'exited';
  } finally {
    stdout.flush();
    stderr.flush();
    session.sweep();
  }
  debuggee.finish();
  return 'done';
}

/**
 * What the bindings themselves find wrong (a handle that is dropped twice, or handed over twice) is a
 * trap like any other.
 */
function trapping(debug: () => void): void {
  try {
    debug();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || !(error instanceof Error)) throw error;
    const message = `${error.message}. It dropped a handle, or handed one over, that it did not own`;
    throw trap("the debugger's bindings", message, error);
  }
}
