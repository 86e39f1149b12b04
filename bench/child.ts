/**
 * One program in one variant, in a process of its own: set up at once, then run a round for every
 * message from the parent, which waits for the answer before it asks another process. So only one
 * of them runs at any time.
 */

import { program } from './programs.ts';
import { openTarget } from './target.ts';
import { variant } from './variants.ts';

export interface Round {
  /** Milliseconds of the program's own work, in CPU time. */
  readonly time: number;
}

export type Answer = { readonly ready: true } | Round | { readonly error: string };

const [programName, variantName] = process.argv.slice(2) as [string, string];

function send(answer: Answer): void {
  process.send!(answer);
}

async function attempt(action: () => Promise<void> | void): Promise<void> {
  try {
    await action();
  } catch (error) {
    send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
    process.disconnect?.();
  }
}

await attempt(async () => {
  const runnable = await program(programName).open(await openTarget(variant(variantName).name));
  process.on('message', () => void attempt(async () => send({ time: await runnable.round() })));
  send({ ready: true });
});
