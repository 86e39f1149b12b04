/** Globals as a debugger reads and writes them (contract: entities). */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/runtime/engine.ts';
import type { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import type { GlobalHandle, WasmValue } from '../../src/opaque-debugger/opaque-debugger.ts';
import { codeOf, i32, NULL_EXN, NULL_FUNC, World } from './entities.ts';

let engine: Engine;
let debuggee: LocalDebugger;
let world: World;

beforeEach(() => {
  world = new World();
  ({ engine, debuggee } = world);
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
