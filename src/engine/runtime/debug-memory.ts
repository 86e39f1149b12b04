/**
 * The debug memory as the engine sees it: control words and frames. Layout in
 * `../instrument/layout.ts`. Runs in the debuggee's thread, but for `createDebugMemory`.
 */
import {
  FRAME_POINTER,
  INITIAL_PAGES,
  INTERRUPT,
  LIMIT_STEP,
  MAXIMUM_PAGES,
  PAGE,
  STACK,
  UNTIL_RENEWAL,
} from '../instrument/layout.ts';
import { WebAssembly } from './v8.ts';

/** A new debug memory; shared, so that another thread can interrupt the program. */
export function createDebugMemory(): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({
    initial: INITIAL_PAGES,
    maximum: MAXIMUM_PAGES,
    shared: true,
  });
  const words = new Int32Array(memory.buffer);
  words[FRAME_POINTER >> 2] = STACK;
  words[UNTIL_RENEWAL >> 2] = 1;
  return memory;
}

export class DebugMemory {
  readonly memory: WebAssembly.Memory;
  #words: Int32Array;
  #view: DataView;
  #reserve = 0;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#words = new Int32Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  /** All of it as i32 words; replaced when the memory grows. */
  get words(): Int32Array {
    return this.#words;
  }

  get view(): DataView {
    return this.#view;
  }

  /** Byte address where the next callee's frame begins. */
  get framePointer(): number {
    return this.#words[FRAME_POINTER >> 2]!;
  }

  set framePointer(address: number) {
    this.#words[FRAME_POINTER >> 2] = address;
  }

  /** Not `Atomics.load`, which is a call of a builtin: this is asked at every step. */
  get interruptRequested(): boolean {
    return this.#words[INTERRUPT >> 2] !== 0;
  }

  clearInterrupt(): void {
    Atomics.store(this.#words, INTERRUPT >> 2, 0);
  }

  get byteLength(): number {
    return this.#view.byteLength;
  }

  /** Byte address behind the last frame that may go on. */
  get stackEnd(): number {
    return this.#view.byteLength - this.#reserve;
  }

  /** The highest byte address at which a frame of a size may begin: a multiple of LIMIT_STEP. */
  highestBase(frameSize: number): number {
    return Math.floor((this.stackEnd - frameSize) / LIMIT_STEP) * LIMIT_STEP;
  }

  /** Copies the bytes between two addresses. */
  keep(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#words.buffer).slice(from, to);
  }

  putBack(from: number, bytes: Uint8Array): void {
    new Uint8Array(this.#words.buffer).set(bytes, from);
  }

  /**
   * Keeps room behind the stack's end for one frame of a size: one that does not fit leaves, and to
   * leave it writes all of itself.
   *
   * @throws RangeError if there is no room for it
   */
  reserve(frameSize: number): void {
    const more = frameSize - this.#reserve;
    if (more <= 0) return;
    // Frames that lie below the present end stay below the new one.
    this.memory.grow(Math.ceil(more / PAGE));
    this.#reserve = frameSize;
    this.#refresh();
  }

  /** Makes room for frames up to `end` (byte address); false if the most is reached. */
  growTo(end: number): boolean {
    const have = this.stackEnd;
    if (end <= have) return true;
    const most = MAXIMUM_PAGES * PAGE - this.#reserve;
    if (end > most) return false;
    // At least as much again as the frames have now: each growth restores every limit.
    const wanted = Math.min(most, Math.max(end, have + (have - STACK)));
    try {
      this.memory.grow(Math.ceil((wanted - have) / PAGE));
    } catch {
      return false;
    }
    this.#refresh();
    return true;
  }

  #refresh(): void {
    this.#words = new Int32Array(this.memory.buffer);
    this.#view = new DataView(this.memory.buffer);
  }
}
