/**
 * Writing to file descriptors without Node's streams; runs on main and in the debuggee Worker.
 *
 * `process.stdout` is avoided on purpose. Touching it makes libuv set O_NONBLOCK on a pipe, and
 * that flag belongs to the open file, so the program's own writes to fd 1 would fail with EAGAIN.
 * In a Worker it only posts to main, and nothing flows while the Worker is blocked.
 */
import { writeSync } from 'node:fs';

const STDERR = 2;
const pause = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread: for files that others have made non-blocking. */
export function sleepBriefly(): void {
  Atomics.wait(pause, 0, 0, 1);
}

/**
 * Writes everything, blocking.
 * @throws what the system says, for instance EPIPE
 */
export function writeBlocking(fd: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      sleepBriefly();
    }
  }
}

/**
 * Writes everything, blocking. A reader that is gone (EPIPE) is not an error here: what the
 * command does, and its exit status, do not depend on who reads the messages.
 */
export function writeAll(fd: number, data: string | Uint8Array): void {
  try {
    writeBlocking(fd, typeof data === 'string' ? Buffer.from(data) : data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE' && code !== 'EBADF') throw error;
  }
}

/** A message of the command to its user: every line is marked, so the program's stay apart. */
export function say(message: string): void {
  const lines = message.replace(/\n$/, '').split('\n');
  writeAll(STDERR, lines.map((line) => `witness: ${line}\n`).join(''));
}
