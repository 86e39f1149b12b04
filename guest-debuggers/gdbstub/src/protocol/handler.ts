/** What a family of packets is: a table of handlers by the packets' names. */

import type { Target } from './target.ts';

/** Bytes go out as they are: binary data has to be escaped already. */
export type Reply = string | Uint8Array;

/** What handlers may change of the conversation itself. */
export interface Conversation {
  readonly target: Target;
  /** The present stop, as a packet. */
  stopReply(): string;
  /** From the next packet on nothing is acknowledged any more. */
  stopAcknowledging(): void;
  /** Lets the program go on; the reply comes when it stops. */
  resume(step: boolean): void;
  /** The client wants no more. */
  detach(): void;
  kill(): void;
}

/**
 * @param args what follows the name in the packet
 * @param bytes the same as bytes, where it is binary
 * @returns undefined: the reply comes later, or never
 */
export type Handler = (
  conversation: Conversation,
  args: string,
  bytes: Uint8Array,
) => Reply | undefined;

export type Handlers = Readonly<Record<string, Handler>>;

/** What is not supported is answered with nothing (GDB manual, "Standard Replies"). */
export const UNSUPPORTED = '';
/** The packet is not of the form that it should have. */
export const MALFORMED = 'E01';
/** Well formed, but there is no such thing. */
export const NOTHING_THERE = 'E03';
/** Not while the program runs, or not any more. */
export const NOT_NOW = 'E04';
/** The checksum does not fit, or the packet is too long. */
export const BROKEN = 'E05';
