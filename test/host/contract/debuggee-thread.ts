/** The program in a Worker of its own, for debuggers of this thread or another. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type ChannelBuffers, createChannel } from '../../../src/channel/buffers.ts';
import { createDebugMemory } from '../../../src/engine/runtime/debug-memory.ts';
import type { DebuggeeEnd, DebuggeeRun } from './debuggee-worker.ts';
import type { Program } from './program.ts';

export interface StartedDebuggee {
  readonly channel: ChannelBuffers;
  readonly memory: WebAssembly.Memory;
  readonly ended: Promise<DebuggeeEnd>;
}

export class DebuggeeThread implements AsyncDisposable {
  readonly #worker = new Worker(new URL('./debuggee-worker.ts', import.meta.url));
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  start(entry: string): StartedDebuggee {
    const channel = createChannel();
    const memory = createDebugMemory();
    const { bytes } = this.#program;
    const ended = once(this.#worker, 'message').then(([end]) => end as DebuggeeEnd);
    const run: DebuggeeRun = { channel, memory, bytes, entry };
    this.#worker.postMessage(run);
    return { channel, memory, ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
