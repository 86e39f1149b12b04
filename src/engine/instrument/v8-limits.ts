/**
 * What V8 accepts at most, for any embedder (src/wasm/wasm-limits.h; the JavaScript API's
 * "implementation-defined limits" are the same). What instrumentation adds must stay within it.
 */

/** Locals of a function, parameters included. */
export const MAX_LOCALS = 50_000;
/** Bytes of a function body, its locals vector included and its size not. */
export const MAX_BODY_BYTES = 7_654_321;
/** Bytes of a module. */
export const MAX_MODULE_BYTES = 1 << 30;
