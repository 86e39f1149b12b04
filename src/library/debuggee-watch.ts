/**
 * A Worker between the thread that starts a debuggee and the debuggee's own. Whoever debugs may be
 * blocked, waiting for the program, and would not hear that its thread has died: this one does, and
 * closes the channel.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { closeChannel } from '../channel/buffers.ts';
import type { DebuggeeStart } from '../program/debuggee-messages.ts';
import { startProgram, type ProgramEnd as ThreadEnd } from '../program/program-thread.ts';
import type { ProgramEnd, WatchMessage } from './debuggee.ts';

const start = workerData as DebuggeeStart;
const program = startProgram(start);
let end: ThreadEnd | undefined;
void program.ended.then((ended) => {
  end = ended;
  // In the other cases the program's thread is there, and answers.
  if (ended.kind === 'failed' || ended.kind === 'died') close(ended.message);
  if (ended.kind === 'process-exit') close(`its JavaScript called process.exit(${ended.status})`);
  post({ kind: 'ended', end: publicEnd(ended) });
});
await program.ready;
if (end === undefined) post({ kind: 'ready' });

function publicEnd(end: ThreadEnd): ProgramEnd {
  switch (end.kind) {
    case 'refused':
    case 'failed':
    case 'died':
      return { kind: 'failed', message: end.message };
    default:
      return end;
  }
}

function close(why: string): void {
  if (start.channel !== undefined) closeChannel(start.channel, `the program has died: ${why}`);
}

function post(message: WatchMessage): void {
  parentPort!.postMessage(message);
}
