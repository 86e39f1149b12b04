/** Memories, globals and tables of a debuggee, read and written (contract: entities). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/runtime/engine.ts';
import type { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import type {
  GlobalHandle,
  TableHandle,
  WasmValue,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { codeOf, i32, NULL_EXN, NULL_FUNC, World } from './entities.ts';

let engine: Engine;
let debuggee: LocalDebugger;
let world: World;

beforeEach(() => {
  world = new World();
  ({ engine, debuggee } = world);
});

describe('memories', () => {
  test('a private memory is read and written', async () => {
    const own = await world.instance(`(module (memory 1) (data (i32.const 65534) "ab")
      (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0))))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    expect(debuggee.memoryPageSize(memory)).toBe(65536n);
    expect([...debuggee.memoryReadBytes(memory, 65533n, 3n)]).toEqual([0, 97, 98]);
    debuggee.memoryWriteBytes(memory, 65534n, Uint8Array.of(1, 2));
    expect(world.call(own, 'load', 65535)).toBe(2);
    expect(debuggee.memoryReadBytes(memory, 65536n, 0n)).toHaveLength(0);
  });

  test('outside of it nothing is read or written', async () => {
    const { handle } = await world.instance('(module (memory 1))');
    const memory = debuggee.instanceGetMemory(handle, 0);
    for (const [address, length] of [
      [65535n, 2n],
      [65536n, 1n],
      [65537n, 0n],
      [2n ** 32n, 1n],
      [2n ** 64n - 1n, 1n],
      [2n ** 64n - 1n, 2n ** 64n - 1n],
      [0n, 2n ** 63n],
    ] as const) {
      expect(codeOf(() => debuggee.memoryReadBytes(memory, address, length))).toBe('out-of-bounds');
    }
    const bytes = Uint8Array.of(1, 2, 3, 4);
    expect(codeOf(() => debuggee.memoryWriteBytes(memory, 65533n, bytes))).toBe('out-of-bounds');
    expect([...debuggee.memoryReadBytes(memory, 65533n, 3n)]).toEqual([0, 0, 0]);
  });

  test('growing takes whole pages, up to the maximum', async () => {
    const own = await world.instance(`(module (memory (export "m") 1 3)
      (func (export "size") (result i32) (memory.size)))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    const before = (own.exports['m'] as WebAssembly.Memory).buffer;
    expect(codeOf(() => debuggee.memoryGrow(memory, 1n))).toBe('memory-grow-failure');
    expect(codeOf(() => debuggee.memoryGrow(memory, 0x3_0000n))).toBe('memory-grow-failure');
    expect(codeOf(() => debuggee.memoryGrow(memory, 2n ** 64n - 65536n))).toBe(
      'memory-grow-failure',
    );
    expect(before.byteLength).toBe(65536);
    expect(debuggee.memoryGrow(memory, 0x2_0000n)).toBe(0x1_0000n);
    expect(debuggee.memorySizeBytes(memory)).toBe(0x3_0000n);
    expect(world.call(own, 'size')).toBe(3);
    expect(before.byteLength).toBe(0);
    expect(debuggee.memoryGrow(memory, 0n)).toBe(0x3_0000n);
  });

  test('64-bit memories', async () => {
    const own = await world.instance(`(module (memory i64 1 5)
      (func (export "load") (param i64) (result i64) (i64.load (local.get 0))))`);
    const memory = debuggee.instanceGetMemory(own.handle, 0);
    expect(debuggee.memoryGrow(memory, 0x1_0000n)).toBe(0x1_0000n);
    debuggee.memoryWriteBytes(memory, 0x1_fff8n, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(world.call(own, 'load', 0x1_fff8n)).toBe(0x0807060504030201n);
    expect(codeOf(() => debuggee.memoryReadBytes(memory, 0x2_0000n, 1n))).toBe('out-of-bounds');
    expect(codeOf(() => debuggee.memoryGrow(memory, 0x4_0000n))).toBe('memory-grow-failure');
  });

  test('shared memories, defined and imported', async () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    const { handle } = await world.instance(
      '(module (import "a" "m" (memory 1 4 shared)) (memory 1 2 shared))',
      { a: { m: shared } },
    );
    for (const [index, limit] of [
      [0, 4n],
      [1, 2n],
    ] as const) {
      const memory = debuggee.instanceGetMemory(handle, index);
      debuggee.memoryWriteBytes(memory, 8n, Uint8Array.of(9));
      expect(debuggee.memoryGrow(memory, 65536n * (limit - 1n))).toBe(65536n);
      expect(debuggee.memorySizeBytes(memory)).toBe(65536n * limit);
      expect([...debuggee.memoryReadBytes(memory, 8n, 1n)]).toEqual([9]);
      const end = 65536n * limit - 1n;
      expect([...debuggee.memoryReadBytes(memory, end, 1n)]).toEqual([0]);
    }
    expect(new Uint8Array(shared.buffer)[8]).toBe(9);
  });

  test('what is read does not change when the memory does', async () => {
    const { handle } = await world.instance('(module (memory 1) (data (i32.const 0) "abc"))');
    const memory = debuggee.instanceGetMemory(handle, 0);
    const bytes = debuggee.memoryReadBytes(memory, 0n, 3n);
    debuggee.memoryWriteBytes(memory, 0n, Uint8Array.of(1, 2, 3));
    expect([...bytes]).toEqual([97, 98, 99]);
  });
});

describe('globals', () => {
  const NUMBERS: readonly (readonly [constant: string, WasmValue, other: WasmValue])[] = [
    ['i32.const -2', i32(0xffff_fffe), i32(0x8000_0000)],
    ['i64.const -2', { type: 'i64', value: 2n ** 64n - 2n }, { type: 'i64', value: 2n ** 63n }],
    // NaNs with payloads, signaling and quiet.
    [
      'f32.const -nan:0x200003',
      { type: 'f32', bits: 0xffa0_0003 },
      { type: 'f32', bits: 0x7fc1_2345 },
    ],
    [
      'f64.const nan:0x4000000000001',
      { type: 'f64', bits: 0x7ff4_0000_0000_0001n },
      { type: 'f64', bits: 0x8000_0000_0000_0000n },
    ],
    [
      'v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 255',
      { type: 'v128', bytes: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255) },
      { type: 'v128', bytes: new Uint8Array(16).fill(0xa5) },
    ],
  ];

  test.each(NUMBERS)('private, with all bits: %s', async (constant, value, other) => {
    const { type } = value;
    const own = await world.instance(`(module
      (global (mut ${type}) (${constant})) (global ${type} (${constant}))
      (global $copy (mut ${type}) (${constant}))
      (func (export "copy") (global.set $copy (global.get 0))))`);
    const [global, constantGlobal, copy] = [0, 1, 2].map((i) =>
      debuggee.instanceGetGlobal(own.handle, i),
    ) as [GlobalHandle, GlobalHandle, GlobalHandle];
    expect(debuggee.globalGet(global)).toEqual(value);
    debuggee.globalSet(global, other);
    expect(debuggee.globalGet(global)).toEqual(other);
    world.call(own, 'copy');
    expect(debuggee.globalGet(copy)).toEqual(other);
    expect(debuggee.globalGet(constantGlobal)).toEqual(value);
    expect(codeOf(() => debuggee.globalSet(constantGlobal, other))).toBe('read-only');
    for (const [, wrong] of NUMBERS) {
      if (wrong.type === type) continue;
      expect(codeOf(() => debuggee.globalSet(global, wrong))).toBe('mismatched-type');
    }
    expect(codeOf(() => debuggee.globalSet(global, NULL_FUNC))).toBe('mismatched-type');
    expect(debuggee.globalGet(global)).toEqual(other);
  });

  test('imported as an object and as a number', async () => {
    const g = new WebAssembly.Global({ value: 'f64', mutable: true }, 1.5);
    const own = await world.instance(
      `(module (import "a" "g" (global (mut f64))) (import "a" "n" (global i64))
        (func (export "g") (result f64) (global.get 0)))`,
      { a: { g, n: 77n } },
    );
    const global = debuggee.instanceGetGlobal(own.handle, 0);
    debuggee.globalSet(global, { type: 'f64', bits: 0x4004_0000_0000_0000n });
    expect(g.value).toBe(2.5);
    expect(world.call(own, 'g')).toBe(2.5);
    const number = debuggee.instanceGetGlobal(own.handle, 1);
    expect(debuggee.globalGet(number)).toEqual({ type: 'i64', value: 77n });
    expect(codeOf(() => debuggee.globalSet(number, { type: 'i64', value: 1n }))).toBe('read-only');
  });

  test('of references to functions', async () => {
    const own = await world.instance(`(module
      (type $t (func (result i32)))
      (func $one (type $t) (i32.const 1)) (func $two (type $t) (i32.const 2)) (func $other)
      (global (mut funcref) (ref.null func))
      (global $typed (mut (ref null $t)) (ref.func $one))
      (global (mut (ref $t)) (ref.func $one))
      (global (mut nullfuncref) (ref.null nofunc))
      (elem declare func $two)
      (func (export "call") (result i32) (call_ref $t (global.get $typed))))`);
    const globals = [0, 1, 2, 3].map((i) => debuggee.instanceGetGlobal(own.handle, i));
    const [any, typed, never, none] = globals as [
      GlobalHandle,
      GlobalHandle,
      GlobalHandle,
      GlobalHandle,
    ];
    const [one, two, other] = [0, 1, 2].map(
      (i): WasmValue => ({ type: 'funcref', func: debuggee.instanceGetFunc(own.handle, i) }),
    ) as [WasmValue, WasmValue, WasmValue];
    expect(globals.map((global) => debuggee.globalGet(global))).toEqual([
      NULL_FUNC,
      one,
      one,
      NULL_FUNC,
    ]);
    debuggee.globalSet(any, other);
    expect(debuggee.globalGet(any)).toEqual(other);
    debuggee.globalSet(typed, two);
    expect(world.call(own, 'call')).toBe(2);
    for (const [global, value] of [
      [typed, other],
      [never, other],
      [never, NULL_FUNC],
      [none, one],
      [any, i32(1)],
      [any, NULL_EXN],
    ] as const) {
      expect(codeOf(() => debuggee.globalSet(global, value))).toBe('mismatched-type');
    }
    debuggee.globalSet(none, NULL_FUNC);
    debuggee.globalSet(typed, NULL_FUNC);
    expect(globals.map((global) => debuggee.globalGet(global))).toEqual([
      other,
      NULL_FUNC,
      one,
      NULL_FUNC,
    ]);
  });

  test('of references to exceptions', async () => {
    const own = await world.instance(`(module
      (tag $t (export "t") (param i32))
      (global $g (mut exnref) (ref.null exn))
      (global exnref (ref.null exn))
      (func (export "catch") (param i32)
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $t (local.get 0)))
          unreachable)
        (global.set $g))
      (func (export "caught") (result i32)
        (block $h (result i32)
          (try_table (catch $t $h) (throw_ref (global.get $g)))
          unreachable)))`);
    const [global, constant] = [0, 1].map((i) => debuggee.instanceGetGlobal(own.handle, i)) as [
      GlobalHandle,
      GlobalHandle,
    ];
    expect(debuggee.globalGet(global)).toEqual(NULL_EXN);
    engine.detach();
    world.call(own, 'catch', 5);
    const value = debuggee.globalGet(global);
    if (value.type !== 'exnref' || value.exception === undefined) throw new Error('no exception');
    const tag = debuggee.instanceGetTag(own.handle, 0);
    expect(debuggee.exceptionTag(value.exception)).toBe(tag);
    expect(debuggee.exceptionValues(value.exception)).toEqual([i32(5)]);
    expect(debuggee.globalGet(global)).toEqual(value);

    const made: WasmValue = { type: 'exnref', exception: debuggee.exceptionNew(tag, [i32(6)]) };
    debuggee.globalSet(global, made);
    expect(debuggee.globalGet(global)).toEqual(made);
    expect(world.call(own, 'caught')).toBe(6);
    debuggee.globalSet(global, value);
    expect(world.call(own, 'caught')).toBe(5);
    expect(codeOf(() => debuggee.globalSet(constant, made))).toBe('read-only');
    expect(codeOf(() => debuggee.globalSet(global, NULL_FUNC))).toBe('mismatched-type');
    debuggee.globalSet(global, NULL_EXN);
    expect(debuggee.globalGet(global)).toEqual(NULL_EXN);
  });

  test('of references that the world cannot express', async () => {
    const { handle } = await world.instance(`(module
      (type $s (struct))
      (global (mut externref) (ref.null extern))
      (global (mut anyref) (ref.i31 (i32.const 1)))
      (global (mut (ref null $s)) (ref.null $s))
      (global (mut (ref $s)) (struct.new $s)))`);
    for (const index of [0, 1, 2, 3]) {
      const global = debuggee.instanceGetGlobal(handle, index);
      expect(codeOf(() => debuggee.globalGet(global))).toBe('unsupported-type');
      expect(codeOf(() => debuggee.globalSet(global, NULL_FUNC))).toBe('unsupported-type');
    }
  });
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
