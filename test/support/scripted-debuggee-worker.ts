/** Worker entry: a ScriptedDebugger behind a DebuggeeServer, as a program would be. */

import { parentPort, workerData } from 'node:worker_threads';
import type { ChannelBuffers } from '../../src/channel/buffers.ts';
import { INTERRUPT } from '../../src/engine/instrument/layout.ts';
import { DebuggeeError } from '../../src/opaque-debugger/opaque-debugger.ts';
import { DebuggeeServer } from '../../src/opaque-debugger/server.ts';
import { ScriptedDebugger } from './scripted-debugger.ts';

const { buffers, dieAtStop, words, memory, refusesAtOnce } = workerData as {
  buffers: ChannelBuffers;
  /** Ends the thread, without a word, when the program stops for the nth time. */
  dieAtStop?: number;
  /** Word 0 is set by RemoteDebugger's interrupt. */
  words: Int32Array<SharedArrayBuffer>;
  /** If given, no event comes before there was an interrupt through this debug memory. */
  memory?: WebAssembly.Memory;
  /** See ScriptedDebugger. */
  refusesAtOnce?: boolean;
};

const local = new ScriptedDebugger({ refusesAtOnce: refusesAtOnce ?? true });
const server = new DebuggeeServer(buffers, local);
let stops = 0;

function awaitInterrupt(memory: WebAssembly.Memory): void {
  const flags = new Int32Array(memory.buffer);
  // Nobody notifies: a running program looks at the word by itself.
  while (Atomics.load(flags, INTERRUPT >> 2) === 0) Atomics.wait(flags, INTERRUPT >> 2, 0, 1);
}

server.stop(undefined);
while (local.finished === 0) {
  if (memory !== undefined) awaitInterrupt(memory);
  if (++stops === dieAtStop) process.exit(3);
  if (Atomics.exchange(words, 0, 0) === 1) {
    local.state = 'paused';
    local.takeEvent();
    server.stop({ kind: 'interrupted' });
    continue;
  }
  const event = local.takeEvent();
  if (!(event instanceof DebuggeeError) && event.kind === 'complete') {
    local.state = 'complete';
    server.complete();
    break;
  }
  local.state = 'paused';
  server.stop(event);
}
parentPort?.postMessage({ finished: local.finished, released: local.released });
