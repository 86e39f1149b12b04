/** For `Atomics.wait`, which nothing ends but its timeout. */
const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Milliseconds of processor time that this thread has had. Not the time of day: other work on the
 * machine would be counted, and V8's compilers, which run in threads of their own.
 *
 * Linux brings the figure up to date when the thread stops running, or else with the timer, every four
 * milliseconds: too seldom for rounds of twenty. So the thread sleeps for a moment first.
 */
export function cpuTime(): number {
  Atomics.wait(cell, 0, 0, 0.01);
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
