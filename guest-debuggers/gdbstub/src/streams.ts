/** The component's standard streams. */

import { getStdout } from 'wasi:cli/stdout@0.2.12';
import type { InputStream, OutputStream } from 'wasi:io/streams@0.2.12';

/** Bytes to read at once. */
const READ_BYTES = 65_536n;
/** The most that one `blocking-write-and-flush` takes, in bytes. */
const SMALL = 4096;

/** The next bytes, waiting for them; undefined at the end. */
export function readInput(input: InputStream): Uint8Array | undefined {
  return orClosed(() => input.blockingRead(READ_BYTES));
}

/** One for all clients: what is written goes to the present one. */
let stdout: OutputStream | undefined;

/** Writes everything. What nobody takes any more is lost: the end of the input says so too. */
export function writeOutput(bytes: Uint8Array): void {
  stdout ??= getStdout();
  const output = stdout;
  orClosed(() => {
    if (bytes.length <= SMALL) output.blockingWriteAndFlush(bytes);
    else writeLarge(output, bytes);
  });
}

function writeLarge(output: OutputStream, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    const room = Number(output.checkWrite());
    if (room === 0) output.blockingFlush();
    output.write(bytes.subarray(at, at + room));
    at += Math.min(room, bytes.length - at);
  }
  output.blockingFlush();
}

function orClosed<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch (error) {
    // componentize-js throws the error case of a result as an object with a payload.
    if ((error as { payload?: { tag?: unknown } }).payload?.tag === undefined) throw error;
    return undefined;
  }
}
