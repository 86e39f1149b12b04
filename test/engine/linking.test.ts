/** What the embedder sees: exports, identities, and errors in V8's own words. */
import { describe, expect, test } from 'vitest';
import { assemble, Debuggee, pcOf } from './debuggee.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Name and message of what a call throws. */
function errorOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return 'no error';
}

const EVERYTHING = `(module
  (import "env" "given" (func $given (param i32) (result i32)))
  (memory (export "m") 1)
  (global (export "z-first") (mut i32) (i32.const 4))
  (global $private (mut i64) (i64.const 1))
  (table (export "t") 2 funcref)
  (elem (i32.const 0) $f $g)
  (func $f (export "f") (param i32) (result i32) (call $given (local.get 0)))
  (func $g (export "a") (export "witness:functions") (export "10") (export "") (result i32) (i32.const 2))
  (export "same" (func $f))
  (export "given" (func $given)))`;

test('the exports are those that the module declares, in its order, frozen', async () => {
  const bytes = (await assemble(EVERYTHING)) as Bytes;
  const env = { given: (n: number) => n + 1 };
  const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env }).exports;
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const { exports } = engine.instantiate(engine.loadModule(bytes), { env });
  expect(Object.keys(exports)).toEqual(Object.keys(plain));
  expect(Object.getPrototypeOf(exports)).toBe(null);
  expect(Object.isFrozen(exports)).toBe(true);
  for (const name of Object.keys(plain)) {
    expect(Object.prototype.toString.call(exports[name])).toBe(
      Object.prototype.toString.call(plain[name]),
    );
    if (typeof plain[name] !== 'function') continue;
    // The name of an exported function is its index, its length the number of parameters.
    const { name: index, length } = exports[name] as () => void;
    expect([index, length]).toEqual([plain[name].name, plain[name].length]);
  }
});

test('a function is one object, through exports, tables and other instances', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const env = { given: (n: number) => n + 1 };
  const instance = engine.instantiate(engine.loadModule(await assemble(EVERYTHING)), { env });
  const { f, same, t } = instance.exports as Record<string, unknown>;
  expect(same).toBe(f);
  expect((t as WebAssembly.Table).get(0)).toBe(f);
  expect(instance.func(1)).toBe(f);
  expect(instance.func(3)).toBe(undefined);
  const passing = engine.loadModule(
    await assemble(`(module (import "a" "f" (func $f (param i32) (result i32)))
      (import "a" "t" (table 2 funcref)) (import "a" "m" (memory 1))
      (import "a" "z-first" (global (mut i32)))
      (export "f" (func $f)) (export "t" (table 0)) (export "m" (memory 0)) (export "g" (global 0)))`),
  );
  const second = engine.instantiate(passing, { a: instance.exports });
  expect(second.exports['f']).toBe(f);
  expect(second.exports['t']).toBe(t);
  expect(second.exports['m']).toBe(instance.exports['m']);
  expect(second.exports['g']).toBe(instance.exports['z-first']);
  expect(debuggee.call(second, 'f', 4)).toBe(5);
});

const NEEDY = `(module
  (import "a" "f" (func (param i32)))
  (import "a" "g" (global (mut i32)))
  (import "b" "m" (memory 2 3))
  (import "b" "t" (table 1 funcref)))`;

const good = () => ({
  a: { f: () => undefined, g: new WebAssembly.Global({ value: 'i32', mutable: true }, 0) },
  b: {
    m: new WebAssembly.Memory({ initial: 2, maximum: 3 }),
    t: new WebAssembly.Table({ element: 'anyfunc', initial: 1 }),
  },
});

describe('imports that do not fit give the errors that V8 gives', () => {
  test.each<[string, unknown]>([
    ['no object', undefined],
    ['a module that is missing', { a: good().a }],
    ['a module that is no object', { ...good(), b: 4 }],
    ['a function that is missing', { ...good(), a: { g: good().a.g } }],
    ['a function that is a number', { ...good(), a: { ...good().a, f: 3 } }],
    ['an immutable global', { ...good(), a: { ...good().a, g: 3 } }],
    [
      'a global of another type',
      { ...good(), a: { ...good().a, g: new WebAssembly.Global({ value: 'i64', mutable: true }) } },
    ],
    [
      'a memory that is too small',
      { ...good(), b: { ...good().b, m: new WebAssembly.Memory({ initial: 1, maximum: 3 }) } },
    ],
    [
      'a memory without maximum',
      { ...good(), b: { ...good().b, m: new WebAssembly.Memory({ initial: 2 }) } },
    ],
    ['a table that is missing', { ...good(), b: { m: good().b.m } }],
    ['everything there', good()],
  ])('%s', async (_, imports) => {
    const bytes = (await assemble(NEEDY)) as Bytes;
    const compiled = new WebAssembly.Module(bytes);
    const given = imports as WebAssembly.Imports;
    const expected = errorOf(() => new WebAssembly.Instance(compiled, given));
    const { engine } = new Debuggee();
    const module = engine.loadModule(bytes);
    expect(errorOf(() => engine.instantiate(module, given))).toBe(expected);
  });
});

test('segments that do not fit give the errors that V8 gives', async () => {
  for (const text of [
    '(module (memory 1) (data (i32.const 65535) "ab"))',
    '(module (table 1 funcref) (elem (i32.const 1) $f) (func $f))',
  ]) {
    const bytes = (await assemble(text)) as Bytes;
    const { engine } = new Debuggee();
    const module = engine.loadModule(bytes);
    expect(errorOf(() => engine.instantiate(module))).toBe(
      errorOf(() => new WebAssembly.Instance(new WebAssembly.Module(bytes))),
    );
  }
});

test('bytes that are no valid module give the error that V8 gives', async () => {
  const valid = await assemble('(module (func (result i32) i32.const 1))');
  const invalid = valid.slice();
  invalid[valid.length - 3] = 0x42; // i32.const becomes i64.const
  for (const bytes of [invalid, valid.slice(0, -1), new Uint8Array(), Uint8Array.of(1, 2, 3, 4)]) {
    const expected = errorOf(() => new WebAssembly.Module(bytes as Bytes));
    expect(expected).toContain('CompileError');
    expect(errorOf(() => new Debuggee().engine.loadModule(bytes))).toBe(expected);
  }
});

test('a trap in the start function comes out of instantiation as V8 gives it', async () => {
  const bytes = (await assemble('(module (func $s unreachable) (start $s))')) as Bytes;
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(bytes);
  expect(errorOf(() => debuggee.engine.instantiate(module))).toBe(
    errorOf(() => new WebAssembly.Instance(new WebAssembly.Module(bytes))),
  );
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
});

test('a detached debuggee reports nothing, and gives the same results', async () => {
  const text = `(module (func $f (export "f") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (i32.add (call $f (i32.sub (local.get $n) (i32.const 1))) (local.get $n)))
    (func (export "trap") unreachable))`;
  const debuggee = new Debuggee((_, { engine }) => {
    if (debuggee.stops.length === 5) engine.detach();
    return 'step';
  });
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  const instance = engine.instantiate(module);
  engine.addBreakpoint(module, pcOf(module, 'i32.add'));
  engine.resume('step');
  expect(debuggee.call(instance, 'f', 10)).toBe(55);
  expect(debuggee.stops).toHaveLength(5);
  engine.interrupt();
  expect(debuggee.call(instance, 'f', 10)).toBe(55);
  expect(() => debuggee.call(instance, 'trap')).toThrow('unreachable');
  expect(debuggee.stops).toHaveLength(5);
});
