/** Ids below this are opcodes of one byte. */
const PLAIN = 0x100;

/**
 * A set of opcodes that every instruction is looked up in: of most, a byte in a table tells. A `switch`
 * over opcodes compares with one after the other until V8 has optimized it, and a `Set` hashes.
 */
export class OpcodeSet {
  readonly #plain = new Uint8Array(PLAIN);
  readonly #prefixed = new Set<number>();

  /** @param ids see `Opcode.id` */
  constructor(ids: Iterable<number>) {
    for (const id of ids) {
      if (id < PLAIN) this.#plain[id] = 1;
      else this.#prefixed.add(id);
    }
  }

  has(id: number): boolean {
    return id < PLAIN ? this.#plain[id] === 1 : this.#prefixed.has(id);
  }
}
