/**
 * A stop as both sides of the oracle tell it. Values are text, type and bits: `i32:0000002a`, so that
 * NaN payloads and the sign of zero count, and a difference can be read.
 */

export interface FrameState {
  /** Number of the scenario's module. */
  readonly module: number;
  /** Byte offset of the stopped instruction; in a caller, of the instruction that calls. */
  readonly pc: number;
  readonly locals: readonly string[];
  /** Bottom first. In a caller: without the call's arguments. */
  readonly operands: readonly string[];
}

/** The activations, newest first, and in each the frames, newest first. */
export type StackState = readonly (readonly FrameState[])[];

export interface Trace {
  readonly stops: readonly StackState[];
  /** What the embedder returned. */
  readonly result: string;
}

export function stateText(stack: StackState): string {
  return stack
    .map((frames) =>
      frames
        .map(
          ({ module, pc, locals, operands }) =>
            `${module}@${pc} locals(${locals.join(' ')}) operands(${operands.join(' ')})`,
        )
        .join('\n  called by '),
    )
    .join('\n  from the host, called by ');
}
