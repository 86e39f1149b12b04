/**
 * Which loops end so soon that they need no check at their header: whoever waits for one waits for the
 * next. At that header a check would keep every value that locals have, also of those that the round
 * to come writes before it reads them; and a loop without one is a loop that V8 unrolls.
 */

interface OpenLoop {
  /** Number of constructs, it included. */
  readonly depth: number;
  /** Rounds that it and the loops around it may begin without a check. */
  readonly rounds: number;
}

export class BoundedLoops {
  readonly #most: number;
  /** Outermost first; those that have ended go when the next begins. */
  readonly #open: OpenLoop[] = [];

  /** @param most rounds that may be without a check, loops around them included */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * A loop begins.
   *
   * @param depth number of constructs, it included
   * @param rounds that it has at most
   * @returns it needs no check
   */
  enter(depth: number, rounds: number): boolean {
    const open = this.#open;
    while (open.length > 0 && open.at(-1)!.depth >= depth) open.pop();
    const together = rounds * (open.at(-1)?.rounds ?? 1);
    const isBounded = together <= this.#most;
    open.push({ depth, rounds: isBounded ? together : 1 });
    return isBounded;
  }
}
