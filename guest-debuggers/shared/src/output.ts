/** The component's standard output. */

import { getStdout } from 'wasi:cli/stdout@0.2.12';

/** The most that one `blocking-write-and-flush` takes, in bytes. */
const limit = 4096;

/**
 * Gives a function that writes text and returns when the host has it: when the program ends the
 * process, every stop so far has been shown.
 */
export function openStdout(): (text: string) => void {
  const stream = getStdout();
  const encoder = new TextEncoder();
  return (text) => {
    const bytes = encoder.encode(text);
    for (let start = 0; start < bytes.length; start += limit) {
      stream.blockingWriteAndFlush(bytes.subarray(start, start + limit));
    }
  };
}
