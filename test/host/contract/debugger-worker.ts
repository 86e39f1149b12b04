/** Worker entry: runs components, one after the other, each over the debuggee of a channel. */

import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { ChannelBuffers } from '../../../src/channel/buffers.ts';
import { requestInterrupt } from '../../../src/engine/runtime/interrupt.ts';
import { type DebuggerComponent, loadComponent } from '../../../src/host/load.ts';
import { LineWriter } from '../../../src/host/output.ts';
import { Poller } from '../../../src/host/poll.ts';
import { runDebugger } from '../../../src/host/run.ts';
import { RemoteDebugger } from '../../../src/opaque-debugger/remote.ts';
import { liveHeap } from '../../support/heap.ts';

export interface DebuggerRun {
  readonly channel: ChannelBuffers;
  readonly memory: WebAssembly.Memory;
  readonly args: readonly string[];
  readonly measureHeap: boolean;
}

export interface DebuggerEnd {
  /** Of print-debugger-info. */
  readonly lines: readonly string[];
  /** The message of what ended it, if it did not return. */
  readonly failure: string | undefined;
  /** Whether that was a trap as the bindings know it. */
  readonly trapped: boolean;
  /** Of this thread after a collection, in bytes, if asked for. */
  readonly heap: number | undefined;
}

const { component, output, cacheDir } = workerData as {
  component: string;
  /** A file of this Worker's own. */
  output: string;
  cacheDir: string;
};
const loaded: DebuggerComponent = await loadComponent(
  await readFile(component),
  component,
  cacheDir,
);

function run({ channel, memory, args, measureHeap }: DebuggerRun): DebuggerEnd {
  const fd = openSync(output, 'a+');
  ftruncateSync(fd);
  const writer = new LineWriter({ fd, prefix: '' });
  const debuggee = new RemoteDebugger(channel, () => requestInterrupt(memory));
  let failure: unknown;
  try {
    const poller = new Poller(channel);
    const subscribe = () => poller.subscribe(debuggee.watch());
    // For the one case that opens a socket.
    const capabilities = { network: true };
    const given = { debuggee, subscribe, poller, args, capabilities };
    runDebugger(loaded, { ...given, stdout: writer, stderr: writer });
  } catch (error) {
    failure = error;
    debuggee.finish();
  } finally {
    closeSync(fd);
  }
  const lines = readFileSync(output, 'utf8').split('\n').slice(0, -1);
  return {
    lines,
    failure: failure instanceof Error ? failure.message : (failure as string | undefined),
    trapped: failure instanceof WebAssembly.RuntimeError,
    heap: measureHeap ? liveHeap() : undefined,
  };
}

parentPort!.on('message', (message: DebuggerRun) => parentPort!.postMessage(run(message)));
parentPort!.postMessage('ready');
