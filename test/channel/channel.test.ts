import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type ChannelBuffers, closeChannel, createChannel } from '../../src/channel/buffers.ts';
import type { CallerStep, ChannelWorkerData } from '../support/channel-worker.ts';

const ENTRY = new URL('../support/channel-worker.ts', import.meta.url);

function spawn(workerData: ChannelWorkerData): { worker: Worker; said: Promise<unknown> } {
  const worker = new Worker(ENTRY, { workerData });
  const said = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (status) => resolve(`exit ${status}`));
  });
  return { worker, said };
}

/** What the caller says, and then the responder, once the channel is closed. */
async function converse(buffers: ChannelBuffers, steps: CallerStep[]): Promise<unknown[]> {
  const responder = spawn({ buffers });
  const caller = spawn({ buffers, steps });
  const results = await caller.said;
  closeChannel(buffers, 'the test is over');
  return [results, await responder.said];
}

const OVER = 'ChannelClosedError: the test is over';

describe('channel', () => {
  it('carries messages of every size', async () => {
    const sizes = [0, 1, 65_535, 65_536, 262_143, 262_144, 262_145, 1_000_000, 64 * 1024 * 1024];
    const steps = sizes.map((bytes): CallerStep => ({ do: 'echo', bytes }));
    expect(await converse(createChannel(), steps)).toEqual([sizes.map(() => 'same'), OVER]);
  });

  it('carries messages over chunks of every size', async () => {
    for (const chunk of [1, 2, 3, 16]) {
      const sizes = Array.from({ length: 40 }, (_, i) => i);
      const steps = sizes.map((bytes): CallerStep => ({ do: 'echo', bytes }));
      expect(await converse(createChannel(chunk), steps)).toEqual([sizes.map(() => 'same'), OVER]);
    }
  });

  it('takes many messages in a row', async () => {
    const steps = Array.from({ length: 20_000 }, (): CallerStep => ({ do: 'echo', bytes: 3 }));
    const [results] = await converse(createChannel(), steps);
    expect(new Set(results as string[])).toEqual(new Set(['same']));
  });

  it('wakes who waits for an event', async () => {
    const steps: CallerStep[] = [
      { do: 'wait', timeoutMs: 1 },
      { do: 'call', message: 'event' },
      { do: 'wait' },
      { do: 'take' },
      { do: 'wait', timeoutMs: 1 },
    ];
    const said = [false, 'event', true, 'what happened', true];
    expect(await converse(createChannel(), steps)).toEqual([said, OVER]);
    // Too long to come along.
    const short = [false, 'event', true, undefined, true];
    expect(await converse(createChannel(16), steps)).toEqual([short, OVER]);
  });

  it('ends a call whose answer will never come, when main learns that the peer died', async () => {
    const buffers = createChannel();
    const responder = spawn({ buffers });
    const caller = spawn({ buffers, steps: [{ do: 'call', message: 'exit' }] });
    expect(await responder.said).toBe('exit 3');
    closeChannel(buffers, 'the program’s thread ended with status 3');
    expect(await caller.said).toEqual([
      'ChannelClosedError: the program’s thread ended with status 3',
    ]);
  });

  it('ends a call to a peer that was killed', async () => {
    const buffers = createChannel();
    const responder = spawn({ buffers });
    const steps: CallerStep[] = [
      { do: 'echo', bytes: 1 },
      { do: 'call', message: 'silence' },
    ];
    const caller = spawn({ buffers, steps });
    await responder.worker.terminate();
    closeChannel(buffers, 'killed');
    const said = (await caller.said) as string[];
    expect(said.at(-1)).toBe('ChannelClosedError: killed');
  });

  it('ends a wait for an event', async () => {
    const buffers = createChannel();
    const caller = spawn({ buffers, steps: [{ do: 'wait' }] });
    closeChannel(buffers, 'gone');
    closeChannel(buffers, 'the first reason counts');
    const said = (await caller.said) as unknown[];
    // The close may count as the event, if the wait began before it; the next use then says so.
    expect([[true], ['ChannelClosedError: gone']]).toContainEqual(said);
  });

  it('refuses a call after the end, in spite of a reason that is too long', async () => {
    const buffers = createChannel();
    closeChannel(buffers, 'x'.repeat(10_000));
    const caller = spawn({ buffers, steps: [{ do: 'call', message: 'silence' }] });
    expect(await caller.said).toEqual([expect.stringMatching(/^ChannelClosedError: x{4000,}$/)]);
  });
});
