/** Starts a debugger component in a Worker of its own. Called by main, which never blocks. */

import { type MessagePort, Worker } from 'node:worker_threads';
import type { ChannelBuffers } from '../channel/buffers.ts';
import type { Capabilities } from './capabilities.ts';
import type { OutputSink } from './output.ts';
import type { OnStage, Stage } from './stage.ts';
import { defaultCacheDir } from './transpile.ts';

/** How a debugger can end. */
export type DebuggerReport =
  | { readonly kind: 'done' }
  /** It called `wasi:cli/exit` with success: the program is not to run on. */
  | { readonly kind: 'exited' }
  | { readonly kind: 'failed'; readonly message: string };

export interface DebuggerOptions {
  /** The component's path, or its bytes. */
  readonly component: string | Uint8Array;
  /** `args[0]` of `debug`. */
  readonly name: string;
  /** `args[1..]` of `debug`. */
  readonly args: readonly string[];
  readonly stdout: OutputSink;
  /** Also where `print-debugger-info` goes. */
  readonly stderr: OutputSink;
  /** What the component can reach beyond the debuggee. Default: nothing. */
  readonly capabilities?: Capabilities | undefined;
  /** The engine's memory, shared with the debuggee's Worker: for interrupting it. */
  readonly memory: WebAssembly.Memory;
  /** The channel whose other end serves the debuggee. */
  readonly channel: ChannelBuffers;
  /** Told of the work before the component runs. */
  readonly onStage?: OnStage | undefined;
  /** Where transpiled components are kept. Default: the user's cache directory. */
  readonly cacheDir?: string | undefined;
  /** What its standard input and output are instead: see client-messages.ts. Handed over. */
  readonly clients?: MessagePort | undefined;
  /** A line editor's end of its messages, see edited-input.ts: the component's standard input. */
  readonly editor?: MessagePort | undefined;
}

/** Everything that crosses to the Worker. */
export type DebuggerWorkerData = Omit<DebuggerOptions, 'onStage'>;

export interface SpawnedDebugger {
  /** Settles once, never rejects. */
  readonly ended: Promise<DebuggerReport>;
  /** Ends the Worker, wherever it is. `ended` then settles as failed, if it has not settled. */
  terminate(): Promise<void>;
}

/** The same file as it runs: TypeScript in development, JavaScript in the package. */
const suffix = import.meta.url.endsWith('.ts') ? '.ts' : '.js';

export function spawnDebugger(options: DebuggerOptions): SpawnedDebugger {
  // Found out here, because the Worker has no environment.
  const { onStage, ...data } = options;
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const workerData: DebuggerWorkerData = { ...data, cacheDir };
  const worker = new Worker(new URL(`./debugger-worker${suffix}`, import.meta.url), {
    workerData,
    transferList: [options.clients, options.editor].filter((port) => port !== undefined),
    // What reads the environment or the input of a Worker finds nothing, whatever the shim does.
    env: {},
    stdin: false,
    // Never used: the thread writes by itself. But otherwise Node opens main's own streams for it,
    // which makes a pipe non-blocking for the program as well.
    stdout: true,
    stderr: true,
  });
  const ended = new Promise<DebuggerReport>((resolve) => {
    worker.on('message', (message: DebuggerReport | { kind: 'stage'; stage: Stage }) => {
      if (message.kind === 'stage') onStage?.(message.stage);
      else resolve(message);
    });
    worker.once('error', (error) => {
      const message = error instanceof Error ? error.message : String(error);
      resolve({ kind: 'failed', message: `the debugger's thread failed: ${message}` });
    });
    worker.once('exit', (status) => {
      const message = `the debugger's thread ended before it was done (status ${status})`;
      resolve({ kind: 'failed', message });
    });
  });
  return {
    ended,
    async terminate() {
      await worker.terminate();
    },
  };
}
