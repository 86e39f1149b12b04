/**
 * Makes the debuggee Worker look like Node's main thread to the JavaScript program that is its entry:
 * the program's arguments and streams, and what `node:worker_threads` says of the thread.
 *
 * What only a main thread can do stays as it is in a Worker: `process.chdir`, `process.abort`, setting
 * user ids or the umask throw, and signals cannot be listened for.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { standardStreams } from './streams.ts';

/** @param stdin file descriptor of the standard input */
export function lookLikeMainThread(stdin: number): void {
  const threads = createRequire(import.meta.url)('node:worker_threads') as Record<string, unknown>;
  Object.assign(threads, { isMainThread: true, parentPort: null, workerData: null, threadId: 0 });
  syncBuiltinESMExports();
  // What a process that it forks would get as well.
  process.execArgv = [];
  for (const [name, stream] of Object.entries(standardStreams(stdin))) {
    Object.defineProperty(process, name, {
      configurable: true,
      enumerable: true,
      get: stream,
    });
  }
}
