/** A real component in its Worker, with the program in another: a user's own arrangement. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DebuggeeThread } from './debuggee-thread.ts';
import type { DebuggerEnd, DebuggerRun } from './debugger-worker.ts';
import type { Layer, Scenario } from './layer.ts';
import type { Program } from './program.ts';

// Not the user's own cache.
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/witness', import.meta.url));

export interface ComponentEnd extends DebuggerEnd {
  /** See DebuggeeEnd. */
  readonly held: number;
}

/** Runs one component as often as wanted, each time over a new run of the program. */
export class ComponentRunner implements AsyncDisposable {
  readonly #debuggee: DebuggeeThread;
  readonly #directory = mkdtempSync(join(tmpdir(), 'witness-contract-'));
  readonly #debugger: Worker;
  readonly #ready: Promise<unknown>;

  constructor(program: Program, component: string) {
    this.#debuggee = new DebuggeeThread(program);
    const workerData = { component, output: join(this.#directory, 'output'), cacheDir: CACHE };
    this.#debugger = new Worker(new URL('./debugger-worker.ts', import.meta.url), { workerData });
    this.#ready = this.#next();
  }

  async run(
    entry: string,
    args: readonly string[],
    { measureHeap = false } = {},
  ): Promise<ComponentEnd> {
    await this.#ready;
    const { channel, memory, ended } = this.#debuggee.start(entry);
    const done = this.#next() as Promise<DebuggerEnd>;
    const run: DebuggerRun = { channel, memory, args, measureHeap };
    this.#debugger.postMessage(run);
    const [debuggerEnd, { held }] = await Promise.all([done, ended]);
    return { ...debuggerEnd, held };
  }

  async #next(): Promise<unknown> {
    const [message] = (await once(this.#debugger, 'message')) as unknown[];
    return message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#debugger.terminate(), this.#debuggee[Symbol.asyncDispose]()]);
    rmSync(this.#directory, { recursive: true });
  }
}

/** @param exact see Layer */
export function componentLayer(
  name: string,
  program: Program,
  component: string,
  exact: boolean,
): Layer {
  const runner = new ComponentRunner(program, component);
  return {
    name,
    exact,
    component: true,
    polls: true,
    async run({ entry, commands }: Scenario) {
      const wires = commands.map(({ wire }) => wire);
      const { lines, failure, trapped, held } = await runner.run(entry, ['guest', ...wires]);
      if (failure === undefined) return { results: lines, held };
      const kind = trapped ? 'trap' : 'not a trap,';
      return { results: [...lines, `${kind} ${failure}`], held };
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}
