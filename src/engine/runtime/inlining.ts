/**
 * How much V8's optimizing compiler inlines. It goes by the size of functions, in bytes and in nodes of
 * its graph, and instrumented functions are larger than their programs' own: with V8's own limits, the
 * methods that it would inline into a loop are called instead.
 *
 * The limits are flags, of the process: what else there is of wasm in it has them too.
 */
import { setFlagsFromString } from 'node:v8';

/** V8's limits: of a function that is inlined, and of one into which others are. */
export const INLINING_LIMITS: Readonly<Record<string, number>> = {
  'wasm-inlining-max-size': 500,
  'wasm-inlining-budget': 5000,
  'wasm-inlining-factor': 3,
};

/** @param factor by which the limits become larger; those that Node was started with stay */
export function widenInlining(factor: number): void {
  const given = process.execArgv.map((arg) => arg.replaceAll('_', '-'));
  for (const [name, limit] of Object.entries(INLINING_LIMITS)) {
    if (given.some((arg) => arg.startsWith(`--${name}`))) continue;
    setFlagsFromString(`--${name}=${factor * limit}`);
  }
}
