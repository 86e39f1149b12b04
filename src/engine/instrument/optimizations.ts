/**
 * What makes instrumented code fast and changes nothing else. Each can be left out, to find the
 * culprit when something is wrong.
 */
export interface Optimizations {
  /**
   * As many empty functions as the module has real ones. How much V8 inlines depends on the share of
   * small functions in the module, and instrumented functions are no longer small.
   */
  readonly emptyFunctions: boolean;
}

export const OPTIMIZATIONS: Optimizations = { emptyFunctions: true };
