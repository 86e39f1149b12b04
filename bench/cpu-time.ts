/**
 * Milliseconds of processor time that this thread has had. Not the time of day: other work on the
 * machine would be counted, and V8's compilers, which run in threads of their own.
 */
export function cpuTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
