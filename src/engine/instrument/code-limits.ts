/**
 * How large emitted functions may be. V8 accepts only so much, for any embedder
 * (src/wasm/wasm-limits.h), and what instrumentation adds must stay within that; the rest are
 * choices. In one object, so that tests can run small programs as if they were too large.
 */

/** V8's limit for the locals of a function, parameters included. */
export const MAX_LOCALS = 50_000;
/** V8's limit for a function body in bytes, its locals vector included and its size not. */
export const MAX_BODY_BYTES = 7_654_321;
/** V8's limit for the parameters of a function. */
export const MAX_PARAMETERS = 1000;
/** V8's limit for the functions that a module defines. */
export const MAX_FUNCTIONS = 1_000_000;
/** V8's limit for a module in bytes, less what is not code of functions. */
const MAX_CODE_BYTES = (1 << 30) - (1 << 27);

export interface CodeLimits {
  /** Locals of a version; its parameters may be more. */
  readonly locals: number;
  /** How many operands of a type have scratch locals of their own. */
  readonly homes: number;
  /** Bytes of the body of a cruise version; where it would be more, only the entry is emitted. */
  readonly cruiseBytes: number;
  /**
   * Rounds of a counted loop that run between two checks. A thousand take a microsecond, and make
   * the checks free; 0: there is a check in each round.
   */
  readonly chunkRounds: number;
  /**
   * A check of bounds is for accesses that certainly follow as well. False: each is just before the
   * instruction that may trap.
   */
  readonly checksAhead: boolean;
  /**
   * Bytes that such a check is for, at least: what else there is of a structure is covered then, also
   * behind branches, and many checks compare with the same, the size less this. Whoever uses the last
   * bytes of a memory is sent to a continuation that looks closer.
   */
  readonly leastSpan: number;
  /** How far memories reach is in globals of the module, for checks of so many bytes: see `memory-limits.ts`. */
  readonly memoryLimits: boolean;
  /** Addresses are known as sums of others and constants. False: as locals that were not written. */
  readonly addressSums: boolean;
  /** A load of what a local is known to equal is that local: see `load-forwarding.ts`. */
  readonly forwardLoads: boolean;
  /** Places in memory that the rounds of a loop hand on in locals: see `carried-places.ts`; 0: none. */
  readonly carriedPlaces: number;
  /** Conditions and counted rounds tell how large values are: see `value-ranges.ts`, `induction.ts`. */
  readonly valueRanges: boolean;
  /**
   * As many empty functions as the module has real ones. How much V8 inlines depends on the share of
   * small functions in the module, and instrumented functions are no longer small.
   */
  readonly emptyFunctions: boolean;
  /** By how much V8's limits for inlining are widened, for the whole process; 1: not at all. */
  readonly inliningFactor: number;
  /** How much later V8 optimizes functions, for the whole process; 1: as it does by itself. */
  readonly tieringFactor: number;
  /** Operands below a construct go on to equal locals that it does not write, and are not stored. */
  readonly equalOperands: boolean;
  /** Operands that follow from locals are not stored: see `operands.ts`. */
  readonly derivedOperands: boolean;
  /** Locals are not stored before anything writes them: see `fresh-locals.ts`. */
  readonly freshLocals: boolean;
  /** Locals that follow from others are not stored: see `derived-locals.ts`. */
  readonly derivedLocals: boolean;
  /** What loops with calls carry around is looked into: see `loop-effects.ts`. */
  readonly loopEffects: boolean;
  /** What all ways from a branch store is stored ahead of it: see `certain-stores.ts`. */
  readonly certainStores: boolean;
  /** Calls behind which there is nothing but a trap are left to continuations: see `dead-ends.ts`. */
  readonly deadEnds: boolean;
  /** In a loop with a `br_table` of so many cases, and so many calls, locals are stored at once. */
  readonly storesAtOnceFrom: number;
  /** Functions get their frame pointers as parameters where they are called by name: see `bodies.ts`. */
  readonly frameParameter: boolean;
  /** With so many calls, a function keeps the frame pointer of its callees: see `CallSites`. */
  readonly calleeFrameFrom: number;
  /** Exits call one function of the module that leaves, rather than each doing it: see `leaveBody`. */
  readonly sharedLeave: boolean;
  /** Functions that call nothing do without the frame pointer: see `Exits.check`. */
  readonly leafFunctions: boolean;
  /**
   * Bytes of code that a function may have to be called without any check, see `bare-leaves.ts`; 0:
   * none is.
   */
  readonly bareLeaves: number;
  /** Loops in which each round has a check behind a call have none at their header. */
  readonly callChecks: boolean;
  /** The check ahead of a call of a bare leaf counts as one: see `bare-calls.ts`. */
  readonly bareChecks: boolean;
  /** The check of a loop need not be at its header: see `delayed-check.ts`, `LoopEffects.checksAtEnd`. */
  readonly delayedChecks: boolean;
  /** Loops that end after so many rounds, by constants alone, have none either; 0: all have. */
  readonly boundedRounds: number;
  /** Exits behind calls store the result in one place: see `call-results.ts`. */
  readonly sharedResults: boolean;
  /** Exits store what has changed, rather than all that ever does: see `cold-blocks.ts`. */
  readonly coldBlocks: boolean;
  /**
   * Frames that are in a call hold all references. If not, they hold those that a debugger can be
   * shown: see `isShown` in `references.ts`. Frames that are stopped at hold all in any case.
   */
  readonly callersReferences: boolean;
  /** The arrays of references are replaced by new ones now and then: see `renewal.ts`. */
  readonly renewReferences: boolean;
  /**
   * Bytes that say which elements of a table have which signature, for each table; a larger one has
   * none, and neither has any table if this is 0.
   */
  readonly signatureBytes: number;
  /**
   * V8 is told that checks hardly ever fire, in bodies of so many bytes: those that it inlines at
   * most. In others it sees that itself, and hints would be 5 % of a module.
   */
  readonly hintedBytes: number;
  /** Bytes of all cruise versions of a module. */
  readonly codeBytes: number;
  /** Bytes after which a continuation that stops everywhere is left for another: few of them run. */
  readonly steppingBytes: number;
  /** The same for other continuations, to begin with and at most: see `runtime/version.ts`. */
  readonly runningBytes: number;
  readonly mostRunningBytes: number;
  /** The size of loops that continuations have whole, to begin with; 0: none. */
  readonly loopBytes: number;
  /**
   * How many locals a continuation loads and keeps. It uses those behind where they are in the frame:
   * code that stops everywhere would store them there at once, and other code seldom has as many.
   */
  readonly steppingLocals: number;
  readonly runningLocals: number;
}

export const CODE_LIMITS: CodeLimits = {
  locals: MAX_LOCALS,
  homes: 64,
  cruiseBytes: MAX_BODY_BYTES,
  chunkRounds: 1024,
  checksAhead: true,
  leastSpan: 64,
  memoryLimits: true,
  addressSums: true,
  forwardLoads: true,
  carriedPlaces: 8,
  valueRanges: true,
  emptyFunctions: true,
  inliningFactor: 2,
  tieringFactor: 2.5,
  equalOperands: true,
  derivedOperands: true,
  freshLocals: true,
  derivedLocals: true,
  loopEffects: true,
  certainStores: true,
  deadEnds: true,
  storesAtOnceFrom: 8,
  frameParameter: true,
  calleeFrameFrom: 6,
  sharedLeave: true,
  leafFunctions: true,
  bareLeaves: 256,
  callChecks: true,
  bareChecks: true,
  delayedChecks: true,
  boundedRounds: 1024,
  sharedResults: true,
  coldBlocks: true,
  callersReferences: false,
  renewReferences: true,
  signatureBytes: 1 << 20,
  hintedBytes: 1000,
  codeBytes: MAX_CODE_BYTES,
  steppingBytes: 8192,
  runningBytes: 1 << 15,
  mostRunningBytes: 1 << 21,
  loopBytes: 1 << 16,
  steppingLocals: 64,
  runningLocals: 4096,
};
