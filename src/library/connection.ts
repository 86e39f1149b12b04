/** What is between a debuggee's thread and its debugger's. Any thread can make one. */

import { type ChannelBuffers, closeChannel, createChannel } from '../channel/buffers.ts';
import { INTERRUPT } from '../engine/instrument/layout.ts';
import { createDebugMemory } from '../engine/runtime/debug-memory.ts';
import { requestInterrupt } from '../engine/runtime/interrupt.ts';
import type { OpaqueDebugger } from '../opaque-debugger/opaque-debugger.ts';
import { RemoteDebugger } from '../opaque-debugger/remote.ts';

/** What a thread needs to debug a program in another. Can be posted to a Worker. */
export interface DebuggeeConnection {
  readonly channel: ChannelBuffers;
  /** A shared WebAssembly.Memory, through which a program that runs is interrupted. */
  readonly memory: object;
}

export function createConnection(): DebuggeeConnection {
  return { channel: createChannel(), memory: createDebugMemory() };
}

/** The debugger's end: the debuggee as a thread sees it that is not its own. */
export function connectDebugger({ channel, memory }: DebuggeeConnection): OpaqueDebugger {
  return new RemoteDebugger(channel, () => requestInterrupt(memory as WebAssembly.Memory));
}

/**
 * Ends the connection, from any thread: whoever waits at one of its ends, now or later, gets a
 * ChannelClosedError with this reason.
 */
export function closeConnection({ channel }: DebuggeeConnection, reason: string): void {
  closeChannel(channel, reason);
}

/**
 * For a debuggee that is not Witness's engine, while it runs: whether its debugger has asked it to
 * stop since the last call.
 */
export function takeInterrupt({ memory }: DebuggeeConnection): boolean {
  const words = new Int32Array((memory as WebAssembly.Memory).buffer);
  return Atomics.exchange(words, INTERRUPT >> 2, 0) !== 0;
}
