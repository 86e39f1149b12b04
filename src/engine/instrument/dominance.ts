/**
 * Which moments of the emission dominate the present one: whether control that is here now has
 * certainly been there. What a function's locals hold and what is known of addresses is true from
 * such a moment on, and is dropped by asking for its time, not by looking through all that is known
 * at each end of a construct: deep nesting would make that quadratic.
 *
 * Moments that do not dominate come to be in runs, the arms of constructs that have ended. Those
 * are kept as intervals, apart from each other and ascending.
 */
export class Dominance {
  /** The present moment. */
  now = 0;
  /**
   * Number of the stretch of code in which each instruction is executed if the one before it is and
   * goes on to it: nothing branches, joins, calls or makes a memory larger.
   */
  stretch = 0;
  /** Moments after `#from` up to `#to` do not dominate. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** By number of constructs around: when the construct began, and when it was first branched out of. */
  readonly #begun: number[] = [];
  readonly #branched: number[] = [];
  /** When it was last branched out of, or its beginning. */
  readonly #lastBranched: number[] = [];

  /** The next moment. */
  tick(): number {
    return ++this.now;
  }

  endStretch(): void {
    this.stretch++;
  }

  holds(time: number): boolean {
    return this.since(time) === time;
  }

  /** The first moment from which on nothing has come between: `time` itself if that dominates. */
  since(time: number): number {
    const from = this.#from;
    const to = this.#to;
    let high = to.length - 1;
    if (high < 0 || time > to[high]!) return time;
    let low = 0;
    // The last interval that begins before.
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (from[middle]! < time) low = middle + 1;
      else high = middle - 1;
    }
    return high >= 0 && time <= to[high]! ? to[high]! + 1 : time;
  }

  /** A construct in `depth` others begins. */
  enter(depth: number): void {
    this.#begun[depth] = this.now;
    this.#branched[depth] = Infinity;
    this.#lastBranched[depth] = this.now;
  }

  /**
   * A branch to the end of the construct in `depth` others, which may not be taken.
   *
   * @param present number of constructs around the innermost
   */
  branch(depth: number, present: number): void {
    // What a construct inside does before it dominates no longer, once that has ended.
    const time = present > depth ? (this.#begun[depth + 1] ?? -1) : this.now;
    if (!(this.#branched[depth]! <= time)) this.#branched[depth] = time;
    this.#lastBranched[depth] = this.now;
    this.endStretch();
  }

  /**
   * An arm of the construct in `depth` others ends. Control may come here, to its other arm or to what
   * is behind it, from the beginning as well, or from anywhere inside.
   */
  backToBegin(depth: number): void {
    this.#cut(this.#begun[depth]!);
  }

  /**
   * The last moment at which control left the construct in `depth` others for its end, or came in: what
   * is done later does not matter behind the end if control does not come to that by itself.
   */
  lastBranch(depth: number): number {
    return this.#lastBranched[depth] ?? Infinity;
  }

  /** The construct in `depth` others ends; control comes from the end of its body and from branches. */
  exit(depth: number): void {
    const time = this.#branched[depth]!;
    if (time !== Infinity) this.#cut(time);
  }

  /** Control may come from elsewhere: nothing is known. */
  reset(): void {
    this.#cut(-1);
  }

  #cut(after: number): void {
    this.endStretch();
    while (this.#from.length > 0 && this.#from.at(-1)! >= after) {
      this.#from.pop();
      this.#to.pop();
    }
    this.#from.push(after);
    this.#to.push(this.now++);
  }
}
