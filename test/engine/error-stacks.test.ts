/** `error.stack` as the program's JavaScript reads it: like that of V8, but for a hash in URLs. */
import { afterEach, expect, test } from 'vitest';
import { assemble, Debuggee } from './debuggee.ts';
import { promising, suspending } from './jspi.ts';
import type { Callable } from './transparency.ts';

const PROGRAM = `(module $program
  (import "host" "fail" (func $fail (param i32)))
  (import "host" "late" (func $late (param i32)))
  (memory 1)
  (func $calls (param i32) (i32.const 1) (drop) (call $fail (local.get 0)) (nop))
  (func (export "f") (param i32) (local i64)
    (loop (call $calls (local.get 0)) (br_if 0 (i32.eqz (local.get 0)))))
  (func $tail (export "tail") (param i32) (return_call $calls (local.get 0)))
  (func (export "again") (param i32)
    (if (local.get 0) (then (call $tail (i32.sub (local.get 0) (i32.const 1))))
      (else (drop (i32.load (i32.const -1))))))
  (func (export "deep") (param i32)
    (if (i32.eqz (local.get 0)) (then unreachable))
    (call 6 (i32.sub (local.get 0) (i32.const 1))))
  (func $inner (param i32) (call $late (local.get 0)) (call $fail (local.get 0)))
  (func (export "suspends") (param i32) (call $inner (local.get 0))))`;
const NAMELESS = `(module
  (import "first" "f" (func (param i32)))
  (func (export "g") (param i32) (call 0 (local.get 0))))`;

const { prepareStackTrace } = Error;
afterEach(() => {
  Error.prepareStackTrace = prepareStackTrace;
});

type Instantiate = (module: number, imports: unknown) => Record<string, Callable>;

/** All that a program can see of stacks. */
async function embed(instantiate: Instantiate): Promise<string[]> {
  const seen: string[] = [];
  const see = (error: unknown): void => {
    const lines = String((error as Error).stack).split('\n');
    // Frames of this test's own are further down; the tools that run it add some.
    const end = lines.findLastIndex((line) => line.includes('wasm-function'));
    const places = lines.slice(0, end + 1).map((line) => line.replace(/(file:\/\/)?\/.*\//, ''));
    seen.push(places.join('\n').replaceAll(/-?[0-9a-f]{8}:/g, '#:'));
  };
  const first = instantiate(0, {
    host: {
      fail: function fail(n: number) {
        see(new Error('made in the host'));
        if (n === 1) throw new TypeError('thrown in the host');
        if (n === 2) first['again']!(1);
        if (n > 2) first['again']!(0);
      },
      late: suspending(() => Promise.resolve()),
    },
  });
  const second = instantiate(1, { first });
  for (const n of [1, 2, 3]) {
    for (const f of [first['f'], first['tail'], first['again'], second['g']]) {
      try {
        f!(n);
      } catch (error) {
        see(error);
      }
    }
    await promising(first['suspends'])(n).catch(see);
  }
  // Longer than what V8 keeps.
  try {
    first['deep']!(50);
  } catch (error) {
    see(error);
  }
  Error.stackTraceLimit = 3;
  try {
    first['deep']!(50);
  } catch (error) {
    see(error);
  }
  Error.stackTraceLimit = 10;
  return seen;
}

test.each(['run', 'step'] as const)(
  'offsets, names and lengths are those of V8: %s',
  async (how) => {
    const bytes = [await assemble(PROGRAM), await assemble(NAMELESS)];
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 10;
    const expected = await embed(
      (module, imports) =>
        new WebAssembly.Instance(
          new WebAssembly.Module(bytes[module]! as Uint8Array<ArrayBuffer>),
          imports as WebAssembly.Imports,
        ).exports as Record<string, Callable>,
    );
    const { engine } = new Debuggee(() => how);
    engine.mapErrorStacks();
    const modules = bytes.map((module) => engine.loadModule(module));
    engine.resume(how);
    const found = await engine.enter(() =>
      embed(
        (module, imports) =>
          engine.instantiate(modules[module]!, imports as WebAssembly.Imports).exports as Record<
            string,
            Callable
          >,
      ),
    );
    Error.stackTraceLimit = stackTraceLimit;
    expect(expected.length).toBeGreaterThan(20);
    expect(found).toEqual(expected);
  },
);

test('where V8 has no room for a frame, its function begins', async () => {
  const bytes = await assemble(`(module $program
    (func $deeper (export "deeper") (param i32) (result i32) (local i64)
      (i32.add (call $deeper (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))`);
  const stackOf = (deeper: unknown): string => {
    try {
      (deeper as Callable)(0);
      return 'no overflow';
    } catch (error) {
      return String((error as Error).stack).replaceAll(/-?[0-9a-f]{8}:/g, '#:');
    }
  };
  const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>));
  const expected = stackOf(plain.exports['deeper']);
  const { engine } = new Debuggee();
  engine.mapErrorStacks();
  const instance = engine.instantiate(engine.loadModule(bytes));
  expect(engine.enter(() => stackOf(instance.exports['deeper']))).toBe(expected);
  expect(expected).toContain('deeper');
});
