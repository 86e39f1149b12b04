/**
 * What comes along with an event because the debugger asked for it at its last stop: debuggers ask
 * the same at one stop after the other, and each question is a way to the debuggee's thread and back.
 *
 * Only what nobody has to give back when it is not asked for: frames, whose handles end with the
 * pause, and values that hold no handles.
 */
import type { FrameHandle, OpaqueDebugger, Shortcuts, WasmValue } from './opaque-debugger.ts';

export interface Place {
  readonly func: number;
  readonly pc: number;
}

/** `exitFrames`, and of the newest of these `frameFuncAndPc` and `frameLocals`. */
export type Foreseen = readonly [
  frames: FrameHandle[] | undefined,
  place: Place | undefined,
  locals: WasmValue[] | undefined,
];

/** Bits: which of these were asked for. */
const ASKED = { frames: 1, place: 2, locals: 4 } as const;

/** In the debuggee's thread: answers what was asked for last time. */
export function foresee(
  debuggee: OpaqueDebugger & Partial<Shortcuts>,
  asked: number,
): Foreseen | undefined {
  if ((asked & ASKED.frames) === 0 || debuggee.state !== 'paused') return undefined;
  try {
    const frames = debuggee.exitFrames();
    const [newest] = frames;
    if (newest === undefined) return [frames, undefined, undefined];
    const place = asked & ASKED.place ? debuggee.frameFuncAndPc(newest) : undefined;
    const locals = asked & ASKED.locals ? debuggee.plainLocals?.(newest) : undefined;
    return [frames, place, locals];
  } catch {
    // Whoever asks is told.
    return undefined;
  }
}

/** In the debugger's thread: what has come along with the event of the present pause. */
export class Foresight {
  #asked = 0;
  #newest: FrameHandle | undefined;
  #frames: FrameHandle[] | undefined;
  /** Kept: the world has a question for each of the two. */
  #place: Place | undefined;
  #locals: WasmValue[] | undefined;

  /** An event has come. */
  begin(foreseen: Foreseen | undefined): void {
    this.#forget();
    if (foreseen === undefined) return;
    [this.#frames, this.#place, this.#locals] = foreseen;
    this.#newest = this.#frames?.[0];
  }

  /** The program is resumed. @returns what was asked for in the pause, for `foresee` */
  end(): number {
    const asked = this.#asked;
    this.#asked = 0;
    this.#forget();
    return asked;
  }

  exitFrames(ask: () => FrameHandle[]): FrameHandle[] {
    this.#asked |= ASKED.frames;
    const frames = this.#frames ?? ask();
    this.#frames = undefined;
    this.#newest = frames[0];
    return frames;
  }

  place(frame: FrameHandle, ask: () => Place): Place {
    if (frame !== this.#newest) return ask();
    this.#asked |= ASKED.place;
    return this.#place ?? ask();
  }

  locals(frame: FrameHandle, ask: () => WasmValue[]): WasmValue[] {
    if (frame !== this.#newest) return ask();
    this.#asked |= ASKED.locals;
    const locals = this.#locals ?? ask();
    this.#locals = undefined;
    return locals;
  }

  /** A frame's handle has been given back: whoever uses it nevertheless is told by the debuggee. */
  release(handle: number): void {
    if (handle === this.#newest) this.#newest = undefined;
  }

  #forget(): void {
    this.#newest = undefined;
    this.#frames = undefined;
    this.#place = undefined;
    this.#locals = undefined;
  }
}
