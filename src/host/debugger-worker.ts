/**
 * Entry of the debugger's Worker. It loads the component, which then blocks this thread whenever
 * it waits, and reports to main how that ended.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { requestInterrupt } from '../engine/runtime/interrupt.ts';
import { RemoteDebugger } from '../opaque-debugger/remote.ts';
import { ClientStreams } from './client-streams.ts';
import { EditedInput } from './edited-input.ts';
import { loadComponent, loadComponentFile } from './load.ts';
import { LineWriter } from './output.ts';
import { Poller } from './poll.ts';
import { runDebugger } from './run.ts';
import type { DebuggerReport, DebuggerWorkerData } from './spawn.ts';
import type { OnStage } from './stage.ts';

async function main(data: DebuggerWorkerData): Promise<DebuggerReport> {
  const stdout = new LineWriter(data.stdout);
  const stderr = new LineWriter(data.stderr);
  // Whatever else writes in this thread (the shim, a warning): a blocked Worker's own streams do
  // not flow.
  process.stdout.write = writeTo(stdout);
  process.stderr.write = writeTo(stderr);
  const loading = { what: `loading the debugger ${data.name}` };
  onStage({ ...loading, state: 'begins' });
  try {
    const component =
      typeof data.component === 'string'
        ? await loadComponentFile(data.component, data.cacheDir, onStage)
        : await loadComponent(data.component, data.name, data.cacheDir, onStage);
    onStage({ ...loading, state: 'ends' });
    const debuggee = new RemoteDebugger(data.channel, () => requestInterrupt(data.memory));
    const poller = new Poller(data.channel);
    const kind = runDebugger(component, {
      debuggee,
      subscribe: () => poller.subscribe(debuggee.watch()),
      poller,
      edited: data.editor && new EditedInput(data.editor, poller, stdout),
      clients: data.clients && new ClientStreams(data.clients, poller),
      args: [data.name, ...data.args],
      stdout,
      stderr,
      capabilities: data.capabilities,
    });
    return { kind };
  } catch (error) {
    return { kind: 'failed', message: describe(error) };
  }
}

const onStage: OnStage = (stage) => parentPort?.postMessage({ kind: 'stage', stage });

function writeTo(writer: LineWriter): typeof process.stdout.write {
  return (text: string | Uint8Array, ...rest: unknown[]) => {
    writer.write(typeof text === 'string' ? Buffer.from(text) : text);
    for (const argument of rest) if (typeof argument === 'function') argument();
    return true;
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

const report = await main(workerData as DebuggerWorkerData);
// Not process.exit: that could lose the message.
parentPort?.postMessage(report);
parentPort?.close();
