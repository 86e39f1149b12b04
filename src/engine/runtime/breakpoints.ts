/** The breakpoints of a module, by where they were asked for. They hold in all its instances. */
import type { DebugModule } from './module.ts';

export class Breakpoints {
  readonly #module: DebugModule;
  /** By the pc that was asked for: where they are, and how often they were asked for. */
  readonly #added = new Map<number, { readonly pc: number; count: number }>();

  constructor(module: DebugModule) {
    this.#module = module;
  }

  /**
   * Adds one at a byte offset of the original module. Between two instructions, or in a function's
   * locals, it slips forward to the next instruction.
   *
   * @returns false if the offset is in no function body
   */
  add(asked: number): boolean {
    const known = this.#added.get(asked);
    if (known !== undefined) {
      known.count++;
      return true;
    }
    const pc = this.#module.functionAround(asked)?.instructionFrom(asked);
    if (pc === undefined) return false;
    this.#added.set(asked, { pc, count: 1 });
    this.#set(pc, true);
    return true;
  }

  /** @returns false if none was added under this offset */
  remove(asked: number): boolean {
    const known = this.#added.get(asked);
    if (known === undefined) return false;
    if (--known.count > 0) return true;
    this.#added.delete(asked);
    if (!this.has(known.pc)) this.#set(known.pc, false);
    return true;
  }

  /** Takes all away. */
  clear(): void {
    for (const { pc } of this.#added.values()) this.#set(pc, false);
    this.#added.clear();
  }

  /** Whether there is one at an instruction. */
  has(pc: number): boolean {
    for (const added of this.#added.values()) if (added.pc === pc) return true;
    return false;
  }

  #set(pc: number, present: boolean): void {
    this.#module.functionAround(pc)!.versions.setBreakpoint(pc, present);
  }
}
