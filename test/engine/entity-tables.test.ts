/** Tables as a debugger reads and writes them (contract: entities). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/runtime/engine.ts';
import type { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import type { TableHandle, WasmValue } from '../../src/opaque-debugger/opaque-debugger.ts';
import { codeOf, i32, NULL_EXN, NULL_FUNC, World } from './entities.ts';

let engine: Engine;
let debuggee: LocalDebugger;
let world: World;

beforeEach(() => {
  world = new World();
  ({ engine, debuggee } = world);
});

describe('tables', () => {
  test('of functions: length, elements, bounds', async () => {
    const own = await world.instance(`(module
      (type $t (func (result i32)))
      (table 3 10 funcref) (elem (i32.const 1) $one)
      (func $one (type $t) (i32.const 1)) (func $two (type $t) (i32.const 2))
      (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0)))
      (func (export "grow") (drop (table.grow (ref.null func) (i32.const 2)))))`);
    const table = debuggee.instanceGetTable(own.handle, 0);
    expect(debuggee.tableLength(table)).toBe(3n);
    const two: WasmValue = { type: 'funcref', func: debuggee.instanceGetFunc(own.handle, 1) };
    debuggee.tableSetElement(table, 0n, two);
    expect(debuggee.tableGetElement(table, 0n)).toEqual(two);
    expect(world.call(own, 'call', 0)).toBe(2);
    debuggee.tableSetElement(table, 1n, NULL_FUNC);
    expect(debuggee.tableGetElement(table, 1n)).toEqual(NULL_FUNC);
    for (const index of [3n, 2n ** 32n, 2n ** 64n - 1n]) {
      expect(codeOf(() => debuggee.tableGetElement(table, index))).toBe('out-of-bounds');
      expect(codeOf(() => debuggee.tableSetElement(table, index, two))).toBe('out-of-bounds');
    }
    world.call(own, 'grow');
    expect(debuggee.tableLength(table)).toBe(5n);
    expect(debuggee.tableGetElement(table, 4n)).toEqual(NULL_FUNC);
    expect(codeOf(() => debuggee.tableSetElement(table, 0n, i32(1)))).toBe('mismatched-type');
    expect(codeOf(() => debuggee.tableSetElement(table, 0n, NULL_EXN))).toBe('mismatched-type');
    expect(debuggee.tableGetElement(table, 0n)).toEqual(two);
  });

  test('of typed functions take only those, null only if it is in the type', async () => {
    const { handle } = await world.instance(`(module
      (type $t (func (result i32)))
      (func $f (type $t) (i32.const 1)) (func $other)
      (table 2 (ref null $t)) (table 2 (ref $t) (ref.func $f)))`);
    const [nullable, never] = [0, 1].map((i) => debuggee.instanceGetTable(handle, i)) as [
      TableHandle,
      TableHandle,
    ];
    const [f, other] = [0, 1].map(
      (i): WasmValue => ({ type: 'funcref', func: debuggee.instanceGetFunc(handle, i) }),
    ) as [WasmValue, WasmValue];
    for (const table of [nullable, never]) {
      debuggee.tableSetElement(table, 1n, f);
      expect(codeOf(() => debuggee.tableSetElement(table, 1n, other))).toBe('mismatched-type');
      expect(debuggee.tableGetElement(table, 1n)).toEqual(f);
    }
    debuggee.tableSetElement(nullable, 1n, NULL_FUNC);
    expect(debuggee.tableGetElement(nullable, 1n)).toEqual(NULL_FUNC);
    expect(codeOf(() => debuggee.tableSetElement(never, 1n, NULL_FUNC))).toBe('mismatched-type');
  });

  test('with 64-bit indices, and of exceptions', async () => {
    const own = await world.instance(`(module
      (tag $t (param i64))
      (table $f i64 4 funcref) (func $f) (elem (table $f) (i64.const 3) func $f)
      (table $x i64 2 9 exnref)
      (table $small 2 exnref)
      (func (export "caught") (param i64) (result i64)
        (block $h (result i64)
          (try_table (catch $t $h) (throw_ref (table.get $x (local.get 0))))
          unreachable))
      (func (export "grow") (drop (table.grow $x (ref.null exn) (i64.const 1)))))`);
    const functions = debuggee.instanceGetTable(own.handle, 0);
    expect(debuggee.tableLength(functions)).toBe(4n);
    const f: WasmValue = { type: 'funcref', func: debuggee.instanceGetFunc(own.handle, 0) };
    expect(debuggee.tableGetElement(functions, 3n)).toEqual(f);
    debuggee.tableSetElement(functions, 0n, f);
    expect(debuggee.tableGetElement(functions, 0n)).toEqual(f);
    expect(codeOf(() => debuggee.tableGetElement(functions, 2n ** 32n))).toBe('out-of-bounds');

    engine.detach();
    const tag = debuggee.instanceGetTag(own.handle, 0);
    const exception = debuggee.exceptionNew(tag, [{ type: 'i64', value: 9n }]);
    const thrown: WasmValue = { type: 'exnref', exception };
    for (const index of [1, 2]) {
      const exceptions = debuggee.instanceGetTable(own.handle, index);
      expect(debuggee.tableGetElement(exceptions, 1n)).toEqual(NULL_EXN);
      debuggee.tableSetElement(exceptions, 1n, thrown);
      expect(debuggee.tableGetElement(exceptions, 1n)).toEqual(thrown);
      expect(codeOf(() => debuggee.tableSetElement(exceptions, 2n, thrown))).toBe('out-of-bounds');
      expect(codeOf(() => debuggee.tableSetElement(exceptions, 1n, f))).toBe('mismatched-type');
    }
    expect(world.call(own, 'caught', 1n)).toBe(9n);
    world.call(own, 'grow');
    const grown = debuggee.instanceGetTable(own.handle, 1);
    debuggee.tableSetElement(grown, 2n, thrown);
    debuggee.tableSetElement(grown, 1n, NULL_EXN);
    expect(debuggee.tableGetElement(grown, 1n)).toEqual(NULL_EXN);
    expect(world.call(own, 'caught', 2n)).toBe(9n);
  });

  test('of references that the world cannot express', async () => {
    const { handle } = await world.instance('(module (table 1 externref) (table 1 anyref))');
    for (const index of [0, 1]) {
      const table = debuggee.instanceGetTable(handle, index);
      expect(debuggee.tableLength(table)).toBe(1n);
      expect(codeOf(() => debuggee.tableGetElement(table, 0n))).toBe('unsupported-type');
      expect(codeOf(() => debuggee.tableSetElement(table, 0n, NULL_FUNC))).toBe('unsupported-type');
    }
  });
});
