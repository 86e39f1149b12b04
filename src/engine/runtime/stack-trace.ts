/**
 * V8's own stack trace as data: who called whom, across instances and JavaScript. Only here does
 * the engine touch `Error`.
 */
import { WebAssembly } from './v8.ts';

/** A frame of WebAssembly code. */
export interface WasmSite {
  readonly instance: object;
  /** Function index in the module that runs. */
  readonly func: number;
  /** Byte offset in the module that runs of the call (or, after a trap, of the instruction). */
  readonly position: number;
}

/** A frame of JavaScript, which ends an activation. */
export const HOST = 'host';

export type Site = WasmSite | typeof HOST;

/** What V8 documents of a call site, with the numbers it gives for wasm. */
export interface CallSite {
  getThis(): unknown;
  getFunction(): unknown;
  getPosition(): number;
  getFileName(): string | null | undefined;
}

/** The stack of the caller, newest first. */
export function captureStack(): Site[] {
  return withCallSites(() => {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, captureStack);
    return holder.stack;
  });
}

/** The stack at which an error was made; empty if somebody has had it formatted already. */
export function stackOf(error: Error): Site[] {
  return withCallSites(() => error.stack);
}

/** A trap, or V8's own stack being exhausted, which wasm cannot catch either. */
export function isTrap(error: unknown): error is Error {
  if (error instanceof WebAssembly.RuntimeError) return true;
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/**
 * Calls with V8 keeping whole stacks of errors: it cuts them when an error is made, and without its
 * oldest frames a stack does not tell where the others are. Host code may see that its own errors
 * have longer stacks.
 */
export function withWholeStacks<T>(call: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  hiddenLimit = stackTraceLimit;
  try {
    return call();
  } finally {
    hiddenLimit = undefined;
    // What host code has set meanwhile stays.
    if (Error.stackTraceLimit === Number.POSITIVE_INFINITY) Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What the limit would be, were stacks not kept whole. */
let hiddenLimit: number | undefined;

/** How many frames of a stack the program is to see. */
export function shownStackLimit(): number {
  const { stackTraceLimit } = Error;
  return hiddenLimit !== undefined && stackTraceLimit === Number.POSITIVE_INFINITY
    ? hiddenLimit
    : stackTraceLimit;
}

function withCallSites(read: () => unknown): Site[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    const sites = read();
    return Array.isArray(sites) ? sites.map(toSite) : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Error.prepareStackTrace = prepareStackTrace;
  }
}

export function toSite(site: CallSite): Site {
  const func = site.getFunction();
  const instance = site.getThis();
  if (typeof func !== 'number' || !(instance instanceof WebAssembly.Instance)) return HOST;
  return { instance, func, position: site.getPosition() };
}
