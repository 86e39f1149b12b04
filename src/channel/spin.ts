/**
 * Waiting awake for a word that another thread changes: that takes 0.1 us where waking a sleeper
 * takes 50, and while one end sleeps the other falls asleep as well.
 *
 * So it is worth more time than a wake-up takes. But not where the other thread does not run meanwhile,
 * because the machine has other things to do: who has waited in vain several times over waits for a
 * shorter time, and tries again later.
 */
import { availableParallelism } from 'node:os';

/** In milliseconds: what a debugger in JavaScript takes from one stop to the next, and many wake-ups. */
const PATIENCE = 1;
/** In milliseconds, of who has waited in vain. */
const HASTE = 0.02;
/** So often in vain, one after the other. */
const FAILURES = 4;
/** So many waits in haste before the next with patience; twice as many if that is in vain as well. */
const HASTY_WAITS = 64;
const MOST_HASTY_WAITS = 1024;
/** Looks between two looks at the clock, which takes as long as some of them. */
const LOOKS = 32;

/** Lets a thread on the same core have it for a moment. Node 22 and 24 do not have it. */
const pause = (Atomics as { pause?(): void }).pause ?? (() => {});
const alone = availableParallelism() === 1;

/** Of one thread, for one word. */
export class Spinner {
  #failures = 0;
  /** In haste that are left. */
  #hasty = 0;
  #nextHasty = HASTY_WAITS;

  /** Looks for a while until the word is `value`. @returns whether it is */
  untilIs(words: Int32Array, at: number, value: number): boolean {
    return this.#until(words, at, value, true);
  }

  /** Looks for a while until the word is not `value`. @returns whether it is not */
  untilIsNot(words: Int32Array, at: number, value: number): boolean {
    return this.#until(words, at, value, false);
  }

  #until(words: Int32Array, at: number, value: number, equal: boolean): boolean {
    if ((Atomics.load(words, at) === value) === equal) return true;
    if (alone) return false;
    const patient = this.#hasty === 0;
    const end = performance.now() + (patient ? PATIENCE : HASTE);
    do {
      for (let i = 0; i < LOOKS; i++) {
        pause();
        if ((Atomics.load(words, at) === value) === equal) {
          this.#ended(patient, true);
          return true;
        }
      }
    } while (performance.now() < end);
    this.#ended(patient, false);
    return false;
  }

  #ended(patient: boolean, inTime: boolean): void {
    if (!patient) {
      this.#hasty--;
    } else if (inTime) {
      this.#failures = 0;
      this.#nextHasty = HASTY_WAITS;
    } else if (++this.#failures >= FAILURES) {
      this.#hasty = this.#nextHasty;
      this.#nextHasty = Math.min(2 * this.#nextHasty, MOST_HASTY_WAITS);
    }
  }
}
