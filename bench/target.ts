/** How a variant makes instances of modules. Runs in a benchmark's process. */
import { Session } from 'node:inspector';
import { createDebugMemory } from '../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine } from '../src/engine/runtime/engine.ts';
import { encodeModule } from '../src/wasm/encode.ts';
import { decodeModule } from '../src/wasm/module.ts';
import { withEmptyFunctions } from './empty-functions.ts';
import type { VariantName } from './variants.ts';

/** Makes instances, and calls into them. */
export interface Target {
  /** @param bytes of a core module */
  compile(bytes: Uint8Array<ArrayBuffer>): (imports?: WebAssembly.Imports) => WebAssembly.Exports;
  /** Calls into the program from outside. */
  enter<T>(call: () => T): T;
  /** The engine, if the variant has one. */
  readonly engine: Engine | undefined;
}

export async function openTarget(name: VariantName): Promise<Target> {
  switch (name) {
    case 'plain':
    case 'liftoff':
      return plainTarget((bytes) => bytes);
    case 'identity':
      return plainTarget((bytes) => encodeModule(decodeModule(bytes)) as Uint8Array<ArrayBuffer>);
    case 'dummies':
      return plainTarget(withEmptyFunctions);
    case 'v8debugger': {
      const session = new Session();
      session.connect();
      await new Promise<void>((resolve, reject) =>
        session.post('Debugger.enable', (error) => (error ? reject(error) : resolve())),
      );
      return plainTarget((bytes) => bytes);
    }
    case 'exact':
    case 'native':
      return engineTarget(name);
  }
}

function plainTarget(rewrite: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Target {
  return {
    compile(bytes) {
      const module = new WebAssembly.Module(rewrite(bytes));
      return (imports) => new WebAssembly.Instance(module, imports).exports;
    },
    enter: (call) => call(),
    engine: undefined,
  };
}

function engineTarget(traps: 'exact' | 'native'): Target {
  const engine = new Engine({
    memory: createDebugMemory(),
    traps,
    onStop: ({ kind }) => {
      throw new Error(`stopped by ${kind}`);
    },
  });
  return {
    compile(bytes) {
      const module: DebugModule = engine.loadModule(bytes);
      return (imports) => engine.instantiate(module, imports).exports;
    },
    enter: (call) => engine.enter(call),
    engine,
  };
}
