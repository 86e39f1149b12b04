/**
 * Functions of the embedder that a module imports, wrapped so that the engine knows where the
 * calling frame ends: when the host calls back in, that is where an activation below begins.
 *
 * V8 gives re-exported imports new function objects anyway, so the wrapper cannot be told apart.
 */
import type { DebugMemory } from './debug-memory.ts';

type HostFunction = (...args: unknown[]) => unknown;

export class HostCalls {
  /** Byte address where the frame of each host call in progress ends, the newest last. */
  readonly frameEnds: number[] = [];
  readonly #memory: DebugMemory;

  constructor(memory: DebugMemory) {
    this.#memory = memory;
  }

  wrap(host: HostFunction): HostFunction {
    const { frameEnds } = this;
    const memory = this.#memory;
    return (...args) => {
      frameEnds.push(memory.framePointer);
      try {
        return host(...args);
      } finally {
        frameEnds.pop();
      }
    };
  }
}
