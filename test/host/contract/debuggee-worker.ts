/** Worker entry: runs the cases' program, again and again, each time for the debugger of a channel. */

import { parentPort } from 'node:worker_threads';
import type { ChannelBuffers } from '../../../src/channel/buffers.ts';
import { Engine } from '../../../src/engine/runtime/engine.ts';
import { LocalDebugger } from '../../../src/opaque-debugger/local.ts';
import { DebuggeeServer } from '../../../src/opaque-debugger/server.ts';
import { withFaults } from './faults.ts';
import { hostImports } from './program.ts';

export interface DebuggeeRun {
  readonly channel: ChannelBuffers;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;
  readonly entry: string;
}

export interface DebuggeeEnd {
  /** Handles that the debugger never gave back. */
  readonly held: number;
  /** What left the program, if something did. */
  readonly failure: string | undefined;
}

parentPort!.on('message', ({ channel, memory, bytes, entry }: DebuggeeRun) => {
  const engine: Engine = new Engine({
    memory,
    onStop: (event) => server.stop(local.stopped(event)),
  });
  const local = withFaults(new LocalDebugger(engine));
  const server = new DebuggeeServer(channel, local);
  const module = engine.loadModule(bytes);
  server.stop(undefined);
  let failure: string | undefined;
  try {
    const { exports } = engine.instantiate(
      module,
      hostImports(() => exports),
    );
    engine.enter(() => (exports[entry] as () => void)());
  } catch (error) {
    failure = String(error);
  }
  local.completed();
  server.complete();
  parentPort!.postMessage({ held: local.held, failure } satisfies DebuggeeEnd);
});
