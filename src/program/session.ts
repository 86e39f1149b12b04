/** The engine in the debuggee Worker, and the debugger's end of it if there is a debugger. */
import type { ChannelBuffers } from '../channel/buffers.ts';
import {
  type CompileOptions,
  type DebugModule,
  Engine,
  type EngineOptions,
  type StopEvent,
} from '../engine/runtime/engine.ts';
import type { Activation } from '../engine/runtime/frames.ts';
import type { OnStage } from '../host/stage.ts';
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

/** @param onStage told of the modules that are loaded, and when the program begins */
export function createSession(
  { memory, channel, traps }: DebuggeeStart,
  onStage: OnStage = () => {},
): Session {
  const engine = new WatchedEngine(onStage, {
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
    pauseBeforeStart() {
      remote?.server.stop(undefined);
      onStage({ what: 'the program begins', state: 'happens' });
    },
    complete: () => remote?.complete(),
  };
}

/** Tells how long modules take, which is for people and no matter of the engine's. */
class WatchedEngine extends Engine {
  readonly #onStage: OnStage;

  constructor(onStage: OnStage, options: EngineOptions) {
    super(options);
    this.#onStage = onStage;
  }

  override loadModule(bytes: Uint8Array, name?: string, options?: CompileOptions): DebugModule {
    const what = `instrumenting and compiling ${name ?? `module ${this.modules.length}`}`;
    this.#onStage({ what, state: 'begins' });
    let detail = 'refused';
    try {
      const module = super.loadModule(bytes, name, options);
      const { original, instrumented } = module;
      detail = `functions: ${original.bodies.length}, ${bytes.length} bytes made ${instrumented.bytes.length}`;
      return module;
    } finally {
      this.#onStage({ what, state: 'ends', detail });
    }
  }
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
