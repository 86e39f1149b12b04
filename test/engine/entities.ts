/** A debuggee in the test's own thread whose entities are looked at from outside. */
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebugInstance, Engine } from '../../src/engine/runtime/engine.ts';
import { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import {
  DebuggeeError,
  type InstanceHandle,
  type WasmValue,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { assemble } from './debuggee.ts';

export interface Instance {
  readonly exports: Record<string, unknown>;
  readonly handle: InstanceHandle;
}

export class World {
  readonly engine: Engine = new Engine({
    memory: createDebugMemory(),
    onStop: (event) => {
      throw new Error(`a stop that no test expects: ${event.kind}`);
    },
  });
  readonly debuggee: LocalDebugger = new LocalDebugger(this.engine);

  async instance(text: string, imports?: Record<string, unknown>): Promise<Instance> {
    const module = this.engine.loadModule(await assemble(text));
    return this.newest(this.engine.instantiate(module, imports as WebAssembly.Imports | undefined));
  }

  /** The instance that was made last. */
  newest({ exports }: DebugInstance): Instance {
    return { exports, handle: this.debuggee.allInstances().at(-1)! };
  }

  /** Calls an export from the embedder. */
  call({ exports }: Instance, name: string, ...args: unknown[]): unknown {
    const f = exports[name] as (...args: unknown[]) => unknown;
    return this.engine.enter(() => f(...args));
  }
}

/** The code of the error that a query gives. */
export function codeOf(query: () => unknown): string {
  try {
    query();
  } catch (error) {
    if (error instanceof DebuggeeError) return error.code;
    throw error;
  }
  return 'no error';
}

export const i32 = (value: number): WasmValue => ({ type: 'i32', value });
export const NULL_FUNC: WasmValue = { type: 'funcref', func: undefined };
export const NULL_EXN: WasmValue = { type: 'exnref', exception: undefined };
