/**
 * A program and its debugger in one thread, with no Worker. A stop calls the debugger, on top of the
 * program's own stack; the program goes on when it returns.
 */

import { createDebugMemory } from '../engine/runtime/debug-memory.ts';
import { Engine, type StopEvent } from '../engine/runtime/engine.ts';
import { LocalDebugger } from '../opaque-debugger/local.ts';
import {
  type DebugEvent,
  DebuggeeError,
  type OpaqueDebugger,
} from '../opaque-debugger/opaque-debugger.ts';

/** An event, or a resumption that was not carried out: an injected call that did not return. */
export type StopReason =
  | Exclude<DebugEvent, { kind: 'complete' }>
  | { readonly kind: 'error'; readonly error: DebuggeeError };

export interface DebugHereOptions<T> {
  /** As for `WebAssembly.Instance`: module name to name to function, memory, table, global or tag. */
  readonly imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Runs the program: calls what the instance exports. Its start function has run by then. */
  readonly run: (exports: Readonly<Record<string, unknown>>) => T;
  /** Called with the program paused before any of its code, also the start function's. */
  readonly onStart?: (debuggee: OpaqueDebugger) => void;
  /**
   * Called at every stop. To do other than go on, it calls `continue_` or `singleStep` once and
   * returns; `wait` cannot be used in the program's own thread.
   */
  readonly onStop: (debuggee: OpaqueDebugger, reason: StopReason) => void;
  /** Called when `run` has returned or thrown; the program can still be read. */
  readonly onComplete?: (debuggee: OpaqueDebugger) => void;
  /** What to call the program in messages. */
  readonly name?: string;
  /** `exact`, the default: stopped before a trap. `native`: told of it afterwards, at more speed. */
  readonly traps?: 'exact' | 'native';
}

/**
 * Debugs a core module in this thread.
 *
 * @returns what `run` returns
 * @throws WebAssembly.CompileError and LinkError as V8 gives them; what `run` throws
 */
export function debugHere<T>(program: Uint8Array, options: DebugHereOptions<T>): T {
  const { imports = {}, run, onStart, onStop, onComplete, name, traps } = options;
  const stopped = (event: StopEvent) => {
    const outcome = local.stopped(event);
    const isError = outcome instanceof DebuggeeError;
    onStop(local, isError ? { kind: 'error', error: outcome } : (outcome as StopReason));
    goOn(local);
  };
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop: stopped,
    ...(traps === undefined ? {} : { traps }),
  });
  const local = new LocalDebugger(engine);
  const module = engine.loadModule(new Uint8Array(program), name);
  onStart?.(local);
  goOn(local);
  try {
    const { exports } = engine.instantiate(module, imports as WebAssembly.Imports);
    return engine.enter(() => run(exports));
  } finally {
    local.completed();
    onComplete?.(local);
  }
}

function goOn(debuggee: OpaqueDebugger): void {
  if (debuggee.state === 'paused') debuggee.continue_({ kind: 'normal' });
}
