/**
 * Programs with suspended stacks (JavaScript Promise Integration), run with plain V8 and under the
 * engine: what their embedders have seen must be the same, and in the same order.
 */
import { expect, test } from 'vitest';
import { assemble, Debuggee, instructions } from './debuggee.ts';
import { type Callable, plainText, type Realm } from './transparency.ts';

export type Promising = (...args: unknown[]) => Promise<unknown>;

/** What the standard library's types do not have yet. */
const jspi = WebAssembly as unknown as {
  Suspending: new (host: Callable) => object;
  promising: (wasm: unknown) => Promising;
};

/** V8's own class, which an embedder can only have before there is an engine. */
export const { Suspending: EarlySuspending, promising } = jspi;

export function suspending(host: Callable): object {
  return new jspi.Suspending(host);
}

export type AsyncEmbedder = (realm: Realm, see: (...what: unknown[]) => void) => Promise<void>;

/** What a promise gives or throws, as text. */
export async function settled(promise: Promise<unknown>): Promise<string> {
  try {
    return plainText(await promise);
  } catch (error) {
    return `throws ${error instanceof WebAssembly.Exception ? 'of wasm' : plainText(error)}`;
  }
}

/** Calls `then` often enough for whatever can go on by itself to do so. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

async function runPlain(bytes: readonly Uint8Array[], embedder: AsyncEmbedder): Promise<string[]> {
  const seen: string[] = [];
  const realm: Realm = {
    instantiate: (module, imports) =>
      new WebAssembly.Instance(
        new WebAssembly.Module(bytes[module]! as Uint8Array<ArrayBuffer>),
        imports as WebAssembly.Imports,
      ).exports,
  };
  await embedder(realm, (...what) => seen.push(what.map(plainText).join(' ')));
  return seen;
}

/** How a program is disturbed. */
export type Mode = 'run' | 'step' | 'breakpoints' | 'interrupts' | 'some breakpoints';
export const MODES: readonly Mode[] = [
  'run',
  'step',
  'breakpoints',
  'interrupts',
  'some breakpoints',
];

async function runUnderEngine(
  bytes: readonly Uint8Array[],
  embedder: AsyncEmbedder,
  mode: Mode,
): Promise<string[]> {
  const { engine } = new Debuggee(() => (mode === 'step' ? 'step' : 'run'));
  const modules = bytes.map((module) => engine.loadModule(module));
  engine.resume(mode === 'step' ? 'step' : 'run');
  for (const module of modules) {
    for (const [i, { pc }] of instructions(module).entries()) {
      if (mode === 'breakpoints' || (mode === 'some breakpoints' && i % 5 === 2)) {
        engine.addBreakpoint(module, pc);
      }
    }
  }
  const seen: string[] = [];
  const realm: Realm = {
    instantiate: (module, imports) =>
      engine.instantiate(modules[module]!, imports as WebAssembly.Imports).exports,
  };
  const see = (...what: unknown[]): void => {
    if (mode === 'interrupts') engine.interrupt();
    seen.push(what.map(plainText).join(' '));
  };
  await engine.enter(() => embedder(realm, see));
  return seen;
}

/** Declares tests: an embedder sees the same, however the program is run. */
export function transparentAsync(
  name: string,
  texts: string | string[],
  embedder: AsyncEmbedder,
): void {
  test.each(MODES)(`${name}: %s`, async (mode) => {
    const bytes: Uint8Array[] = [];
    for (const text of [texts].flat()) bytes.push(await assemble(text));
    const expected = await runPlain(bytes, embedder);
    expect(expected.length).toBeGreaterThan(0);
    expect(await runUnderEngine(bytes, embedder, mode)).toEqual(expected);
  });
}
