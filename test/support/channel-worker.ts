/** Worker entry: one end of a channel, driven by a list of steps, for the channel's tests. */

import { parentPort, workerData } from 'node:worker_threads';
import type { ChannelBuffers } from '../../src/channel/buffers.ts';
import { Dictionary } from '../../src/channel/codec.ts';
import { ChannelCaller, ChannelResponder } from '../../src/channel/ends.ts';

export type CallerStep =
  /** Sends that many patterned bytes, and reports whether they came back the same. */
  | { readonly do: 'echo'; readonly bytes: number }
  /** Sends something that gets no answer, for ever. */
  | { readonly do: 'call'; readonly message: unknown }
  /** Waits for the next event; reports whether it came. */
  | { readonly do: 'wait'; readonly timeoutMs?: number }
  /** Reports what has come along with an event. */
  | { readonly do: 'take' };

export interface ChannelWorkerData {
  readonly buffers: ChannelBuffers;
  /** A caller takes these steps. Without them, this is a responder. */
  readonly steps?: readonly CallerStep[];
}

const { buffers, steps } = workerData as ChannelWorkerData;
const dictionary = new Dictionary(['exit', 'event', 'silence']);

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >>> 8) + length) & 0xff;
  return bytes;
}

function runCaller(steps: readonly CallerStep[]): unknown {
  const caller = new ChannelCaller(buffers, dictionary);
  const results: unknown[] = [];
  try {
    for (const step of steps) {
      if (step.do === 'echo') {
        const sent = pattern(step.bytes);
        const got = caller.call(sent) as Uint8Array;
        results.push(Buffer.compare(sent, got) === 0 ? 'same' : `${got.length} other bytes`);
      } else if (step.do === 'call') {
        results.push(caller.call(step.message));
      } else if (step.do === 'take') {
        results.push(caller.takeEvent());
      } else {
        results.push(caller.waitEvent(0, step.timeoutMs));
      }
    }
  } catch (error) {
    results.push(String(error));
  }
  return results;
}

/** Echoes; 'exit' ends the thread, 'event' announces one, 'silence' is never answered. */
function runResponder(): unknown {
  const responder = new ChannelResponder(buffers, dictionary);
  try {
    for (;;) {
      const message = responder.receive();
      if (message === 'exit') process.exit(3);
      if (message !== 'silence') responder.answer(message);
      if (message === 'event') responder.announce('what happened');
    }
  } catch (error) {
    return String(error);
  }
}

parentPort?.postMessage(steps === undefined ? runResponder() : runCaller(steps));
