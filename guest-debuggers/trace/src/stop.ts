/** One stop of the program as plain data: what the formats print. */

/** A value with what can be said of it. Floats come through the component interface, where all
 * NaNs are one. */
export type Value =
  /** Unsigned, as it crosses the interface. */
  | { readonly type: 'i32'; readonly value: number }
  | { readonly type: 'i64'; readonly value: bigint }
  | { readonly type: 'f32' | 'f64'; readonly value: number }
  /** 16 bytes, little-endian lanes. */
  | { readonly type: 'v128'; readonly bytes: Uint8Array }
  /** The signature, since nothing in the world names the function behind a reference. */
  | { readonly type: 'funcref'; readonly signature: string | undefined }
  /** The values that the exception carries. */
  | { readonly type: 'exnref'; readonly values: Values | undefined };

/** Values, or the debuggee's reason for not giving them (the world's error code). */
export type Values = readonly Value[] | { readonly error: string };

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
