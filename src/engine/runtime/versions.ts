/**
 * The versions of one function beside its cruise version: with hooks at its breakpoints, or
 * everywhere for stepping.
 *
 * Which one is current follows from the breakpoints and from whether the engine steps. The others
 * are kept: debuggers take a breakpoint out to step off it and put it back, many times.
 */
import type { DebugFunction } from './function.ts';
import type { Limits } from './limits.ts';
import { Version } from './version.ts';

export class FunctionVersions {
  readonly #fn: DebugFunction;
  readonly #limits: Limits;
  /** The limit word of the cruise version. */
  readonly #cruiseWord: number;
  readonly #breakpoints = new Set<number>();
  readonly #running = new Map<string, { version: Version; word: number }>();
  #stepping: Version | undefined;
  #current: { version: Version; word: number } | undefined;

  constructor(fn: DebugFunction, limits: Limits, cruiseWord: number) {
    this.#fn = fn;
    this.#limits = limits;
    this.#cruiseWord = cruiseWord;
  }

  hasBreakpoint(pc: number): boolean {
    return this.#breakpoints.has(pc);
  }

  /** Puts a breakpoint at an instruction, or takes it away; running code finds out at its next check. */
  setBreakpoint(pc: number, present: boolean): void {
    if (present) this.#breakpoints.add(pc);
    else this.#breakpoints.delete(pc);
    if (this.#current !== undefined) this.#limits.setCurrent(this.#current.word, false);
    this.#current = undefined;
    this.#limits.setCurrent(this.#cruiseWord, this.#breakpoints.size === 0);
  }

  /** What should run when the function is left now. */
  wanted(stepping: boolean): Version {
    if (stepping) {
      this.#stepping ??= new Version(this.#fn, 'all', undefined);
      return this.#stepping;
    }
    if (this.#current === undefined) {
      this.#current = this.#runningVersion();
      this.#limits.setCurrent(this.#current.word, true);
    }
    return this.#current.version;
  }

  /** The version that runs was left because of its length. */
  leftAtCap(): void {
    this.#current?.version.leftAtCap();
  }

  #runningVersion(): { version: Version; word: number } {
    const pcs = [...this.#breakpoints].sort((a, b) => a - b);
    const key = pcs.join();
    let entry = this.#running.get(key);
    if (entry === undefined) {
      const word = this.#limits.allocate([this.#fn.frameSize]);
      const hooks = pcs.length === 0 ? 'none' : new Set(pcs);
      entry = { version: new Version(this.#fn, hooks, word), word };
      this.#running.set(key, entry);
    }
    return entry;
  }
}
