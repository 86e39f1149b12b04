/**
 * The versions of one function beside its cruise version, and the continuations of each.
 *
 * A version is the function with one set of hooks: at its breakpoints, or everywhere for stepping.
 * Which one is current follows from the breakpoints and from whether the engine steps. The others
 * are kept: debuggers take a breakpoint out to step off it and put it back, many times.
 */
import { setFlagsFromString } from 'node:v8';
import { type ContinuationModule, continuationModule } from '../instrument/continuation-module.ts';
import { limitAddress } from '../instrument/instrument.ts';
import type { EmitOptions, Hooks } from '../instrument/version-writer.ts';
import type { DebugFunction } from './function.ts';
import type { Limits } from './limits.ts';
import { positionMap } from './positions.ts';
import { WebAssembly } from './v8.ts';

/** Up to this size the optimizing compiler is worth waiting for, which takes some 10 ms for 64 KiB. */
const MOST_OPTIMIZED = 1 << 18;

/** How a continuation begins. */
export type Entry =
  | 'plain'
  // The first instruction may trap or throw by itself: that has been reported.
  | 'trusted'
  // By an exception in place of the first instruction.
  | 'throwing';

/** One continuation, compiled, not yet bound to an instance. */
export class Continuation {
  readonly version: Version;
  readonly pc: number;
  readonly entry: Entry;
  /** Not its bytes: V8 has a copy, and there may be thousands of continuations. */
  readonly code: Omit<ContinuationModule, 'bytes'>;
  readonly compiled: WebAssembly.Module;
  #positions: ReadonlyMap<number, number> | undefined;

  constructor(version: Version, pc: number, entry: Entry) {
    this.version = version;
    this.pc = pc;
    this.entry = entry;
    const { bytes, ...code } = this.#emit(undefined);
    this.code = code;
    this.compiled = this.#compile(bytes as Uint8Array<ArrayBuffer>);
  }

  /** The pc of the instruction at a byte offset of the continuation's module, if it is one's. */
  pcAt(position: number): number | undefined {
    if (this.#positions === undefined) {
      const positions: number[] = [];
      this.#emit(positions);
      this.#positions = positionMap(positions, this.code.bodyOffset);
    }
    return this.#positions.get(position);
  }

  #emit(positions: number[] | undefined): ContinuationModule {
    const { fn, options } = this.version;
    const at = fn.snapshot(this.pc);
    if (at === undefined) throw new Error(`no continuation of function ${fn.index} at ${this.pc}`);
    const emit: EmitOptions = {
      ...options,
      ...(this.entry === 'trusted' ? { trustedPc: this.pc } : {}),
      ...(this.entry === 'throwing' ? { throws: true } : {}),
      ...(positions === undefined ? {} : { positions }),
    };
    return continuationModule(fn.plan, at, emit, fn.module.instrumented.segments);
  }

  /**
   * V8 has no on-stack replacement for wasm: a continuation that is entered once runs its loops in
   * baseline code to their end, three times slower. So those with a loop ahead are compiled by the
   * optimizing compiler at once, at 1 to 3 ms each.
   */
  #compile(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
    if (bytes.length > MOST_OPTIMIZED || !this.#loops()) return new WebAssembly.Module(bytes);
    setFlagsFromString('--no-liftoff');
    try {
      return new WebAssembly.Module(bytes);
    } finally {
      setFlagsFromString('--liftoff');
    }
  }

  #loops(): boolean {
    const { fn, stepping } = this.version;
    if (stepping) return false;
    if (fn.snapshot(this.pc)!.constructs.some(({ kind }) => kind === 'loop')) return true;
    for (const pc of fn.plan.loopWrites.keys()) if (pc > this.pc) return true;
    return false;
  }
}

export class Version {
  readonly fn: DebugFunction;
  /** Stops at every instruction. */
  readonly stepping: boolean;
  readonly options: EmitOptions;
  readonly #continuations: Readonly<Record<Entry, Map<number, Continuation>>> = {
    plain: new Map(),
    trusted: new Map(),
    throwing: new Map(),
  };

  /** @param word number of the version's limit word; undefined for stepping: hooks replace checks */
  constructor(fn: DebugFunction, hooks: Hooks, word: number | undefined) {
    this.fn = fn;
    this.stepping = hooks === 'all';
    const { limits, traps } = fn.module.instrumented;
    this.options = {
      hooks,
      traps,
      limitAddress: word === undefined ? undefined : limitAddress(word),
      registers: this.stepping ? limits.steppingLocals : limits.runningLocals,
      byteCap: this.stepping ? limits.steppingBytes : limits.runningBytes,
    };
  }

  continuation(pc: number, entry: Entry): Continuation {
    const known = this.#continuations[entry];
    let continuation = known.get(pc);
    if (continuation === undefined) {
      continuation = new Continuation(this, pc, entry);
      known.set(pc, continuation);
    }
    return continuation;
  }
}

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
