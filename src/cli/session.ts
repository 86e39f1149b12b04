/** The engine in the debuggee Worker, and the debugger's end of it if there is a debugger. */
import type { ChannelBuffers } from '../channel/buffers.ts';
import { Engine, type StopEvent } from '../engine/runtime/engine.ts';
import type { Activation } from '../engine/runtime/frames.ts';
import { LocalDebugger } from '../opaque-debugger/local.ts';
import { DebuggeeServer } from '../opaque-debugger/server.ts';
import type { DebuggeeStart } from './debuggee-messages.ts';
import { isProgramExit } from './program-exit.ts';

export interface Session {
  readonly engine: Engine;
  /** Blocks until the debugger says go on. */
  pauseBeforeStart(): void;
  /** Where the program was when it trapped with this error, if the engine saw that. */
  framesOf(error: unknown): readonly Activation[] | undefined;
  /** Tells the debugger, and answers it until it is done. */
  complete(): void;
}

export function createSession({ memory, channel, traps }: DebuggeeStart): Session {
  const engine = new Engine({
    memory,
    traps,
    onStop: (event) => remote?.onStop(event),
    isExit: isProgramExit,
  });
  engine.mapErrorStacks();
  const remote = channel === undefined ? undefined : connect(engine, channel);
  return {
    engine,
    framesOf: (error) => (error instanceof Error ? engine.framesOfTrap(error) : undefined),
    pauseBeforeStart: () => remote?.server.stop(undefined),
    complete: () => remote?.complete(),
  };
}

/** Until a stop comes, code has to run: by then all of these exist. */
function connect(engine: Engine, channel: ChannelBuffers) {
  const local = new LocalDebugger(engine);
  const server = new DebuggeeServer(channel, local);
  return {
    server,
    onStop: (event: StopEvent) => server.stop(local.stopped(event)),
    complete() {
      local.completed();
      server.complete();
    },
  };
}
