/**
 * Functions of the embedder that a module imports, wrapped so that the engine knows where the
 * calling frame ends: when the host calls back in, that is where an activation below begins.
 * Injected calls are such exits too.
 *
 * V8 gives re-exported imports new function objects anyway, so the wrapper cannot be told apart.
 */
import type { DebugMemory } from './debug-memory.ts';
import type { StopPoint } from './frames.ts';

/** How execution left wasm: from a frame that ends at a byte address, or at a stop. */
export type Exit = number | StopPoint;

type HostFunction = (...args: unknown[]) => unknown;

export class HostCalls {
  /** Those that have not come back yet, the newest last. */
  readonly exits: Exit[] = [];
  readonly #memory: DebugMemory;

  constructor(memory: DebugMemory) {
    this.#memory = memory;
  }

  wrap(host: HostFunction): HostFunction {
    const { exits } = this;
    const memory = this.#memory;
    return (...args) => {
      exits.push(memory.framePointer);
      try {
        return host(...args);
      } finally {
        exits.pop();
      }
    };
  }
}
