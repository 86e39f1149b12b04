/**
 * Functions of the embedder that a module imports, wrapped so that the engine knows where the
 * calling frame ends: when the host calls back in, that is where an activation below begins.
 * Injected calls are such exits too.
 *
 * V8 gives re-exported imports new function objects anyway, so the wrapper cannot be told apart.
 */
import type { FuncType, ValType } from '../../wasm/types.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { StopPoint } from './frames.ts';

/** How execution left wasm: from a frame that ends at a byte address, or at a stop. */
export type Exit = number | StopPoint;

export interface HostCallWatcher {
  called(): void;
  /**
   * The host function has thrown. Throws what its caller gets to see; returns if the caller is to
   * return early.
   */
  failed(error: unknown): void;
}

type HostFunction = (...args: unknown[]) => unknown;

export class HostCalls {
  /** Those that have not come back yet, the newest last. */
  readonly exits: Exit[] = [];
  readonly #memory: DebugMemory;
  readonly #watcher: HostCallWatcher;

  constructor(memory: DebugMemory, watcher: HostCallWatcher) {
    this.#memory = memory;
    this.#watcher = watcher;
  }

  wrap(host: HostFunction, type: FuncType): HostFunction {
    const { exits } = this;
    const memory = this.#memory;
    const watcher = this.#watcher;
    return (...args) => {
      const depth = exits.length;
      const frameEnd = memory.framePointer;
      // A caller in wasm has a frame: without one, the host has called its own function back.
      if (exits[depth - 1] === frameEnd) return host(...args);
      exits.push(frameEnd);
      watcher.called();
      try {
        return host(...args);
      } catch (error) {
        // Calls that did not come back have left their exits.
        exits.length = depth + 1;
        watcher.failed(error);
        // The caller will return by itself: whatever the function gives is not looked at.
        return placeholder(type);
      } finally {
        exits.length = depth;
      }
    };
  }
}

/** Values that V8 accepts as results of a type. */
function placeholder({ results }: FuncType): unknown {
  const values = results.map(placeholderOf);
  return values.length > 1 ? values : values[0];
}

function placeholderOf(type: ValType): unknown {
  if (type.kind === 'i64') return 0n;
  return type.kind === 'ref' ? null : 0;
}
