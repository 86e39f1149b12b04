/**
 * Which memory accesses need no check of their own because an earlier one covers them: for each
 * local that served as an address, the most bytes behind it that are known to be in bounds.
 * Memories never shrink, so only a write to the local ends a fact.
 *
 * What is found inside a construct is taken back at its end, by a log: copies of all facts for each
 * construct would make deep nesting quadratic.
 */

interface Undo {
  readonly memory: number;
  readonly local: number;
  /** What was known before; undefined: nothing. */
  readonly before: number | undefined;
  /** Number of the change. */
  readonly time: number;
}

export class BoundsFacts {
  /** By memory, then by local: bytes from the local's value on that are in bounds. */
  readonly #facts = new Map<number, Map<number, number>>();
  readonly #log: Undo[] = [];
  /** For each open construct, the length of the log at its entry. */
  readonly #open: number[] = [];
  /** By local: when it was written last. What was known before then is not true any more. */
  readonly #writes = new Map<number, number>();
  #time = 0;

  covers(memory: number, local: number, bytes: number): boolean {
    return (this.#facts.get(memory)?.get(local) ?? 0) >= bytes;
  }

  add(memory: number, local: number, bytes: number): void {
    let facts = this.#facts.get(memory);
    if (facts === undefined) {
      facts = new Map();
      this.#facts.set(memory, facts);
    }
    this.#note(memory, local, facts.get(local));
    facts.set(local, bytes);
  }

  /** The local is written: nothing is known of it, nor at the end of any construct around. */
  forget(local: number): void {
    for (const facts of this.#facts.values()) facts.delete(local);
    if (this.#log.length > 0) this.#writes.set(local, ++this.#time);
  }

  /** A construct begins; what holds here holds at its `else` and end unless it is written inside. */
  enter(): void {
    this.#open.push(this.#log.length);
  }

  /** The other arm begins: what holds is what held at the `if`, less what the first arm wrote. */
  alternate(): void {
    const entry = this.#open.at(-1);
    if (entry === undefined) this.reset();
    else this.#takeBack(entry);
  }

  /** A construct ends. */
  exit(): void {
    const entry = this.#open.pop();
    if (entry === undefined) this.reset();
    else this.#takeBack(entry);
  }

  /** Control may come from elsewhere: nothing is known. */
  reset(): void {
    for (const [memory, facts] of this.#facts) {
      for (const [local, bytes] of facts) this.#note(memory, local, bytes);
      facts.clear();
    }
  }

  #note(memory: number, local: number, before: number | undefined): void {
    if (this.#open.length === 0) return;
    this.#log.push({ memory, local, before, time: ++this.#time });
  }

  #takeBack(entry: number): void {
    while (this.#log.length > entry) {
      const { memory, local, before, time } = this.#log.pop()!;
      const facts = this.#facts.get(memory)!;
      if (before === undefined || (this.#writes.get(local) ?? -1) > time) facts.delete(local);
      else facts.set(local, before);
    }
    if (this.#log.length === 0) this.#writes.clear();
  }
}
