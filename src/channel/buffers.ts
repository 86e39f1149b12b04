/**
 * The memory that the two ends of a channel share, and how a channel ends.
 *
 * Three threads touch it: the caller (the debugger Worker), the responder (the debuggee Worker) and
 * whoever made it (main), who ends it when a Worker dies, so that the other never waits for a dead
 * peer.
 *
 *     control:  word 0  closed        0 = open, else 1 + length in bytes of the reason
 *               word 1  event         sequence number of the last event announced (wraps)
 *               words 2-6, 7-11       the two lanes' words, see lane.ts
 *               word 12 wake          grows whenever there may be something new for the debugger's
 *                                     thread: an event, or input for the component
 *               from REASON_OFFSET    the reason, UTF-8
 */

/** What main passes to both Workers in workerData. */
export interface ChannelBuffers {
  readonly control: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  readonly answers: SharedArrayBuffer;
}

/** Word indices in `control`. */
export const CLOSED = 0;
export const EVENT = 1;
export const REQUEST_LANE = 2;
export const ANSWER_LANE = 7;
export const WAKE = 12;
/** Words of one lane, from its base. */
export const LANE = { turn: 0, chunk: 1, more: 2, writerSleeps: 3, readerSleeps: 4 } as const;
/** Values of a lane's turn word: whose the chunk is. */
export const TURN = { writer: 0, reader: 1, closed: 2 } as const;

const CONTROL_BYTES = 4096;
const REASON_OFFSET = 64;
/** Bytes of a message that cross in one go. Bigger messages take several turns. */
const CHUNK_BYTES = 256 * 1024;

/** The other thread is gone: nothing more will come, and nothing can be sent. */
export class ChannelClosedError extends Error {
  override name = 'ChannelClosedError';
}

/** @param chunkBytes size of each lane's buffer, in bytes */
export function createChannel(chunkBytes = CHUNK_BYTES): ChannelBuffers {
  return {
    control: new SharedArrayBuffer(CONTROL_BYTES),
    requests: new SharedArrayBuffer(chunkBytes),
    answers: new SharedArrayBuffer(chunkBytes),
  };
}

/**
 * Ends the channel, from any thread: whoever waits on it, now or later, gets a ChannelClosedError
 * with this reason. The first reason counts.
 */
export function closeChannel(buffers: ChannelBuffers, reason: string): void {
  const words = new Int32Array(buffers.control, 0, REASON_OFFSET / 4);
  const text = new TextEncoder().encode(reason).subarray(0, CONTROL_BYTES - REASON_OFFSET);
  // Claim with a length of 0 so that a second closer cannot mix its text into this one.
  if (Atomics.compareExchange(words, CLOSED, 0, 1) === 0) {
    new Uint8Array(buffers.control, REASON_OFFSET).set(text);
    Atomics.store(words, CLOSED, 1 + text.length);
  }
  // A waiter sleeps on the value that it has seen, so a notify alone could come before it sleeps.
  // Each of these words is changed for good as far as its waiter can see: the peer, who alone may
  // change it back to what the waiter has seen, never does so while there is a waiter.
  for (const lane of [REQUEST_LANE, ANSWER_LANE]) {
    Atomics.store(words, lane + LANE.turn, TURN.closed);
    Atomics.notify(words, lane + LANE.turn);
  }
  Atomics.add(words, EVENT, 1);
  Atomics.notify(words, EVENT);
  ringWake(words);
}

/**
 * Wakes the debugger's thread if it waits for any of several things; it then looks at each. From any
 * thread, after the thing itself has been put in place.
 */
export function ringWake(words: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(words, WAKE, 1);
  Atomics.notify(words, WAKE);
}

/** The error to throw if the channel is closed. */
export function closedError(buffers: ChannelBuffers): ChannelClosedError | undefined {
  const words = new Int32Array(buffers.control, 0, REASON_OFFSET / 4);
  const closed = Atomics.load(words, CLOSED);
  if (closed === 0) return undefined;
  // A TextDecoder does not read shared memory: copy.
  const text = new Uint8Array(buffers.control, REASON_OFFSET, closed - 1).slice();
  return new ChannelClosedError(new TextDecoder().decode(text) || 'the channel was closed');
}

/** The words of `control`, as both ends use them. */
export function controlWords(buffers: ChannelBuffers): Int32Array<SharedArrayBuffer> {
  return new Int32Array(buffers.control, 0, REASON_OFFSET / 4);
}
