/**
 * Which branches of emitted code are taken (the custom section `metadata.code.branch_hint` of the
 * branch hinting proposal). Checks hardly ever fire. V8 can tell from a check that leads out of a
 * function, but not once the function has been inlined, where leaving it is a call that returns: then
 * it keeps room for that call in the middle of the caller's loop, and values on the stack across it.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';

/** The name of the section, which must come before the code. */
export const BRANCH_HINTS = 'metadata.code.branch_hint';

/** The hints of one function. */
export class BranchHints {
  readonly #offsets: number[] = [];
  readonly #taken: boolean[] = [];
  #shift = 0;

  get count(): number {
    return this.#offsets.length;
  }

  /**
   * @param offset of a `br_if` or an `if`, behind those added before
   * @param taken whether its condition is likely true
   */
  add(offset: number, taken: boolean): void {
    this.#offsets.push(offset);
    this.#taken.push(taken);
  }

  /** Everything is so many bytes further on. */
  shift(bytes: number): void {
    this.#shift += bytes;
  }

  clear(): void {
    this.#offsets.length = 0;
    this.#taken.length = 0;
  }

  /** An entry of the section. */
  encode(funcIndex: number): Uint8Array {
    const out = new ByteWriter(8 + 5 * this.count);
    out.u32(funcIndex);
    out.u32(this.count);
    this.#offsets.forEach((offset, i) => {
      out.u32(offset + this.#shift);
      out.u8(1); // size of what follows
      out.u8(this.#taken[i] ? 1 : 0);
    });
    return out.view();
  }
}

/** The content of the section. */
export function branchHintSection(entries: readonly Uint8Array[]): Uint8Array {
  const out = new ByteWriter(entries.reduce((sum, { length }) => sum + length, 5));
  out.u32(entries.length);
  for (const entry of entries) out.bytes(entry);
  return out.take();
}
