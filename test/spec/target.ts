/** What runs the modules of a script: V8 alone, or the engine under some debugger. */
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine, type StopEvent } from '../../src/engine/runtime/engine.ts';
import type { Debugger } from './debuggers.ts';
import { Throws } from './throws.ts';

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
  /** How many exceptions have been followed from their stop to where they arrived. */
  readonly throws: number;
}

export class PlainTarget implements Target {
  readonly stops = 0;
  readonly throws = 0;

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
  readonly #throws = new Throws();
  #complaints: string[] = [];
  #trapPc: number | undefined;
  #trapStops = 0;
  /** The last trap was reported after it had happened. */
  #late = false;
  /** Traps of instructions are to be reported before they happen. */
  readonly #foreseen: boolean;

  constructor(made: Debugger, traps: 'exact' | 'native') {
    this.#debugger = made;
    this.#foreseen = traps === 'exact';
    this.#engine = new Engine({
      memory: createDebugMemory(),
      traps,
      onStop: (event) => this.#onStop(event),
    });
  }

  get throws(): number {
    return this.#throws.followed;
  }

  load(bytes: Uint8Array): Instantiate {
    this.#complaints = [];
    const module: DebugModule = this.#engine.loadModule(bytes);
    this.#debugger.loaded(this.#engine, module);
    return (imports) => this.#engine.instantiate(module, imports).exports;
  }

  enter<T>(call: () => T): T {
    this.#complaints = [];
    this.#trapPc = undefined;
    this.#trapStops = 0;
    this.#late = false;
    this.#throws.begin();
    this.#debugger.before(this.#engine);
    try {
      const result = this.#engine.enter(call);
      if (this.#trapStops > 0) this.#complaints.push('a trap was reported, and none happened');
      this.#ended(undefined);
      return result;
    } catch (error) {
      this.#checkTrap(error);
      this.#ended(error);
      throw error;
    }
  }

  /** One stop for a trap, and none for other errors. */
  #checkTrap(error: unknown): void {
    const ofInstruction = error instanceof WebAssembly.RuntimeError;
    const trapped = ofInstruction || isStackOverflow(error);
    const stops = this.#trapStops;
    if (!trapped && stops > 0) this.#complaints.push('a trap was reported, not thrown');
    if (trapped && stops === 0) this.#complaints.push('a trap was not reported');
    if (stops > 1) this.#complaints.push(`one trap was reported ${stops} times`);
    if (this.#foreseen && ofInstruction && this.#late) {
      this.#complaints.push('a trap was reported when it had happened');
    }
  }

  #ended(error: unknown): void {
    try {
      this.#throws.ended(error);
    } catch (complaint) {
      this.#complaints.push((complaint as Error).message);
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
        const frame = this.#engine.activations()[0]?.[0];
        this.#trapPc = frame?.pc;
        this.#late = frame?.exact === false;
      }
      this.#throws.stopped(this.#engine, event);
      this.#debugger.stopped(this.#engine, event);
      this.#throws.resumed(this.#debugger.stepping);
    } catch (error) {
      // Where the program has used up the stack there is none left for the debugger either.
      if (error instanceof RangeError) throw error;
      const stack = error instanceof Error ? (error.stack ?? '') : `${error}`;
      this.#complaints.push(`at a stop: ${stack.split('\n', 2).join(' ')}`);
      this.#engine.resume('run');
    }
  }
}

/** No instruction says that it will use up the stack: such a trap is always reported late. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
