/**
 * The loop that waits for a client and for the program, at once while it runs.
 *
 * Clients come one after the other: the end of standard input is that of a client, and `get-stdin`
 * then gives the input of the next one. On a host where it gives nothing more, the first client was
 * the only one.
 *
 *     waiting --bytes--> serving --end of input--> waiting
 *        \--no bytes--> done        \--program ends--> done
 *
 * While it waits, the program is as it was before the first client, and runs after that.
 */

import { getStdin } from 'wasi:cli/stdin@0.2.12';
import type { Pollable } from 'wasi:io/poll@0.2.12';
import { poll } from 'wasi:io/poll@0.2.12';
import type { InputStream } from 'wasi:io/streams@0.2.12';
import { type DebuggeeTarget, Killed } from './debuggee/debuggee-target.ts';
import { Protocol } from './protocol/protocol.ts';
import type { Stop } from './protocol/target.ts';
import { readInput, writeOutput } from './streams.ts';

/** What the loop has to do next. */
type Turn = 'client' | 'program';

/** Serves clients until the program has come to its end, or nobody is left to come. */
export function serve(target: DebuggeeTarget): void {
  let stop: Stop | undefined = target.begin();
  while (stop?.kind !== 'exited') {
    using input = getStdin();
    using readable = input.subscribe();
    const bytes = awaitClient(target, input, readable);
    if (bytes === undefined) return;
    stop ??= interrupt(target);
    if (stop.kind === 'exited') return;
    serveClient(target, stop, bytes, input, readable);
    if (target.future === undefined) return;
    stop = undefined;
  }
}

/** The first bytes of the next client. Undefined if nobody comes, or the program ends before. */
function awaitClient(
  target: DebuggeeTarget,
  input: InputStream,
  readable: Pollable,
): Uint8Array | undefined {
  while (nextTurn(target, readable) === 'program') {
    const stop = target.takeEvent();
    if (stop?.kind === 'exited') return undefined;
    // Nobody is there to see it: what is about to happen happens.
    if (stop !== undefined) target.resume(false);
  }
  return readInput(input);
}

/** Stops the program: for a client that has come while it runs, or that has gone. */
function interrupt(target: DebuggeeTarget): Stop {
  target.interrupt();
  for (;;) {
    const stop = target.takeEvent();
    if (stop === undefined) continue;
    return stop.kind === 'interrupted' ? { kind: 'attached' } : stop;
  }
}

/** Until the client has gone, and the program runs without it; or until the program has ended. */
function serveClient(
  target: DebuggeeTarget,
  stop: Stop,
  first: Uint8Array,
  input: InputStream,
  readable: Pollable,
): void {
  const protocol = new Protocol(target, stop, writeOutput);
  for (let bytes: Uint8Array | undefined = first; bytes !== undefined; bytes = readInput(input)) {
    protocol.receive(bytes);
    if (target.killed) throw new Killed();
    while (target.future !== undefined && nextTurn(target, readable) === 'program') {
      const next = target.takeEvent();
      if (next !== undefined) protocol.stopped(next);
      if (next?.kind === 'exited') return;
      if (next !== undefined && protocol.gone) target.resume(false);
    }
  }
  if (protocol.gone) return;
  // The client has vanished. Its breakpoints can only be taken out while the program is stopped.
  if (target.future !== undefined && interrupt(target).kind === 'exited') return;
  target.detach();
}

/** Waits for bytes of the client, or their end, and for the program if it runs. */
function nextTurn(target: DebuggeeTarget, readable: Pollable): Turn {
  const { future } = target;
  if (future === undefined) return 'client';
  // A step is over before anything else could be done, unless it is a call that the host answers.
  if (target.stepsQuickly) return 'program';
  using event = future.subscribe();
  return poll([readable, event])[0] === 0 ? 'client' : 'program';
}
