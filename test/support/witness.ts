/** Runs the real command, as its users do, in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command's entry. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Ended {
  /** Undefined if a signal ended it. */
  readonly status: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once this text has come on stdout or stderr. */
  printed(text: string): Promise<void>;
}

export function startWitness(args: readonly string[], options: SpawnOptions = {}): Running {
  return startNode([MAIN, ...args], options);
}

/** Node itself, to compare with. */
export function startNode(args: readonly string[], options: SpawnOptions = {}): Running {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
  });
  const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const text = (name: 'stdout' | 'stderr') => Buffer.concat(output[name]).toString();
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => {
      output[name].push(bytes);
      for (const watch of watchers) watch();
    });
  }
  // The program may end without reading.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) =>
      resolve({
        status: status ?? undefined,
        signal: signal ?? undefined,
        stdout: text('stdout'),
        stderr: text('stderr'),
      }),
    );
  });
  const printed = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (!text('stdout').includes(wanted) && !text('stderr').includes(wanted)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      ended.then(
        (end) => reject(new Error(`it ended without printing "${wanted}": ${JSON.stringify(end)}`)),
        reject,
      );
    });
  return { process: child, ended, printed };
}

export function witness(args: readonly string[], options?: SpawnOptions): Promise<Ended> {
  return startWitness(args, options).ended;
}

export function plainNode(args: readonly string[], options?: SpawnOptions): Promise<Ended> {
  return startNode(args, options).ended;
}
