/**
 * Which errors that come out of host functions are news to a debugger. An error may pass through
 * several of them, and one that was thrown in wasm has been reported where it was thrown.
 */
import type { ThrownException } from './exceptions.ts';
import { isTrap } from './stack-trace.ts';
import { WebAssembly } from './v8.ts';

export class HostErrors {
  readonly #isExit: (error: unknown) => boolean;
  /** Errors on their way that a debugger knows. */
  readonly #known = new WeakSet<object>();
  /** Thrown in wasm, and not seen by JavaScript yet. */
  #thrown: ThrownException | undefined;

  /** @param isExit the embedder's way to end a program, which is no error */
  constructor(isExit: (error: unknown) => boolean) {
    this.#isExit = isExit;
  }

  /** Wasm throws an exception that has been reported. */
  throwing(exception: ThrownException): void {
    this.#thrown = exception;
  }

  /** A host function is called: what was thrown before has been caught. */
  called(): void {
    this.#thrown = undefined;
  }

  /** Whether an error that leaves a host function is to be reported; it is known from now on. */
  isNews(error: unknown, trapReported: boolean): boolean {
    if (this.#isExit(error)) return false;
    // Primitive values have no identity: one that passes through two functions is reported twice.
    if (typeof error !== 'object' || error === null) return true;
    if (this.#known.has(error)) return false;
    this.#known.add(error);
    if (isTrap(error)) return !trapReported;
    const thrown = this.#thrown;
    this.#thrown = undefined;
    const ofWasm = error instanceof WebAssembly.Exception && thrown !== undefined;
    return !(ofWasm && error.is(thrown.tag));
  }

  isKnown(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#known.has(error);
  }
}
