/**
 * Which memory accesses need no check of their own because an earlier one covers them: for each
 * local that served as an address, the most bytes behind it that are known to be in bounds.
 * Memories never shrink, so only a write to the local ends a fact.
 */
export class BoundsFacts {
  /** By memory, then by local: bytes from the local's value on that are in bounds. */
  #facts = new Map<number, Map<number, bigint>>();
  /** For each open construct, the facts at its entry; a write below forgets them there too. */
  readonly #outer: Map<number, Map<number, bigint>>[] = [];

  covers(memory: number, local: number, bytes: bigint): boolean {
    return (this.#facts.get(memory)?.get(local) ?? 0n) >= bytes;
  }

  add(memory: number, local: number, bytes: bigint): void {
    let facts = this.#facts.get(memory);
    if (facts === undefined) {
      facts = new Map();
      this.#facts.set(memory, facts);
    }
    facts.set(local, bytes);
  }

  /** The local is written: nothing is known of it, nor at the end of any construct around. */
  forget(local: number): void {
    for (const facts of this.#facts.values()) facts.delete(local);
    for (const outer of this.#outer) for (const facts of outer.values()) facts.delete(local);
  }

  /** A construct begins; what holds here holds at its `else` and end unless it is written inside. */
  enter(): void {
    this.#outer.push(copy(this.#facts));
  }

  /** The other arm begins: what holds is what held at the `if`, less what the first arm wrote. */
  alternate(): void {
    this.#facts = copy(this.#outer.at(-1) ?? new Map());
  }

  /** A construct ends. */
  exit(): void {
    this.#facts = this.#outer.pop() ?? new Map();
  }

  /** Control may come from elsewhere: nothing is known. */
  reset(): void {
    this.#facts = new Map();
  }
}

function copy(facts: Map<number, Map<number, bigint>>): Map<number, Map<number, bigint>> {
  return new Map([...facts].map(([memory, locals]) => [memory, new Map(locals)]));
}
