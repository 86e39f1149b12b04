/**
 * The two ways in which a host function fails, in the form that jco's bindings understand.
 *
 * - In-band: an Error with an own `payload` property becomes `err(payload)` of the WIT result.
 * - Trap: any other Error leaves the component. It has to be a WebAssembly.RuntimeError: after a
 *   plain Error jco would let the component be entered again.
 */

import type { ErrorCode } from '../opaque-debugger/opaque-debugger.ts';

/** An error that the debugger component gets as the `err` of a result. */
export class InBandError extends Error {
  override name = 'InBandError';
  readonly payload: ErrorCode;

  constructor(payload: ErrorCode, cause: unknown) {
    super(cause instanceof Error ? cause.message : payload, { cause });
    this.payload = payload;
  }
}

/**
 * The end of the debugger component.
 * @param method the WIT name of the function, such as `memory.get-bytes`
 */
export function trap(method: string, message: string, cause?: unknown): WebAssembly.RuntimeError {
  return Object.assign(new WebAssembly.RuntimeError(`${method}: ${message}`), { cause });
}
