/** How a variant makes instances of modules. Runs in a benchmark's process. */
import { Session } from 'node:inspector';
import { createDebugMemory } from '../src/engine/runtime/debug-memory.ts';
import { type DebugModule, Engine } from '../src/engine/runtime/engine.ts';
import { instrumentWebAssembly } from '../src/program/node/web-assembly.ts';
import { encodeModule } from '../src/wasm/encode.ts';
import { decodeModule } from '../src/wasm/module.ts';
import { withEmptyFunctions } from './empty-functions.ts';
import type { VariantName } from './variants.ts';

/** Makes instances, and calls into them. */
export interface Target {
  /** @param bytes of a core module */
  compile(bytes: Uint8Array<ArrayBuffer>): (imports?: WebAssembly.Imports) => WebAssembly.Exports;
  /** Lets all WebAssembly that JavaScript in this thread makes from now on be the target's. */
  takeOver(): void;
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

type Rewrite = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

function plainTarget(rewrite: Rewrite): Target {
  return {
    compile(bytes) {
      const module = new WebAssembly.Module(rewrite(bytes));
      return (imports) => new WebAssembly.Instance(module, imports).exports;
    },
    takeOver: () => rewriteAll(rewrite),
    enter: (call) => call(),
    engine: undefined,
  };
}

/** As far as the packages go that are measured: they compile bytes. */
function rewriteAll(rewrite: Rewrite): void {
  const { compile, instantiate } = WebAssembly;
  const changed = (source: WebAssembly.Module | BufferSource) => {
    if (source instanceof WebAssembly.Module) return source;
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source)
      ? source
      : new Uint8Array(source);
    return rewrite(new Uint8Array(buffer, byteOffset, byteLength).slice());
  };
  WebAssembly.compile = async (bytes) => compile(changed(bytes) as BufferSource);
  WebAssembly.instantiate = (async (source: BufferSource, imports?: WebAssembly.Imports) =>
    instantiate(changed(source) as BufferSource, imports)) as typeof instantiate;
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
    takeOver: () => instrumentWebAssembly(engine, () => {}),
    enter: (call) => engine.enter(call),
    engine,
  };
}
