/**
 * Loaded by the debuggee Worker before the JavaScript program that is its entry: puts the engine
 * under the program's WebAssembly, and makes the Worker look like a main thread. The program is the
 * Worker's own entry, so that all that Node does for one holds: module formats, `require.main`,
 * `import.meta.main`, top-level await, exit codes.
 *
 * Workers that the program starts load this file as well, because they inherit the option: there it
 * only sees to the notice that they are not debugged.
 */
import {
  getEnvironmentData,
  parentPort,
  setEnvironmentData,
  workerData,
} from 'node:worker_threads';
import type { DebuggeeMessage, DebuggeeStart } from '../debuggee-messages.ts';
import { createSession } from '../session.ts';
import { say, writeAll } from '../terminal.ts';
import { watchEnding } from './ending.ts';
import { type FurtherWorkers, noteWebAssembly } from './further-workers.ts';
import { lookLikeMainThread } from './main-thread.ts';
import { hideStandIns } from './stand-in.ts';
import { uncaughtText } from './uncaught.ts';
import { instrumentWebAssembly } from './web-assembly.ts';

const STDERR = 2;
const FURTHER_WORKERS = 'witness:further-workers';

function debuggee(start: DebuggeeStart): void {
  const port = parentPort!;
  const report = (message: DebuggeeMessage): void => port.postMessage(message);
  const session = createSession(start, (stage) => report({ kind: 'stage', stage }));
  let begun = false;
  // There is nothing to look at before the first module, and nothing to set breakpoints in.
  const begin = (): boolean => {
    if (begun) return false;
    begun = true;
    session.pauseBeforeStart();
    return true;
  };
  watchEnding({
    uncaught(failure) {
      writeAll(STDERR, uncaughtText(failure));
    },
    ended(status) {
      begin();
      report({ kind: 'exited', status });
      session.complete();
    },
  });
  lookLikeMainThread(start.stdin);
  hideStandIns();
  instrumentWebAssembly(session.engine, () => {
    if (!begin()) session.engine.announceModules();
  });
  setEnvironmentData(FURTHER_WORKERS, new Int32Array(new SharedArrayBuffer(4)));
  report({ kind: 'ready' });
}

function furtherWorker(state: FurtherWorkers): void {
  process.execArgv = [];
  noteWebAssembly(state, () => {
    say('a further Worker of the program runs WebAssembly; what runs there is not debugged');
  });
}

const state = getEnvironmentData(FURTHER_WORKERS) as FurtherWorkers | undefined;
if (state === undefined) debuggee(workerData as DebuggeeStart);
else furtherWorker(state);
