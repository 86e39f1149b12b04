import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComponentError, loadComponent } from '../../src/host/load.ts';

/** A component that exports the debugger interface and, before it does anything, traps. */
const DEBUGGER = (imports: string) => `
  (component
    ${imports}
    (import "bytecodealliance:wasmtime/debuggee@44.0.0" (instance $i
      (export "debuggee" (type (sub resource)))))
    (alias export $i "debuggee" (type $debuggee))
    (core module $m
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "debug") (param i32 i32 i32) unreachable))
    (core instance $m (instantiate $m))
    (func $debug (param "d" (borrow $debuggee)) (param "args" (list string))
      (canon lift (core func $m "debug") (memory (core memory $m "memory"))
        (realloc (core func $m "realloc"))))
    (component $shim
      (import "debuggee" (type $t (sub resource)))
      (import "debug" (func $f (param "d" (borrow $t)) (param "args" (list string))))
      (export $e "debuggee" (type $t))
      (export "debug" (func $f) (func (param "d" (borrow $e)) (param "args" (list string)))))
    (instance $debugger (instantiate $shim
      (with "debuggee" (type $debuggee)) (with "debug" (func $debug))))
    (export "bytecodealliance:wasmtime/debugger@44.0.0" (instance $debugger)))`;

let cache: string;
const entries = () => readdir(cache);

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'witness-load-'));
});
afterAll(() => rm(cache, { recursive: true }));

class Debuggee {}
const IMPORTS = { 'bytecodealliance:wasmtime/debuggee': { Debuggee } };

async function messageOf(bytes: Uint8Array): Promise<string> {
  const error = await loadComponent(bytes, 'x.wasm', cache).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ComponentError);
  return (error as Error).message;
}

describe('a file that is no debugger', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /^x\.wasm: the file is empty$/],
    ['text', new TextEncoder().encode('hello'), /^x\.wasm: not a WebAssembly file/],
    ['cut in its magic', Uint8Array.of(0, 0x61), /^x\.wasm: the file ends after 2 bytes$/],
    [
      'a core module',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
      /^x\.wasm: a core module, not a component\. .*jco new/,
    ],
    [
      'an empty component',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
      /^x\.wasm: not a debugger: it exports nothing, and not bytecodealliance:wasmtime\/debugger/,
    ],
    [
      'of an unknown version',
      Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x7f, 0, 1, 0),
      /^x\.wasm: not a valid component: .*version/,
    ],
  ])('is refused: %s', async (_what, bytes, message) => {
    expect(await messageOf(bytes)).toMatch(message);
  });

  it('is refused: a debugger that was cut short, anywhere', async () => {
    const whole = await parse(DEBUGGER(''));
    for (let length = 8; length < whole.length; length += 7) {
      // At a section's end it may still be a component, but then it exports no debugger.
      expect(await messageOf(whole.subarray(0, length))).toMatch(
        /^x\.wasm: not a (valid component: .+|debugger: it exports nothing)/,
      );
    }
  });

  it('is refused, or loaded: one with some bytes changed', async () => {
    const whole = await parse(DEBUGGER(''));
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    let refused = 0;
    for (let i = 0; i < 300; i++) {
      const bytes = whole.slice();
      for (let n = random(3); n >= 0; n--) bytes[8 + random(bytes.length - 8)] = random(256);
      await loadComponent(bytes, 'x.wasm', '/dev/null/nowhere').catch((error: unknown) => {
        expect(error).toBeInstanceOf(ComponentError);
        expect((error as Error).message).toMatch(/^x\.wasm: [^\n]+$/);
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(100);
  });

  it('is refused: one that imports what nobody has', async () => {
    const component = await loadComponent(await parse(DEBUGGER('')), 'x.wasm', cache);
    expect(() => component.instantiate({})).toThrow(
      /^x\.wasm: it imports what Witness does not provide: .*bytecodealliance:wasmtime\/debuggee/,
    );
  });
});

describe('the cache', () => {
  it('keeps what was made, and makes again what was damaged', async () => {
    const bytes = await parse(DEBUGGER(''));
    await rm(cache, { recursive: true });
    const load = () => loadComponent(bytes, 'x.wasm', cache);
    await load();
    const [name] = await entries();
    expect(await entries()).toHaveLength(1);
    const path = join(cache, name!);
    const good = await readFile(path);
    for (const damage of [
      Buffer.alloc(0),
      good.subarray(0, 3),
      good.subarray(0, good.length >> 1),
      Buffer.concat([good.subarray(0, 40), Buffer.of(good[40]! ^ 1), good.subarray(41)]),
    ]) {
      await writeFile(path, damage);
      const component = await load();
      expect(() => component.instantiate(IMPORTS)).not.toThrow();
      expect((await readFile(path)).equals(good)).toBe(true);
    }
    expect(await entries()).toEqual([name]);
  });

  it('is used: an entry is what runs', async () => {
    const bytes = await parse(DEBUGGER(''));
    await loadComponent(bytes, 'x.wasm', cache);
    const path = join(cache, (await entries())[0]!);
    const before = await stat(path);
    await utimes(path, before.atime, new Date(0));
    await loadComponent(bytes, 'x.wasm', cache);
    // Not written again, only marked as used.
    expect((await stat(path)).ino).toBe(before.ino);
    expect((await stat(path)).mtimeMs).toBeGreaterThan(0);
  });

  it('forgets what has not been used for long', async () => {
    await mkdir(cache, { recursive: true });
    const old = join(cache, 'old.component');
    await writeFile(old, 'x');
    await utimes(old, new Date(0), new Date(0));
    await loadComponent(await parse(DEBUGGER('(type $more string)')), 'x.wasm', cache);
    expect(await entries()).not.toContain('old.component');
  });

  it('may be a place that cannot be written', async () => {
    const bytes = await parse(DEBUGGER(''));
    const component = await loadComponent(bytes, 'x.wasm', '/dev/null/nowhere');
    expect(() => component.instantiate(IMPORTS)).not.toThrow();
  });
});
