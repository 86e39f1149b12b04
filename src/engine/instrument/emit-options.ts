/** What one version of a function is to be: its checks, its hooks, its size. */
import type { BranchHints } from './branch-hints.ts';
import type { ByteCap } from './byte-budget.ts';
import type { Positions } from './positions.ts';

/** Before which instructions a version calls the hook. */
export type Hooks = 'none' | 'all' | ReadonlySet<number>;

export interface EmitOptions {
  /** Address of the limit word that the version's checks read; undefined: no checks. */
  readonly limitAddress: number | undefined;
  readonly hooks: Hooks;
  /** The version gets the frame pointer as its last parameter, on top of the function's own. */
  readonly frameParameter?: boolean;
  /** Check before each instruction that can trap whether it will. */
  readonly traps: boolean;
  /** The pc of an instruction that may trap by itself: its trap has been reported. */
  readonly trustedPc?: number;
  /** Throw an exception, which the hook has, in place of the instruction that the version begins at. */
  readonly throws?: boolean;
  /** How many of the function's own locals may be locals of the version; by default all that can. */
  readonly registers?: number;
  /**
   * Let checks fire early, for a version without this to look closer: run counted loops in chunks of
   * rounds, check the bounds of several accesses at once, and go by the signature tables alone. By
   * default that is done.
   */
  readonly early?: boolean;
  /**
   * Loops without a check at the header, where each round has another one, or few rounds follow.
   * Those behind find an interrupt as well, but it is reported at a header: a version that others leave
   * to must have those. Dead ends are left where they begin as well: see `dead-ends.ts`.
   */
  readonly fewerChecks?: boolean;
  /** How long the version may become before it is left for another. */
  readonly cap?: ByteCap;
  /** Filled with where each of the original's instructions is. */
  readonly positions?: Positions;
  /** Filled with which branches are taken. */
  readonly hints?: BranchHints;
}
