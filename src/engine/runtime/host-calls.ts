/**
 * Functions of the embedder that a module imports, wrapped so that the engine knows where the
 * calling frame ends: when the host calls back in, that is where an activation below begins.
 * Injected calls are such exits too.
 *
 * V8 gives re-exported imports new function objects anyway, so the wrapper cannot be told apart.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import { STACK } from '../instrument/layout.ts';
import { placeholderModule, placeholderName } from '../instrument/placeholder.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { StopPoint } from './frames.ts';
import { WebAssembly } from './v8.ts';

/** How execution left wasm: from a frame that ends at a byte address, or at a stop. */
export type Exit = number | StopPoint;

/** The byte address where the frames end that execution left; undefined: there are none. */
export function endOf(exit: Exit | undefined): number {
  if (exit === undefined) return STACK;
  return typeof exit === 'number' ? exit : exit.base + exit.fn.frameSize;
}

export interface HostCallWatcher {
  called(): void;
  /** The host function gives its results. */
  returned(): void;
  /**
   * The host function has thrown. Throws what its caller gets to see; returns if the caller is to
   * return early.
   */
  failed(error: unknown): void;
}

export type HostFunction = (...args: unknown[]) => unknown;

export class HostCalls {
  /** Those that have not come back yet, the newest last. */
  readonly exits: Exit[] = [];
  readonly #memory: DebugMemory;
  readonly #watcher: HostCallWatcher;

  constructor(memory: DebugMemory, watcher: HostCallWatcher) {
    this.#memory = memory;
    this.#watcher = watcher;
  }

  /** @param index function index of the import */
  wrap(host: HostFunction, module: Module, index: number): HostFunction {
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
        const results = host(...args);
        watcher.returned();
        return results;
      } catch (error) {
        // Calls that did not come back have left their exits.
        exits.length = depth + 1;
        watcher.failed(error);
        // The caller will return by itself: whatever the function gives is not looked at.
        return placeholder(module, index);
      } finally {
        exits.length = depth;
      }
    };
  }

  /** Calls a function from a frame that ends at a byte address. What it throws is not reported. */
  call(frameEnd: number, host: HostFunction, args: unknown[]): unknown {
    const { exits } = this;
    const depth = exits.length;
    if (exits[depth - 1] !== frameEnd) exits.push(frameEnd);
    this.#watcher.called();
    try {
      return host(...args);
    } finally {
      exits.length = depth;
    }
  }

  /**
   * Reports what a function has thrown that was called from a frame that ends at a byte address.
   *
   * @param rethrow throws that again
   * @throws what the frame gets to see; returns if it is to return early
   */
  failed(frameEnd: number, rethrow: () => unknown): void {
    const { exits } = this;
    const depth = exits.length;
    try {
      rethrow();
    } catch (error) {
      if (exits[depth - 1] === frameEnd) throw error;
      exits.push(frameEnd);
      this.#watcher.failed(error);
    } finally {
      exits.length = depth;
    }
  }
}

/** What V8 accepts as a result of a function. */
function placeholder(module: Module, index: number): unknown {
  const { results } = functionType(module, module.functions[index]!.typeIndex);
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(placeholderModule(module, results)),
  );
  const values = results.map((_, i) => (exports[placeholderName(i)] as HostFunction)());
  return values.length > 1 ? values : values[0];
}
