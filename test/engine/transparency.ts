/**
 * An embedder's program, run with plain V8 and under the engine: what it has seen must be the same.
 */
import { expect, test } from 'vitest';
import { assemble, Debuggee } from './debuggee.ts';

/** Where the embedder instantiates modules. */
export interface Realm {
  /** A new instance of the program's module with this number: its exports. */
  instantiate(module: number, imports?: unknown): Record<string, unknown>;
}

export type Embedder = (realm: Realm, see: (...what: unknown[]) => void) => void;
export type Callable = (...args: unknown[]) => unknown;

/** What differs between two worlds by itself has no place in it: no functions, no objects. */
export function plainText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (Object.is(value, -0)) return '-0';
  if (value instanceof Error) return `${value.constructor.name} ${value.name}: ${value.message}`;
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
    throw new Error('an embedder tells about objects with words');
  }
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

/** What a call gives or throws, as text. */
export function outcome(call: () => unknown): string {
  let result: unknown;
  try {
    result = call();
  } catch (error) {
    return `throws ${plainText(error)}`;
  }
  return plainText(result);
}

function runPlain(bytes: readonly Uint8Array[], embedder: Embedder): string[] {
  const modules = bytes.map((module) => new WebAssembly.Module(module as Uint8Array<ArrayBuffer>));
  const seen: string[] = [];
  const realm: Realm = {
    instantiate: (module, imports) =>
      new WebAssembly.Instance(modules[module]!, imports as WebAssembly.Imports).exports,
  };
  embedder(realm, (...what) => seen.push(what.map(plainText).join(' ')));
  return seen;
}

function runUnderEngine(
  bytes: readonly Uint8Array[],
  embedder: Embedder,
  how: 'run' | 'step',
): string[] {
  const { engine } = new Debuggee(() => how);
  const modules = bytes.map((module) => engine.loadModule(module));
  engine.resume(how);
  const seen: string[] = [];
  const realm: Realm = {
    instantiate: (module, imports) =>
      engine.instantiate(modules[module]!, imports as WebAssembly.Imports).exports,
  };
  engine.enter(() => embedder(realm, (...what) => seen.push(what.map(plainText).join(' '))));
  return seen;
}

/** Declares a test: an embedder sees the same, however the program is run. */
export function transparent(name: string, texts: string | string[], embedder: Embedder): void {
  test(name, async () => {
    const bytes: Uint8Array[] = [];
    for (const text of [texts].flat()) bytes.push(await assemble(text));
    const expected = runPlain(bytes, embedder);
    expect(expected.length).toBeGreaterThan(0);
    expect(runUnderEngine(bytes, embedder, 'run')).toEqual(expected);
    expect(runUnderEngine(bytes, embedder, 'step')).toEqual(expected);
  });
}
