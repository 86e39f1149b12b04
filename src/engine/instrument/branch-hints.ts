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

  /** Writes an entry of the section. */
  write(funcIndex: number, out: ByteWriter): void {
    out.u32(funcIndex);
    out.u32(this.count);
    for (let i = 0; i < this.count; i++) {
      out.u32(this.#offsets[i]! + this.#shift);
      out.u8(1); // size of what follows
      out.u8(this.#taken[i] ? 1 : 0);
    }
  }
}

/** Entries of the section, one behind the other. */
export class BranchHintEntries {
  readonly #out = new ByteWriter();
  count = 0;

  get bytes(): Uint8Array {
    return this.#out.view();
  }

  add(funcIndex: number, hints: BranchHints): void {
    hints.write(funcIndex, this.#out);
    this.count++;
  }
}

/** The content of the section. */
export function branchHintSection(parts: readonly BranchHintEntries[]): Uint8Array {
  const out = new ByteWriter(parts.reduce((sum, { bytes }) => sum + bytes.length, 5));
  out.u32(parts.reduce((sum, { count }) => sum + count, 0));
  for (const { bytes } of parts) out.bytes(bytes);
  return out.take();
}
