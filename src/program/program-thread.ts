/** The debuggee Worker as main sees it: started, watched, ended. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { OnStage } from '../host/stage.ts';
import type { DebuggeeMessage, DebuggeeStart } from './debuggee-messages.ts';

/**
 * Stack of the program's thread, in MiB. V8's default for the main thread is 984 KiB, about 12,500
 * frames of a small function when compiled by TurboFan; checks and spills make frames bigger, and
 * the baseline compiler's are several times as big. So that what runs in plain Node runs here, with
 * room for deep recursion of unoptimised code; the pages are only touched when used.
 */
const STACK_MIB = 16;

/** Without a word of its own: `failed` before the program could run, `died` after. */
export type ProgramEnd =
  | Exclude<DebuggeeMessage, { readonly kind: 'ready' | 'stage' }>
  | { readonly kind: 'failed' | 'died'; readonly message: string };

export interface ProgramThread {
  /** Settles once the program can run, or has ended without; never rejects. */
  readonly ready: Promise<void>;
  /** Settles once, never rejects. */
  readonly ended: Promise<ProgramEnd>;
  terminate(): Promise<void>;
}

/** In development and tests the files run as TypeScript, in dist/ as JavaScript. */
const SUFFIX = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const ENTRY = new URL(`./debuggee-worker${SUFFIX}`, import.meta.url);
const PRELOAD = new URL(`./node/preload${SUFFIX}`, import.meta.url);

export function startProgram(start: DebuggeeStart, onStage: OnStage = () => {}): ProgramThread {
  const { file, args, env } = start;
  const isJavaScript = file.kind === 'javascript';
  const worker = new Worker(isJavaScript ? file.path : ENTRY, {
    workerData: start,
    ...(isJavaScript
      ? // It is a Node program, and gets all that it would get from Node.
        {
          // Required, not imported: in Workers made of a text, an import comes too late.
          execArgv: ['--require', fileURLToPath(PRELOAD)],
          argv: [...args],
          // Never used; without it Node ends the Worker's stdin, which the preload has replaced by then.
          stdin: true,
          env: { ...process.env, ...Object.fromEntries(env) },
        }
      : { name: 'witness-debuggee', transferList: [file.bytes.buffer] }),
    // The Worker writes to the file descriptors itself. Without these two, Node would open main's
    // process.stdout to forward to, which makes a pipe non-blocking: see terminal.ts.
    stdout: true,
    stderr: true,
    resourceLimits: { stackSizeMb: STACK_MIB },
  });
  let ready = false;
  let announceReady = () => {};
  const becameReady = new Promise<void>((resolve) => (announceReady = resolve));
  const ended = new Promise<ProgramEnd>((resolve) => {
    const dead = (message: string) => resolve({ kind: ready ? 'died' : 'failed', message });
    worker.on('message', (message: DebuggeeMessage) => {
      if (message.kind === 'stage') onStage(message.stage);
      else if (message.kind !== 'ready') resolve(message);
      else {
        ready = true;
        announceReady();
      }
    });
    let death: string | undefined;
    worker.on('error', (error) => {
      death = describeDeath(error);
    });
    // Only then has all been received that it said before.
    worker.on('exit', (code) => dead(death ?? `its thread ended with exit code ${code}`));
  });
  return {
    ready: Promise.race([becameReady, ended.then(() => {})]),
    ended,
    terminate: async () => void (await worker.terminate()),
  };
}

function describeDeath(error: unknown): string {
  if (!(error instanceof Error)) return `uncaught in its thread: ${String(error)}`;
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return 'its thread ran out of JavaScript memory';
  }
  return error.stack ?? error.message;
}
