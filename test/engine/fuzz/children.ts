/**
 * Seeds are checked in child processes (`child.ts`), so that a crash of V8, or a program that never
 * ends, costs one seed and is reported with it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Source, Tally } from './seeds.ts';

export interface Request {
  readonly source: Source;
  readonly seed: number;
}

export type Answer = { readonly tally: Tally } | { readonly error: string };

/** Compiled code and reserved address space of many engines add up in a process. */
const SEEDS_PER_PROCESS = 60;
/** A seed takes a second or two; most of this is for a machine that is busy with other things. */
const MAX_SECONDS = 300;

export class Child {
  readonly #process: ChildProcess;
  #seeds = 0;
  #exited = false;

  /** @param flags - of Node and V8 */
  constructor(flags: readonly string[]) {
    const execArgv = [...process.execArgv, ...flags];
    this.#process = fork(join(import.meta.dirname, 'child.ts'), { stdio: 'inherit', execArgv });
  }

  get usable(): boolean {
    return !this.#exited && this.#seeds < SEEDS_PER_PROCESS;
  }

  run(request: Request): Promise<Answer> {
    this.#seeds++;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    let hangs = false;
    const exited = (code: number | null, signal: string | null): void => {
      this.#exited = true;
      const { source, seed } = request;
      const how = hangs
        ? `did not end in ${MAX_SECONDS} seconds`
        : `ended the process with ${signal ?? `status ${code}`}`;
      resolve({ error: `${source} seed ${seed}: ${how}` });
    };
    const timer = setTimeout(() => {
      hangs = true;
      this.#process.kill('SIGKILL');
    }, MAX_SECONDS * 1000);
    this.#process.once('message', resolve).once('exit', exited);
    this.#process.send(request);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#process.off('message', resolve).off('exit', exited);
    });
  }

  end(): void {
    if (!this.#exited) this.#process.kill();
  }
}
