/**
 * Ending the process although a Worker does not end. A thread that is blocked in the operating
 * system, in a read of a terminal or a write to a full pipe, cannot be terminated by Node before
 * that returns; and `process.exit` waits for it as well, so even Ctrl-C would wait for input.
 * Runs on main.
 */

/** How long a Worker may take to end, in milliseconds. Blocked in Atomics.wait it takes about 10. */
const GRACE_MS = 1000;

/** False if they have not all ended when the time is up. */
export async function endedInTime(endings: readonly Promise<void>[]): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS, false);
  });
  const ended = Promise.all(endings).then(() => true);
  try {
    return await Promise.race([ended, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends the process with this status, without waiting for any thread. */
export function leaveAbruptly(status: number): never {
  // The one way to a status that does not join threads: another program takes the process over.
  // Where there is none (Windows, Node before 22.15) its absence throws.
  try {
    process.execve?.(process.execPath, [process.execPath, '-e', `process.exit(${status})`], {});
  } catch {}
  process.kill(process.pid, 'SIGKILL');
  throw new Error('a process outlived its own SIGKILL');
}
