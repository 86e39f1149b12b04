/** The engine in the debuggee Worker, and the debugger's end of it if there is a debugger. */
import { Engine } from '../engine/runtime/engine.ts';
import { LocalDebugger } from '../opaque-debugger/local.ts';
import { DebuggeeServer } from '../opaque-debugger/server.ts';
import type { DebuggeeStart } from './debuggee-messages.ts';

export interface Session {
  readonly engine: Engine;
  /** Blocks until the debugger says go on. */
  pauseBeforeStart(): void;
  /** Tells the debugger, and answers it until it is done. */
  complete(): void;
}

export function createSession({ memory, channel }: DebuggeeStart): Session {
  if (channel === undefined) {
    return {
      engine: new Engine({ memory, onStop() {} }),
      pauseBeforeStart() {},
      complete() {},
    };
  }
  // A stop can only come once code runs, by when both exist.
  const engine = new Engine({ memory, onStop: () => server.stop(local.event) });
  const local = new LocalDebugger(engine);
  const server = new DebuggeeServer(channel, local);
  return {
    engine,
    pauseBeforeStart: () => server.stop(undefined),
    complete: () => server.complete(),
  };
}
