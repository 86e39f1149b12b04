/**
 * One client's conversation, without I/O: bytes go in, bytes come out, the program is a {@link Target}.
 *
 *     stopped --c, s, vCont--> running --program stops--> stopped
 *     stopped --D--> gone      running --program ends--> stopped, for good
 *     stopped --k--> gone
 */

import { PacketReader, packet } from './framing.ts';
import {
  BROKEN,
  type Conversation,
  type Handlers,
  NOT_NOW,
  type Reply,
  UNSUPPORTED,
} from './handler.ts';
import { breakpoints } from './handlers/breakpoints.ts';
import { execution } from './handlers/execution.ts';
import { handshake, PACKET_SIZE } from './handlers/handshake.ts';
import { hostInfo } from './handlers/host-info.ts';
import { libraries } from './handlers/libraries.ts';
import { memory } from './handlers/memory.ts';
import { registers } from './handlers/registers.ts';
import { wasm } from './handlers/wasm.ts';
import { ascii, latin1 } from './hex.ts';
import { stopReply } from './stop-reply.ts';
import type { Stop, Target } from './target.ts';

const handlers = new Map(
  [handshake, hostInfo, execution, registers, memory, breakpoints, libraries, wasm].flatMap(
    (family: Handlers) => Object.entries(family),
  ),
);

/** `q`, `Q`, `v` and `j` begin a name; any other packet's name is one character. */
const NAME = /^(?:[qQvj][A-Za-z]*\??|[\s\S])/;
/** What a program that has ended is still asked. */
const AFTER_THE_END = new Set(['?', 'qSupported', 'QStartNoAckMode', 'qHostInfo', 'k', 'D']);

export class Protocol {
  readonly #target: Target;
  readonly #output: (bytes: Uint8Array) => void;
  readonly #reader = new PacketReader(PACKET_SIZE);
  #acknowledging = true;
  #last: Uint8Array | undefined;
  /** Undefined while the program runs. */
  #stop: Stop | undefined;
  /** Once there is nothing more to be said: after the reply that is due. */
  #leaving = false;
  #gone = false;
  readonly #conversation: Conversation;

  /** @param stop why the program is stopped when the client comes */
  constructor(target: Target, stop: Stop, output: (bytes: Uint8Array) => void) {
    this.#target = target;
    this.#stop = stop;
    this.#output = output;
    this.#conversation = {
      target,
      stopReply: () => stopReply(this.#stop!, target),
      stopAcknowledging: () => {
        // The client still acknowledges the reply to this; that is noise then.
        this.#acknowledging = false;
      },
      resume: (step) => {
        this.#stop = undefined;
        target.resume(step);
      },
      detach: () => {
        this.#leaving = true;
        target.detach();
      },
      kill: () => {
        this.#leaving = true;
        target.kill();
      },
    };
  }

  /** The client has detached, or killed the program. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Bytes from the client, cut anywhere. */
  receive(bytes: Uint8Array): void {
    this.#reader.push(bytes, (input) => {
      if (this.#gone) return;
      switch (input.kind) {
        case 'interrupt':
          if (this.#stop === undefined) this.#target.interrupt();
          break;
        case 'nak':
          if (this.#acknowledging && this.#last !== undefined) this.#output(this.#last);
          break;
        case 'broken':
          // With nobody to say "again", an error keeps the client from waiting for ever.
          if (this.#acknowledging && input.why === 'checksum') this.#output(ascii('-'));
          else this.#reply(BROKEN);
          break;
        case 'packet':
          if (this.#acknowledging) this.#output(ascii('+'));
          this.#handle(input.payload);
      }
    });
  }

  /** The program, which this has resumed, has stopped. */
  stopped(stop: Stop): void {
    this.#stop = stop;
    if (!this.#gone) this.#reply(stopReply(stop, this.#target));
  }

  #handle(payload: Uint8Array): void {
    const text = latin1(payload);
    const name = NAME.exec(text)?.[0] ?? '';
    const reply = this.#answer(name, text.slice(name.length), payload.subarray(name.length));
    if (reply !== undefined) this.#reply(reply);
  }

  #answer(name: string, args: string, bytes: Uint8Array): Reply | undefined {
    const handler = handlers.get(name);
    if (handler === undefined) return UNSUPPORTED;
    const stop = this.#stop;
    if (stop === undefined) return NOT_NOW;
    if (stop.kind === 'exited' && !AFTER_THE_END.has(name)) return NOT_NOW;
    return handler(this.#conversation, args, bytes);
  }

  #reply(reply: Reply): void {
    const bytes = packet(typeof reply === 'string' ? ascii(reply) : reply);
    this.#last = bytes;
    this.#output(bytes);
    if (this.#leaving) this.#gone = true;
  }
}
