/**
 * One version of a function beside its cruise version: the function with one set of hooks. It is made
 * in pieces, continuations, where it is entered.
 */
import type { ByteCap } from '../instrument/byte-budget.ts';
import { type ContinuationModule, continuationModule } from '../instrument/continuation-module.ts';
import type { EmitOptions, Hooks } from '../instrument/emit-options.ts';
import { limitAddress } from '../instrument/instrument.ts';
import { Positions } from '../instrument/positions.ts';
import type { DebugFunction } from './function.ts';
import { WebAssembly } from './v8.ts';

/** Up to this size the optimizing compiler is worth waiting for at once: some 10 ms for 64 KiB. */
const MOST_OPTIMIZED = 1 << 18;

/** By how much the byte cap grows. */
const CAP_GROWTH = 4;
/**
 * To leave a continuation and enter the next takes as long as compiling about so many bytes. The cap
 * grows when as much time has gone into leaving, and into what was compiled to go on in, as it will
 * take to compile what is longer. (Where each of a thousand cases of a loop comes to a piece of its
 * own, it is the pieces that take the time.)
 */
const BYTES_PER_EXIT = 4;

/** How a continuation begins. */
export type Entry =
  | 'plain'
  // The first instruction may trap or throw by itself: that has been reported.
  | 'trusted'
  // With exact checks at every instruction: what fired here may have been too early.
  | 'checked'
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
  /** It is worth being optimized before it runs. */
  readonly isHot: boolean;
  /** Bytes of its module. */
  readonly size: number;
  readonly #options: EmitOptions;
  #positions: Positions | undefined;

  constructor(version: Version, pc: number, entry: Entry) {
    this.version = version;
    this.pc = pc;
    this.entry = entry;
    this.#options = {
      ...version.options,
      ...(entry === 'trusted' ? { trustedPc: pc } : {}),
      ...(entry === 'checked' ? { early: false } : {}),
      ...(entry === 'throwing' ? { throws: true } : {}),
    };
    const { bytes, ...code } = this.#emit(this.#options);
    this.code = code;
    this.size = bytes.length;
    this.compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    const isShort = bytes.length <= MOST_OPTIMIZED || version.hasGrown;
    this.isHot = isShort && code.hasLoops && !version.stepping;
  }

  /** Of what it was emitted with. */
  get cap(): ByteCap | undefined {
    return this.#options.cap;
  }

  /** The pc of the instruction at a byte offset of the continuation's module, if it is one's. */
  pcAt(position: number): number | undefined {
    if (this.#positions === undefined) {
      this.#positions = new Positions();
      this.#emit({ ...this.#options, positions: this.#positions });
    }
    return this.#positions.pcAt(position - this.code.bodyOffset);
  }

  #emit(options: EmitOptions): ContinuationModule {
    const { fn } = this.version;
    const at = fn.snapshot(this.pc);
    if (at === undefined) throw new Error(`no continuation of function ${fn.index} at ${this.pc}`);
    return continuationModule(fn.plan, at, options, fn.module.instrumented);
  }
}

export class Version {
  readonly fn: DebugFunction;
  /** Stops at every instruction. */
  readonly stepping: boolean;
  readonly #options: EmitOptions;
  #cap: ByteCap;
  /** What leaving because of the cap has taken since the cap is what it is, as bytes to compile. */
  #lost = 0;
  /** The continuation that is asked for next is one to go on in behind the cap. */
  #isBehindCap = false;
  readonly #continuations: Readonly<Record<Entry, Map<number, Continuation>>> = {
    plain: new Map(),
    trusted: new Map(),
    checked: new Map(),
    throwing: new Map(),
  };

  /** @param word number of the version's limit word; undefined for stepping: hooks replace checks */
  constructor(fn: DebugFunction, hooks: Hooks, word: number | undefined) {
    this.fn = fn;
    this.stepping = hooks === 'all';
    const { limits, traps } = fn.module.instrumented;
    this.#options = {
      hooks,
      traps,
      limitAddress: word === undefined ? undefined : limitAddress(word),
      registers: this.stepping ? limits.steppingLocals : limits.runningLocals,
    };
    this.#cap = this.stepping
      ? { bytes: limits.steppingBytes, loopBytes: 0 }
      : { bytes: limits.runningBytes, loopBytes: limits.loopBytes };
  }

  get options(): EmitOptions {
    return { ...this.#options, cap: this.#cap };
  }

  /** Its continuations have become longer than they begin with. */
  get hasGrown(): boolean {
    return this.#cap.bytes > this.fn.module.instrumented.limits.runningBytes;
  }

  continuation(pc: number, entry: Entry): Continuation {
    const known = this.#continuations[entry];
    let continuation = known.get(pc);
    const isShort = continuation?.code.isCapped && continuation.cap !== this.#cap;
    if (continuation === undefined || isShort) {
      continuation = new Continuation(this, pc, entry);
      known.set(pc, continuation);
      if (this.#isBehindCap) this.#lost += continuation.size;
    }
    this.#isBehindCap = false;
    return continuation;
  }

  /**
   * A continuation was left because of its length. A stop in a body of megabytes must cost no more
   * than milliseconds, and a loop that is longer than the cap must not keep being left.
   */
  leftAtCap(): void {
    const { mostRunningBytes } = this.fn.module.instrumented.limits;
    const bytes = Math.min(mostRunningBytes, Math.max(1, this.#cap.bytes) * CAP_GROWTH);
    if (this.stepping || bytes <= this.#cap.bytes) return;
    this.#isBehindCap = true;
    this.#lost += BYTES_PER_EXIT;
    if (this.#lost < bytes) return;
    this.#lost = 0;
    this.#cap = { bytes, loopBytes: Math.max(this.#cap.loopBytes, bytes) };
  }
}
