/**
 * When V8 optimizes functions, and how much it inlines then. It goes by their size, in bytes of wasm and
 * of machine code and in nodes of its graph, and instrumented functions are larger than their programs'
 * own. With V8's own limits, the methods that it would inline into a loop are called instead; and a
 * function is optimized in its first loop, before it has made the calls that are to be inlined.
 *
 * The limits are flags, of the process: what else there is of wasm in it has them too.
 */
import { setFlagsFromString } from 'node:v8';
import type { CodeLimits } from '../instrument/code-limits.ts';

type Factor = keyof Pick<CodeLimits, 'inliningFactor' | 'tieringFactor'>;

/** V8's limits, and what they are multiplied with. */
export const OPTIMIZER_LIMITS: Readonly<Record<string, readonly [limit: number, factor: Factor]>> =
  {
    // Of a function that is inlined, and of one into which others are.
    'wasm-inlining-max-size': [500, 'inliningFactor'],
    'wasm-inlining-budget': [5000, 'inliningFactor'],
    'wasm-inlining-factor': [3, 'inliningFactor'],
    // About so many bytes of unoptimized code run before a function is optimized.
    'wasm-tiering-budget': [13_000_000, 'tieringFactor'],
  };

/** The flags by name, with their values. */
export function optimizerFlags(limits: CodeLimits): [name: string, value: number][] {
  return Object.entries(OPTIMIZER_LIMITS).map(([name, [limit, factor]]) => [
    name,
    Math.round(limit * limits[factor]),
  ]);
}

/** Those that Node was started with stay. */
export function setOptimizerFlags(limits: CodeLimits): void {
  const given = process.execArgv.map((arg) => arg.replaceAll('_', '-'));
  for (const [name, value] of optimizerFlags(limits)) {
    if (given.some((arg) => arg.startsWith(`--${name}`))) continue;
    setFlagsFromString(`--${name}=${value}`);
  }
}
