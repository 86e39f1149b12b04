/** Which locals of a function differ from what its frame holds, at a place that a walker has come to. */
import { LocalSet } from './local-set.ts';
import type { WalkedFunction } from './walked-function.ts';

export class UnsavedLocals {
  /** Locals that differ from the frame, without derived ones. */
  dirty: LocalSet;
  /** Derived locals that differ from the frame, and from what follows from their inputs. */
  readonly stale: number[] = [];
  readonly #fn: WalkedFunction;
  /** Number of locals that `dirty` and the sets like it are about. */
  readonly #tracked: number;

  /** @param tracked - of this many locals; 0 where nobody asks */
  constructor(fn: WalkedFunction, tracked: number) {
    this.#fn = fn;
    this.#tracked = tracked;
    this.dirty = new LocalSet(tracked);
    // A frame begins with what an earlier one left there: not even zeros are in place.
    this.dirty.addAll(tracked);
    this.#leaveOutDerived(this.dirty);
  }

  /** Whether frames hold the local, also those that are in a call. */
  isKept(local: number): boolean {
    return this.#fn.derived?.isDerived(local) !== true && this.#fn.unkept?.has(local) !== true;
  }

  /** @param atOnce - what is kept is stored where it is written */
  write(local: number, atOnce: boolean): void {
    const { derived } = this.#fn;
    if (derived?.isDerived(local) === true) {
      const at = this.stale.indexOf(local);
      if (at >= 0) this.stale.splice(at, 1);
    } else if (atOnce && this.isKept(local)) {
      this.dirty.delete(local);
    } else {
      this.dirty.add(local);
    }
    const opened = this.#tracked > 0 ? derived?.openedBy(local) : undefined;
    if (opened !== undefined) this.stale.push(...opened);
  }

  /** Control may come from elsewhere than from the instruction before. */
  forgetStale(): void {
    // Setting a length is slow even where it changes nothing.
    if (this.stale.length > 0) this.stale.length = 0;
  }

  /** What calls in a body that begins at `pc` may leave to be stored. */
  afterCalls(pc: number): LocalSet {
    const set = this.fresh(pc);
    if (this.#fn.unkept !== undefined) set.addFrom(this.#fn.unkept);
    return set;
  }

  /** What no flush before `pc` has stored, nor any after it before something writes it. */
  fresh(pc: number): LocalSet {
    const set = new LocalSet(this.#tracked);
    const { fresh } = this.#fn;
    const end = Math.min(this.#tracked, fresh?.end ?? 0);
    for (let i = 0; i < end; i++) if (fresh!.has(i, pc)) set.add(i);
    this.#leaveOutDerived(set);
    return set;
  }

  #leaveOutDerived(set: LocalSet): void {
    if (this.#fn.derived?.isEmpty === false) set.deleteFrom(this.#fn.derived.locals);
  }
}
