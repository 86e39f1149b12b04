/** One stop of the program as plain data: what the formats print. */

import type { Values } from '../../shared/src/value.ts';

export interface FrameData {
  /** 0 for the newest activation; frames of the next one are beyond frames of the host. */
  readonly activation: number;
  /** Position in the debuggee's list of modules. */
  readonly module: number;
  /** Function index; the module's imports count. */
  readonly func: number;
  readonly name: string;
  /** Byte offset in the module. */
  readonly pc: number;
  readonly locals: Values;
  readonly stack: Values;
}

export type StopReason = 'start' | 'breakpoint' | 'step' | 'trap' | 'exception' | 'interrupted';

export interface Stop {
  /** 1 for the first stop. */
  readonly number: number;
  readonly reason: StopReason;
  /** What the exception carries, at an exception. */
  readonly exception?: Values;
  /** Size in bytes of memory 0 of the innermost frame's instance. */
  readonly memory: bigint | undefined;
  /** The innermost first; of these at most as many as were asked for. */
  readonly frames: readonly FrameData[];
}

export interface End {
  /** `trap` if the last event before the completion was a trap. */
  readonly end: 'complete' | 'trap';
  /** Stops printed. */
  readonly stops: number;
}

/** The shape of an output format. Every string is one or more whole lines. */
export interface Format {
  stop(stop: Stop): string;
  end(end: End): string;
}
