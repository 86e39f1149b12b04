/** What the protocol needs to know of a program. Only while it is stopped, except `interrupt`. */

import type { Address } from './address.ts';

/** Why a program is stopped. */
export type Stop =
  /** A client has come, or the program has not been resumed yet. */
  | { readonly kind: 'attached' | 'breakpoint' | 'step' | 'interrupted' }
  /** There are modules that `libraries` did not give before. */
  | { readonly kind: 'new-modules' }
  /** Before it happens; the text says what. */
  | { readonly kind: 'trap' | 'exception'; readonly description: string }
  /** It has come to its end. */
  | { readonly kind: 'exited'; readonly status: number };

export interface Library {
  /** Differs from all others. */
  readonly name: string;
  /** Where the module's bytes begin. */
  readonly address: bigint;
}

export interface Region {
  readonly start: bigint;
  /** Bytes. */
  readonly size: bigint;
  readonly permissions: 'rx' | 'rw';
  readonly name: string;
}

/** Which of a frame's values. */
export type ValueKind = 'local' | 'operand' | 'global';

export interface Target {
  /** All modules that there are, in the order of their appearance. */
  libraries(): readonly Library[];
  /** Where the innermost frame is; 0 if there is no frame. */
  pc(): bigint;
  /** The innermost frame's pc, then the return addresses of all frames. */
  callStack(): readonly bigint[];
  /**
   * A value's bytes, least significant first.
   * @param frame 0 is the innermost
   * @returns undefined if there is no such value, or it has no bytes
   */
  value(kind: ValueKind, frame: number, index: number): Uint8Array | undefined;
  /** A global of a module, wherever the program is stopped. */
  globalOf(module: number, index: number): Uint8Array | undefined;
  /** Fewer bytes than asked for where the region ends; undefined outside of all regions. */
  read(address: Address, length: number): Uint8Array | undefined;
  /** False if any of the bytes has no place; then nothing has been written. */
  write(address: Address, bytes: Uint8Array): boolean;
  /** In the order of their addresses. */
  regions(): readonly Region[];
  /** False if no instruction is there. */
  addBreakpoint(address: Address): boolean;
  /** False if there is none. */
  removeBreakpoint(address: Address): boolean;
  /** Lets the program go on, for one instruction if `step`. Its next stop is told to the protocol. */
  resume(step: boolean): void;
  /** Makes a running program stop soon. */
  interrupt(): void;
  /** Removes all breakpoints and lets the program go on without a client. */
  detach(): void;
  /** Ends the program. */
  kill(): void;
}
