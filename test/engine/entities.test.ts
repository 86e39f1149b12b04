/** Which entities a debuggee has, their identity, and their types (contract: entities). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/runtime/engine.ts';
import type { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import {
  DebuggeeTrap,
  type InstanceHandle,
  type WasmType,
  type WasmValue,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { assemble } from './debuggee.ts';
import { codeOf, i32, NULL_EXN, NULL_FUNC, World } from './entities.ts';

let engine: Engine;
let debuggee: LocalDebugger;
let world: World;

beforeEach(() => {
  world = new World();
  ({ engine, debuggee } = world);
});

const PRIVATE = `(module
  (memory 1) (global i32 (i32.const 1)) (table 1 funcref) (func) (tag))`;

describe('index spaces', () => {
  test('an index beyond the end is an invalid entity', async () => {
    const { handle } = await world.instance(PRIVATE);
    // The engine's own additions lie behind the module's entities.
    for (const index of [1, 2, 3, 4, 5, 0xffff_ffff]) {
      expect(codeOf(() => debuggee.instanceGetMemory(handle, index))).toBe('invalid-entity');
      expect(codeOf(() => debuggee.instanceGetGlobal(handle, index))).toBe('invalid-entity');
      expect(codeOf(() => debuggee.instanceGetTable(handle, index))).toBe('invalid-entity');
      expect(codeOf(() => debuggee.instanceGetFunc(handle, index))).toBe('invalid-entity');
      expect(codeOf(() => debuggee.instanceGetTag(handle, index))).toBe('invalid-entity');
    }
    const empty = await world.instance('(module)');
    expect(codeOf(() => debuggee.instanceGetMemory(empty.handle, 0))).toBe('invalid-entity');
    expect(codeOf(() => debuggee.instanceGetFunc(empty.handle, 0))).toBe('invalid-entity');
  });

  test('imports come first', async () => {
    const given = await world.instance(`(module
      (memory (export "m") 3) (global (export "g") i64 (i64.const 30))
      (table (export "t") 30 funcref)
      (func (export "f") (param f32)) (tag (export "x") (param f32)))`);
    const { handle } = await world.instance(
      `(module
        (import "a" "m" (memory 1)) (import "a" "g" (global i64)) (import "a" "t" (table 1 funcref))
        (import "a" "f" (func (param f32))) (import "a" "x" (tag (param f32)))
        (memory 1) (global i64 (i64.const 10)) (table 10 funcref)
        (func (param f64)) (tag (param f64)))`,
      { a: given.exports },
    );
    const sizes = [0, 1].map((i) =>
      debuggee.memorySizeBytes(debuggee.instanceGetMemory(handle, i)),
    );
    expect(sizes).toEqual([0x3_0000n, 0x1_0000n]);
    const values = [0, 1].map((i) => debuggee.globalGet(debuggee.instanceGetGlobal(handle, i)));
    expect(values).toEqual([
      { type: 'i64', value: 30n },
      { type: 'i64', value: 10n },
    ]);
    const lengths = [0, 1].map((i) => debuggee.tableLength(debuggee.instanceGetTable(handle, i)));
    expect(lengths).toEqual([30n, 10n]);
    const params = [0, 1].map((i) => debuggee.funcParams(debuggee.instanceGetFunc(handle, i)));
    expect(params).toEqual([['f32'], ['f64']]);
    const tags = [0, 1].map((i) => debuggee.tagParams(debuggee.instanceGetTag(handle, i)));
    expect(tags).toEqual([['f32'], ['f64']]);
  });
});

describe('identity', () => {
  const SHARING = `(module
    (import "a" "m" (memory 1)) (import "a" "g" (global (mut i32)))
    (import "a" "t" (table 1 funcref)) (import "a" "f" (func)) (import "a" "x" (tag))
    (export "m" (memory 0)) (export "g" (global 0)) (export "t" (table 0)) (export "f" (func 0))
    (export "x" (tag 0)))`;

  const handles = (handle: InstanceHandle): number[] => [
    debuggee.instanceGetMemory(handle, 0),
    debuggee.instanceGetGlobal(handle, 0),
    debuggee.instanceGetTable(handle, 0),
    debuggee.instanceGetFunc(handle, 0),
    debuggee.instanceGetTag(handle, 0),
  ];

  test('what several instances import has one', async () => {
    // Exported twice: V8 makes two objects for the one global.
    const own = await world.instance(`(module
      (memory (export "m") 1) (global (export "first") (export "g") (mut i32) (i32.const 1))
      (table (export "t") 1 funcref) (func (export "f")) (tag (export "x")))`);
    const second = await world.instance(SHARING, { a: own.exports });
    const third = await world.instance(SHARING, { a: second.exports });
    const fourth = await world.instance(SHARING, {
      a: { ...own.exports, g: own.exports['first'] },
    });
    const expected = handles(own.handle);
    expect(new Set(expected).size).toBe(5);
    expect(handles(second.handle)).toEqual(expected);
    expect(handles(third.handle)).toEqual(expected);
    expect(handles(fourth.handle)).toEqual(expected);
    expect(handles(own.handle)).toEqual(expected);
  });

  test('what the embedder made and two instances import has one', async () => {
    const a = {
      m: new WebAssembly.Memory({ initial: 1 }),
      g: new WebAssembly.Global({ value: 'i32', mutable: true }, 5),
      t: new WebAssembly.Table({ element: 'anyfunc', initial: 1 }),
      x: new WebAssembly.Tag({ parameters: [] }),
      f: () => undefined,
    };
    const [first, second] = [
      await world.instance(SHARING, { a }),
      await world.instance(SHARING, { a }),
    ];
    const expected = handles(first.handle);
    // Each instance has a function of its own for one of JavaScript, as in V8.
    const found = handles(second.handle);
    expect(found.toSpliced(3, 1)).toEqual(expected.toSpliced(3, 1));
  });

  test('two instances of one module have two', async () => {
    const module = engine.loadModule(await assemble(PRIVATE));
    const first = world.newest(engine.instantiate(module));
    const second = world.newest(engine.instantiate(module));
    expect(first.handle).not.toBe(second.handle);
    expect(debuggee.instanceGetModule(first.handle)).toBe(
      debuggee.instanceGetModule(second.handle),
    );
    expect(new Set([...handles(first.handle), ...handles(second.handle)]).size).toBe(10);
  });

  test('a function has one wherever a reference to it is found', async () => {
    const a = await world.instance(`(module
      (func $f) (func (export "other"))
      (global (export "g") funcref (ref.func $f))
      (table (export "t") 2 funcref) (elem (i32.const 1) $f))`);
    const b = await world.instance(
      '(module (import "a" "other" (func $o)) (table 1 funcref) (elem (i32.const 0) $o))',
      { a: a.exports },
    );
    const f = debuggee.instanceGetFunc(a.handle, 0);
    const other = debuggee.instanceGetFunc(a.handle, 1);
    expect(debuggee.globalGet(debuggee.instanceGetGlobal(a.handle, 0))).toEqual({
      type: 'funcref',
      func: f,
    });
    const element = (handle: InstanceHandle, index: bigint): WasmValue =>
      debuggee.tableGetElement(debuggee.instanceGetTable(handle, 0), index);
    expect(element(a.handle, 0n)).toEqual(NULL_FUNC);
    expect(element(a.handle, 1n)).toEqual({ type: 'funcref', func: f });
    expect(element(b.handle, 0n)).toEqual({ type: 'funcref', func: other });
    expect(debuggee.instanceGetFunc(b.handle, 0)).toBe(other);
  });
});

describe('functions', () => {
  test('have parameters and results', async () => {
    const { handle } = await world.instance(
      `(module
        (import "a" "f" (func (param i32 v128) (result f32)))
        (func (param i64 f64 funcref exnref) (result v128 funcref) unreachable)
        (func (param externref))
        (func (result anyref) unreachable)
        (func (param (ref any)) (result i32) unreachable))`,
      { a: { f: () => 0 } },
    );
    const funcs = [0, 1, 2, 3, 4].map((i) => debuggee.instanceGetFunc(handle, i));
    expect(debuggee.funcParams(funcs[0]!)).toEqual(['i32', 'v128']);
    expect(debuggee.funcResults(funcs[0]!)).toEqual(['f32']);
    expect(debuggee.funcParams(funcs[1]!)).toEqual(['i64', 'f64', 'funcref', 'exnref']);
    expect(debuggee.funcResults(funcs[1]!)).toEqual(['v128', 'funcref']);
    expect(codeOf(() => debuggee.funcParams(funcs[2]!))).toBe('unsupported-type');
    expect(debuggee.funcResults(funcs[2]!)).toEqual([]);
    expect(debuggee.funcParams(funcs[3]!)).toEqual([]);
    expect(codeOf(() => debuggee.funcResults(funcs[3]!))).toBe('unsupported-type');
    expect(codeOf(() => debuggee.funcParams(funcs[4]!))).toBe('unsupported-type');
    expect(debuggee.funcResults(funcs[4]!)).toEqual(['i32']);
  });
});

describe('tags and exceptions', () => {
  const ALL: readonly WasmType[] = ['i32', 'i64', 'f32', 'f64', 'v128', 'funcref', 'exnref'];

  test('a new tag is another each time', () => {
    const tags = [debuggee.tagNew([]), debuggee.tagNew([]), debuggee.tagNew([...ALL])];
    expect(new Set(tags).size).toBe(3);
    expect(tags.map((tag) => debuggee.tagParams(tag))).toEqual([[], [], ALL]);
  });

  test('a new exception has its tag, and its values with all bits', async () => {
    const { handle } = await world.instance(`(module
      (tag (param i32 i64 f32 f64 v128 funcref exnref)) (func))`);
    const func = debuggee.instanceGetFunc(handle, 0);
    const inner = debuggee.exceptionNew(debuggee.tagNew([]), []);
    const values: WasmValue[] = [
      i32(0xffff_ffff),
      { type: 'i64', value: 2n ** 64n - 1n },
      { type: 'f32', bits: 0x7fa0_0001 },
      { type: 'f64', bits: 0xfff0_0000_0000_0001n },
      { type: 'v128', bytes: Uint8Array.from({ length: 16 }, (_, i) => 255 - i) },
      { type: 'funcref', func },
      { type: 'exnref', exception: inner },
    ];
    for (const tag of [debuggee.instanceGetTag(handle, 0), debuggee.tagNew([...ALL])]) {
      const exception = debuggee.exceptionNew(tag, values);
      expect(debuggee.exceptionTag(exception)).toBe(tag);
      expect(debuggee.exceptionValues(exception)).toEqual(values);
      expect(debuggee.exceptionNew(tag, values)).not.toBe(exception);
      for (const wrong of [
        [],
        values.slice(1),
        [...values, i32(0)],
        values.toSpliced(0, 1, values[1]!),
        values.toSpliced(5, 1, NULL_EXN),
      ]) {
        expect(codeOf(() => debuggee.exceptionNew(tag, wrong))).toBe('mismatched-type');
      }
    }
  });

  test('parameters that the world cannot express', async () => {
    const { handle } = await world.instance('(module (tag (param externref)))');
    const tag = debuggee.instanceGetTag(handle, 0);
    expect(codeOf(() => debuggee.tagParams(tag))).toBe('unsupported-type');
  });

  test('a handle that was released names nothing any more', () => {
    const tag = debuggee.tagNew(['i32']);
    const [first, second] = [1, 2].map((n) => debuggee.exceptionNew(tag, [i32(n)]));
    debuggee.release(first!);
    expect(() => debuggee.exceptionValues(first!)).toThrow(DebuggeeTrap);
    expect(debuggee.exceptionValues(second!)).toEqual([i32(2)]);
    // Once is enough, and other entities keep their identity.
    debuggee.release(first!);
    debuggee.release(tag);
    expect(debuggee.exceptionTag(second!)).toBe(tag);
  });
});
