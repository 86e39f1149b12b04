/**
 * Stacks that are suspended (JavaScript Promise Integration): while a promise is waited for, other
 * calls of the program run, and their frames lie where those of the suspended stack were. So its
 * frames are copied when it is suspended, and put back when V8 goes on with it.
 *
 * Only one stack runs at a time. V8 goes on with a stack from its queue of microtasks, so there is no
 * other below it, and nobody misses what is overwritten then. A function that a `Suspending` object
 * is made of is called only where its caller can be suspended, and always suspends it unless it
 * throws. Between it and the function that `promising` was given is no JavaScript: what is to be
 * copied begins where the last call of the host ends.
 */
import { functionType, type Module } from '../../wasm/module.ts';
import { placeholderModule, placeholderName } from '../instrument/placeholder.ts';
import {
  bridgeModule,
  SUSPENDING,
  SUSPENDING_SLOT,
  suspendingModule,
} from '../instrument/suspending.ts';
import type { DebugMemory } from './debug-memory.ts';
import { addHelper } from './helpers.ts';
import { endOf, type HostCalls, type HostFunction } from './host-calls.ts';
import type { KeptReferences, ReferenceArrays } from './reference-arrays.ts';
import { makeSuspending, suspendedFunction } from './suspending.ts';
import { WebAssembly } from './v8.ts';

/** One call of a function that suspends. */
interface Suspension {
  /** Byte address where the frame that calls ends; a frame that is replaced by the call: begins. */
  readonly frameEnd: number;
  frames: KeptFrames | undefined;
}

interface KeptFrames {
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly references: KeptReferences;
}

export class Suspensions {
  readonly #memory: DebugMemory;
  readonly #references: ReferenceArrays;
  readonly #hostCalls: HostCalls;
  /** The call that is being made. */
  #calling: Suspension | undefined;

  constructor(memory: DebugMemory, references: ReferenceArrays, hostCalls: HostCalls) {
    this.#memory = memory;
    this.#references = references;
    this.#hostCalls = hostCalls;
  }

  /**
   * What a module imports in place of a `Suspending` object.
   *
   * @param index function index of the import
   * @throws TypeError if the object's function is not known
   */
  wrap(object: object, module: Module, index: number): unknown {
    const link = (bytes: Uint8Array<ArrayBuffer>, imports: Record<string, unknown>) =>
      addHelper(
        new WebAssembly.Instance(new WebAssembly.Module(bytes), {
          [SUSPENDING.module]: imports as WebAssembly.ModuleImports,
        }),
      ).exports as Record<string, HostFunction>;
    const host = suspendedFunction(object);
    const { results } = functionType(module, module.functions[index]!.typeIndex);
    const initial = SUSPENDING_SLOT.placeholders + results.length;
    const table = new WebAssembly.Table({ element: 'anyfunc', initial });
    const { run, caught } = link(suspendingModule(module, index), {
      [SUSPENDING.functions]: table,
    });
    const bridge = link(bridgeModule(module, index), {
      call: makeSuspending((...args: unknown[]) => this.#call(host, args)),
      begin: () => this.#begin(),
      returned: (suspension: Suspension) => this.#putBack(suspension),
      failed: (suspension: Suspension) => {
        this.#putBack(suspension);
        this.#hostCalls.failed(suspension.frameEnd, caught!);
        // The caller is to return early.
        const values = link(placeholderModule(module, results), {});
        results.forEach((_, i) => {
          table.set(SUSPENDING_SLOT.placeholders + i, values[placeholderName(i)]);
        });
      },
    });
    for (const [name, f] of Object.entries(bridge)) {
      table.set(SUSPENDING_SLOT[name as keyof typeof SUSPENDING_SLOT], f);
    }
    return run;
  }

  #begin(): Suspension {
    this.#calling = { frameEnd: this.#memory.framePointer, frames: undefined };
    return this.#calling;
  }

  #call(host: HostFunction, args: unknown[]): unknown {
    const suspension = this.#calling!;
    const { frameEnd } = suspension;
    const result = this.#hostCalls.call(frameEnd, host, args);
    const base = endOf(this.#hostCalls.exits.at(-1));
    suspension.frames = {
      base,
      bytes: this.#memory.keep(base, frameEnd),
      references: this.#references.keep(base, frameEnd),
    };
    // Whoever called the function that was made promising goes on now.
    this.#memory.framePointer = base;
    return result;
  }

  #putBack({ frameEnd, frames }: Suspension): void {
    if (frames !== undefined) {
      this.#memory.putBack(frames.base, frames.bytes);
      this.#references.putBack(frames.base, frames.references);
    }
    this.#memory.framePointer = frameEnd;
  }
}
