/**
 * The exact check before indirect calls: it fires if and only if plain V8 traps, whatever is in the
 * table and however it got there.
 */
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../src/engine/instrument/code-limits.ts';
import type { DebugInstance } from '../../src/engine/runtime/engine.ts';
import type { HeldValue } from '../../src/engine/runtime/value-row.ts';
import { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import type { WasmValue } from '../../src/opaque-debugger/opaque-debugger.ts';
import { funcTypeOf } from '../../src/wasm/structure.ts';
import { I32 } from '../../src/wasm/types.ts';
import { assemble, Debuggee, i32, type Onward, pcOf } from './debuggee.ts';
import { type Callable, outcome } from './transparency.ts';

/** Functions $0 to $5 of four types, the last two imported; `$same` equals `$t`. */
const HEAD = `(module
  (type $t (func (param i32) (result i32)))
  (type $other (func (param i32) (result i64)))
  (type $same (func (param i32) (result i32)))
  (type $open (sub (func (param i32) (result i32))))
  (type $narrow (sub $open (func (param i32) (result i32))))
  (type $last (sub final $narrow (func (param i32) (result i32))))
  (import "m" "same" (func $import (type $same)))
  (import "m" "other" (func $import-other (type $other)))
  (import "m" "function" (global $given funcref))
  (import "m" "place" (global $place i32))
  (func $a (type $t) (i32.mul (local.get 0) (i32.const 3)))
  (func $b (type $other) (i64.const 7))
  (func $c (type $same) (i32.sub (local.get 0) (i32.const 1)))
  (func $d (type $open) (i32.const 31))
  (func $e (type $narrow) (i32.const 32))
  (func $f (type $last) (i32.const 33))
  (elem declare func $a $b $c $d $e $f $import $import-other)`;

const TYPES = ['t', 'other', 'same', 'open', 'narrow', 'last'] as const;

/** For each type a call, a call in a loop, and a tail call, of an element of a table. */
function calls(table = '$table'): string {
  return TYPES.map((type) => {
    const result = type === 'other' ? 'i64' : 'i32';
    const call = `call_indirect ${table} (type $${type})`;
    return `
      (func (export "call ${type}") (param i32) (result ${result}) (local i64)
        (${call} (i32.const 5) (local.get 0)))
      (func (export "loop ${type}") (param i32) (result ${result}) (local $n i32) (local $sum ${result})
        (local.set $n (i32.const 9))
        (loop $again
          (local.set $sum (${result}.add (local.get $sum)
            (${call} (local.get $n) (i32.and (local.get 0) (i32.const 0x7fffffff)))))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum))
      (func (export "tail ${type}") (param i32) (result ${result})
        (return_${call} (i32.const 6) (local.get 0)))`;
  }).join('');
}

/** What is in the table `$table` of 16, of which the first 12 are called. */
const TABLES: readonly [name: string, text: string][] = [
  ['empty', '(table $table 16 funcref)'],
  ['of a fixed size', '(table $table 16 16 funcref) (elem (i32.const 1) $a $b $c)'],
  [
    'segments over each other',
    '(table $table 16 funcref) (elem (i32.const 0) $a $b $c $d $e) (elem (i32.const 2) $b $a $a)',
  ],
  [
    'expressions and null',
    `(table $table 16 funcref)
     (elem (i32.const 1) funcref (ref.func $a) (ref.null func) (ref.func $b) (ref.func $c))
     (elem (i32.const 4) funcref (ref.null func))`,
  ],
  ['subtypes', '(table $table 16 funcref) (elem (i32.const 2) $a $d $e $f $b $c)'],
  [
    'imported functions',
    '(table $table 16 funcref) (elem (i32.const 0) $a $import $import-other $b)',
  ],
  [
    'an imported value',
    '(table $table 16 funcref) (elem (i32.const 3) funcref (ref.func $b) (global.get $given))',
  ],
  [
    'at an imported place',
    '(table $table 16 funcref) (elem (i32.const 0) $b $b $a) (elem (global.get $place) $c)',
  ],
  ['an initial value', '(table $table 16 funcref (ref.func $c)) (elem (i32.const 3) $a $b)'],
  [
    'a typed table',
    '(table $table 16 (ref null $t)) (elem (table $table) (i32.const 3) (ref null $t) (ref.func $a) (ref.func $c))',
  ],
  [
    'the second of two',
    '(table 16 funcref) (table $table 16 funcref) (elem (table 0) (i32.const 1) func $a $b) (elem (table $table) (i32.const 1) func $b $a)',
  ],
  ['a passive segment', '(table $table 16 funcref) (elem (i32.const 0) $a $b) (elem func $c $c)'],
];

const INDICES = [0, 1, 2, 3, 4, 5, 7, 15, 16, -1];

const imports = (given: unknown): WebAssembly.Imports => ({
  m: {
    same: (x: number) => x + 100,
    other: (x: number) => BigInt(x),
    function: given as WebAssembly.ImportValue,
    place: 4,
  },
});

/** Something of type `$t` from another module, as plain V8 has it or the engine. */
const GIVER = `(module (func (export "given") (param i32) (result i32)
  (i32.add (local.get 0) (i32.const 50))))`;

interface Mode {
  readonly how?: 'step' | 'breakpoint';
  readonly traps?: 'native';
  readonly limits?: Partial<CodeLimits>;
}

const MODES: readonly [string, Mode][] = [
  ['cruising', {}],
  ['without signature tables', { limits: { signatureBytes: 0 } }],
  ['with native traps', { traps: 'native' }],
  ['in continuations only', { limits: { cruiseBytes: 0 } }],
  ['with breakpoints at the calls', { how: 'breakpoint' }],
  ['stepping', { how: 'step' }],
];

interface Setting {
  readonly debuggee: Debuggee;
  readonly instance: DebugInstance;
  readonly isExact: boolean;
  /** Functions that are about to trap return 99 instead. */
  returns: boolean;
}

async function underEngine(text: string, { how, traps, limits }: Mode): Promise<Setting> {
  const onward: Onward = how === 'step' ? 'step' : 'run';
  const setting = { returns: false };
  const debuggee = new Debuggee(
    ({ event, top }) => {
      if (event !== 'trap' || !setting.returns) return onward;
      const { module } = top.instance;
      const [result] = funcTypeOf(module.original, top.func).results;
      const value: HeldValue =
        result === I32 ? { type: 'i32', bits: 99 } : { type: 'i64', bits: 99n };
      return [onward, { kind: 'early-return', values: [value] }];
    },
    {
      ...(traps === undefined ? {} : { traps }),
      codeLimits: { ...CODE_LIMITS, ...limits },
    },
  );
  const { engine } = debuggee;
  const giver = engine.instantiate(engine.loadModule(await assemble(GIVER)));
  const module = engine.loadModule(await assemble(text));
  if (how === 'breakpoint') {
    for (let i = 0; i < 2 * TYPES.length; i++) {
      engine.addBreakpoint(module, pcOf(module, 'call_indirect', i));
    }
  }
  engine.resume(onward);
  const instance = engine.instantiate(module, imports(giver.exports['given']));
  return Object.assign(setting, { debuggee, instance, isExact: traps !== 'native' });
}

async function plainExports(text: string): Promise<WebAssembly.Exports> {
  const instance = async (
    from: string,
    given?: WebAssembly.Imports,
  ): Promise<WebAssembly.Instance> =>
    new WebAssembly.Instance(new WebAssembly.Module((await assemble(from)) as BufferSource), given);
  const giver = await instance(GIVER);
  return (await instance(text, imports(giver.exports['given']))).exports;
}

/** Makes each call in both; those that trap must have one stop for it, before the instruction. */
function compareCalls(
  plain: WebAssembly.Exports,
  setting: Setting,
  instance = setting.instance,
): void {
  const { debuggee, isExact } = setting;
  for (const index of INDICES) {
    for (const name of TYPES.flatMap((type) => [`call ${type}`, `loop ${type}`, `tail ${type}`])) {
      const expected = outcome(() => (plain[name] as Callable)(index));
      debuggee.stops.length = 0;
      const found = outcome(() => debuggee.call(instance, name, index));
      expect([name, index, found]).toEqual([name, index, expected]);
      const traps = debuggee.stops.filter(({ event }) => event === 'trap');
      const trapped = expected.startsWith('throws') ? 1 : 0;
      expect([name, index, traps.length]).toEqual([name, index, trapped]);
      if (trapped === 0 || !isExact) continue;
      const [kind] = name.split(' ');
      const { at, operands } = traps[0]!.top;
      expect(at).toBe(kind === 'tail' ? 'return_call_indirect' : 'call_indirect');
      expect(operands.at(-1)).toBe(i32(kind === 'loop' ? index & 0x7fff_ffff : index));
      // Nothing but a stop ahead of the trap can be resumed in another way.
      setting.returns = true;
      expect(Number(debuggee.call(instance, name, index))).toBe(99);
      setting.returns = false;
    }
  }
}

describe.each(TABLES)('%s', (_, table) => {
  test.each(MODES)('%s', async (_, mode) => {
    const text = `${HEAD} ${table} ${calls()})`;
    compareCalls(await plainExports(text), await underEngine(text, mode));
  });
});

/** Exported functions that change the table, with their arguments, in the order of the calls. */
const WRITES: readonly [name: string, text: string, args: readonly number[]][] = [
  [
    'set',
    '(param i32 i32) (table.set $table (local.get 0) (table.get $table (local.get 1)))',
    [1, 3],
  ],
  ['null', '(param i32) (table.set $table (local.get 0) (ref.null func))', [2]],
  ['fill', '(param i32) (table.fill $table (local.get 0) (ref.func $c) (i32.const 2))', [4]],
  ['copy', '(param i32) (table.copy $table $table (local.get 0) (i32.const 0) (i32.const 3))', [2]],
  [
    'init',
    '(param i32) (table.init $table $segment (local.get 0) (i32.const 0) (i32.const 2))',
    [3],
  ],
  ['grow', '(param i32) (drop (table.grow $table (ref.func $b) (local.get 0)))', [2]],
];

describe('a table that the program changes', () => {
  test.each(WRITES)('%s', async (_, write, args) => {
    const text = `${HEAD} (table $table 16 funcref) (elem (i32.const 0) $a $b $c $d $e)
      (elem $segment func $b $a) ${calls()} (func (export "write") ${write}))`;
    for (const [, mode] of MODES) {
      const plain = await plainExports(text);
      const setting = await underEngine(text, mode);
      (plain['write'] as Callable)(...args);
      setting.debuggee.call(setting.instance, 'write', ...args);
      compareCalls(plain, setting);
    }
  });
});

test('a table that JavaScript changes', async () => {
  const text = `${HEAD} (table $table (export "table") 16 funcref)
    (elem (i32.const 0) $a $b $c $d $e) ${calls()} (export "c" (func $c)) (export "b" (func $b)))`;
  const change = (exports: WebAssembly.Exports): void => {
    const table = exports['table'] as WebAssembly.Table;
    table.set(0, exports['b']);
    table.set(1, exports['c']);
    table.set(2, null);
    table.grow(3, exports['c']);
  };
  for (const [, mode] of MODES) {
    const plain = await plainExports(text);
    const setting = await underEngine(text, mode);
    compareCalls(plain, setting);
    change(plain);
    change(setting.instance.exports);
    compareCalls(plain, setting);
  }
});

test('a table that another module changes', async () => {
  const text = `${HEAD} (table $table (export "table") 16 funcref)
    (elem (i32.const 0) $a $b $c $d $e) ${calls()})`;
  const writer = await assemble(`(module (import "m" "table" (table 16 funcref))
    (func $own (param i32) (result i32) (i32.const 77))
    (elem (i32.const 1) $own) (elem declare func $own)
    (func (export "set") (table.set (i32.const 4) (ref.func $own))))`);
  for (const [, mode] of MODES) {
    const plain = await plainExports(text);
    const setting = await underEngine(text, mode);
    const { debuggee, instance } = setting;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(writer as BufferSource), {
      m: plain,
    });
    const { engine } = debuggee;
    const other = engine.instantiate(engine.loadModule(writer), { m: instance.exports });
    compareCalls(plain, setting);
    (exports['set'] as Callable)();
    debuggee.call(other, 'set');
    compareCalls(plain, setting);
  }
});

test('a table that the debugger changes', async () => {
  const text = (exported: string): string => `${HEAD} (table $table ${exported} 16 16 funcref)
    (elem (i32.const 0) $a $b $c $d $e) ${calls()} (export "b" (func $b)) (export "c" (func $c)))`;
  for (const [, mode] of MODES) {
    const plain = await plainExports(text('(export "table")'));
    const setting = await underEngine(text(''), mode);
    const { debuggee, instance } = setting;
    // Another instance of the module, whose table stays as it is.
    const other = debuggee.engine.instantiate(instance.module, imports(null));
    const local = new LocalDebugger(debuggee.engine);
    const handle = local.allInstances()[1]!;
    const table = local.instanceGetTable(handle, 0);
    const func = (name: string): WasmValue => {
      const { index } = instance.module.original.exports.find((entry) => entry.name === name)!;
      return { type: 'funcref', func: local.instanceGetFunc(handle, index) };
    };
    compareCalls(plain, setting);
    compareCalls(plain, setting, other);
    local.tableSetElement(table, 0n, func('b'));
    local.tableSetElement(table, 1n, func('c'));
    local.tableSetElement(table, 2n, { type: 'funcref', func: undefined });
    local.tableSetElement(table, 9n, func('b'));
    const changed = plain['table'] as WebAssembly.Table;
    changed.set(0, plain['b']);
    changed.set(1, plain['c']);
    changed.set(2, null);
    changed.set(9, plain['b']);
    compareCalls(plain, setting);
    compareCalls(await plainExports(text('')), setting, other);
  }
});

test('a table of an instance that has never come to be', async () => {
  const debuggee = new Debuggee(({ activations: [newest] }) =>
    newest === undefined
      ? 'run'
      : ['run', { kind: 'early-return', values: [{ type: 'i32', bits: 99 }] }],
  );
  const { engine } = debuggee;
  const owner = engine.instantiate(
    engine.loadModule(
      await assemble(`(module (table (export "table") 9 funcref)
        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))`),
    ),
  );
  const failing = engine.loadModule(
    await assemble(`(module (import "m" "table" (table $shared 9 funcref)) (table $own 9 funcref)
      (func $inner (result i32) (i32.const 5))
      (func $outer0 (result i32) (call_indirect $own (result i32) (i32.const 0)))
      (func $outer1 (result i32) (call_indirect $own (result i32) (i32.const 1)))
      (elem (table $own) (i32.const 0) func $inner)
      (elem (table $shared) (i32.const 7) func $outer0 $outer1)
      (elem (table $shared) (i32.const 9) func $inner)
      (elem (table $own) (i32.const 1) func $inner))`),
  );
  expect(() => engine.instantiate(failing, { m: owner.exports })).toThrow(WebAssembly.RuntimeError);
  debuggee.stops.length = 0;
  expect(debuggee.call(owner, 'call', 7)).toBe(5);
  expect(debuggee.call(owner, 'call', 8)).toBe(99);
  expect(debuggee.stops).toHaveLength(1);
  expect(debuggee.stops[0]!.top).toMatchObject({ at: 'call_indirect', operands: [i32(1)] });
});
