/** Runs the real command on a pseudo-terminal, which util-linux's `script` makes. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { MAIN } from './witness.ts';

/** Undefined: there is no such program here, or it is another one of that name. */
export const noTerminal: string | undefined =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true
    ? undefined
    : 'no `script` of util-linux here, so nothing can be typed';

export interface Terminal {
  readonly process: ChildProcess;
  /** All that has been shown, control sequences included. */
  shown(): string;
  /** Waits until this text has been shown behind what an earlier call has waited for. */
  until(text: string): Promise<void>;
  type(keys: string): void;
  /** The exit status of the command. */
  readonly ended: Promise<number | null>;
}

export function openTerminal(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Terminal {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    cwd: options.cwd,
    env: { ...process.env, TERM: 'xterm', COLUMNS: '100', ...options.env },
    stdio: 'pipe',
  });
  let text = '';
  let seen = 0;
  const watchers = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString();
    for (const watch of watchers) watch();
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    process: child,
    shown: () => text,
    ended,
    type: (keys) => void child.stdin.write(keys),
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const at = text.indexOf(wanted, seen);
          if (at < 0) return;
          seen = at + wanted.length;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        ended.then(() => reject(new Error(`it ended without showing "${wanted}": ${text}`)));
      }),
  };
}
