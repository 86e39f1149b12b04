/** What runs the modules of a script: V8 alone, or the engine under some debugger. */
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine, type StopEvent } from '../../src/engine/runtime/engine.ts';
import type { Debugger } from './debuggers.ts';

/** A compiled module, not yet instantiated; may be several times. */
export type Instantiate = (imports: WebAssembly.Imports) => Record<string, unknown>;

export interface Target {
  /** @throws WebAssembly.CompileError for an invalid module */
  load(bytes: Uint8Array): Instantiate;
  /** Every call into the program, instantiation included, happens within one of these. */
  enter<T>(call: () => T): T;
  /**
   * Where the trap was that ended the last call: byte offset in the original module. Undefined if
   * it was not in an instruction, as when segments are out of bounds.
   */
  trapPc(error: WebAssembly.RuntimeError): number | undefined;
  /** What the debugger found wrong during the last call. */
  complaints(): readonly string[];
  /** How often the program has been stopped. */
  readonly stops: number;
}

export class PlainTarget implements Target {
  readonly stops = 0;

  load(bytes: Uint8Array): Instantiate {
    const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    return (imports) => new WebAssembly.Instance(module, imports).exports;
  }

  enter<T>(call: () => T): T {
    return call();
  }

  trapPc(error: WebAssembly.RuntimeError): number | undefined {
    const innermost = /^\s*at .*$/m.exec(error.stack ?? '')?.[0] ?? '';
    const position = /:0x([0-9a-f]+)\)?$/.exec(innermost)?.[1];
    return position === undefined ? undefined : Number.parseInt(position, 16);
  }

  complaints(): readonly string[] {
    return [];
  }
}

export class EngineTarget implements Target {
  stops = 0;
  readonly #engine: Engine;
  readonly #debugger: Debugger;
  #complaints: string[] = [];
  #trapPc: number | undefined;
  #trapStops = 0;

  constructor(made: Debugger, traps: 'exact' | 'native') {
    this.#debugger = made;
    this.#engine = new Engine({
      memory: createDebugMemory(),
      traps,
      onStop: (event) => this.#onStop(event),
    });
  }

  load(bytes: Uint8Array): Instantiate {
    const module: DebugModule = this.#engine.loadModule(bytes);
    this.#debugger.loaded(this.#engine, module);
    return (imports) => this.#engine.instantiate(module, imports).exports;
  }

  enter<T>(call: () => T): T {
    this.#complaints = [];
    this.#trapPc = undefined;
    this.#trapStops = 0;
    this.#debugger.before(this.#engine);
    try {
      const result = this.#engine.enter(call);
      if (this.#trapStops > 0) this.#complaints.push('a trap was reported, and none happened');
      return result;
    } catch (error) {
      const trapped = error instanceof WebAssembly.RuntimeError;
      if (!trapped && this.#trapStops > 0) this.#complaints.push('a trap was reported, not thrown');
      if (this.#trapStops > 1)
        this.#complaints.push(`one trap was reported ${this.#trapStops} times`);
      throw error;
    }
  }

  trapPc(): number | undefined {
    return this.#trapPc;
  }

  complaints(): readonly string[] {
    return this.#complaints;
  }

  #onStop(event: StopEvent): void {
    this.stops++;
    try {
      if (event.kind === 'trap') {
        this.#trapStops++;
        this.#trapPc = this.#engine.activations()[0]?.[0]?.pc;
      }
      this.#debugger.stopped(this.#engine, event);
    } catch (error) {
      // Where the program has used up the stack there is none left for the debugger either.
      if (error instanceof RangeError) throw error;
      const stack = error instanceof Error ? (error.stack ?? '') : `${error}`;
      this.#complaints.push(`at a stop: ${stack.split('\n', 2).join(' ')}`);
      this.#engine.resume('run');
    }
  }
}
