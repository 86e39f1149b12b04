/**
 * Has a function of WebAssembly compiled by V8's optimizing compiler at once.
 *
 * V8 has no on-stack replacement for wasm: a function that is entered once runs its loops to their
 * end in the code that it was entered in, three times slower if that is Liftoff's.
 *
 * Rejected: to compile its module with `--no-liftoff` and `--no-wasm-lazy-compilation`. Flags are the
 * process's. What other threads compile lazily meanwhile has no type feedback, and V8 aborts the
 * process when code into which such a function was inlined is deoptimized.
 */
import { setFlagsFromString } from 'node:v8';

/** Node was started with it. */
const GIVEN = process.execArgv.some((arg) => /^--allow[-_]natives[-_]syntax$/.test(arg));

/** @param exported a function that an instance exports */
export function optimize(exported: unknown): void {
  withNatives(() => tierUp?.(exported));
}

/** A function of V8's for its own tests. Where there is none, code runs slower, and right. */
const tierUp = withNatives(() => {
  try {
    return new Function('f', 'return %WasmTierUpFunction(f)') as (f: unknown) => unknown;
  } catch {
    return undefined;
  }
});

/**
 * Calls with `%` understood, now and again later: V8 forgets what it has compiled of functions that
 * are seldom called.
 */
function withNatives<T>(call: () => T): T {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return call();
  } finally {
    if (!GIVEN) setFlagsFromString('--no-allow-natives-syntax');
  }
}
