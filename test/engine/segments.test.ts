/**
 * Instructions that name segments: in the cruise version as they are, in continuations through
 * functions of the first module. A continuation must see the drops that the cruise version made,
 * and the other way round.
 */
import { describe, expect, test } from 'vitest';
import type { DebugInstance } from '../../src/engine/runtime/engine.ts';
import { assemble, Debuggee, i32, i64, instructions, pcOf } from './debuggee.ts';
import { behavesAsInV8, each, foreseeing, outcome, type Program, start } from './programs.ts';

const PROGRAMS: Readonly<Record<string, Program>> = {
  'memory.init': {
    text: `(module
      (memory 1)
      (data $a "\\01\\02\\03\\04\\05\\06\\07\\08")
      (data $b "\\ff\\fe")
      (func (export "f") (param $to i32) (param $from i32) (param $n i32) (result i64)
        (memory.init $a (local.get $to) (local.get $from) (local.get $n))
        (memory.init $b (i32.const 2) (i32.const 0) (i32.const 2))
        (i64.load (i32.const 0))))`,
    run: each(
      'f',
      [0, 0, 8],
      [4, 1, 3],
      [0, 8, 0],
      [65536, 0, 0],
      [0, 9, 0],
      [65537, 0, 0],
      [0, 1, 8],
      [65530, 0, 8],
      [-1, 0, 2],
      [0, -1, 2],
      [0, 0, -1],
    ),
  },
  'data.drop': {
    text: `(module
      (memory 1)
      (data $a "abcdefgh")
      (data $used (i32.const 16) "active")
      (func (export "init") (param i32) (result i32)
        (memory.init $a (i32.const 0) (i32.const 0) (local.get 0))
        (i32.load8_u (i32.const 0)))
      (func (export "drop") (data.drop $a) (data.drop $a) (data.drop $used))
      (func (export "active") (param i32)
        (memory.init $used (i32.const 0) (i32.const 0) (local.get 0)))
      (func (export "both") (param i32) (result i32)
        (memory.init $a (i32.const 0) (i32.const 0) (i32.const 1))
        (data.drop $a)
        (memory.init $a (i32.const 0) (i32.const 0) (local.get 0))
        (i32.load8_u (i32.const 0))))`,
    run: (call) => [
      ...each('active', [0], [1])(call),
      ...each('init', [8], [9])(call),
      ...each('both', [0], [1])(call),
      ...each('drop', [])(call),
      ...each('init', [0], [1])(call),
      ...each('active', [0], [1])(call),
    ],
  },
  'table.init': {
    text: `(module
      (type $f (func (result i32)))
      (table $t 4 funcref)
      (table $u 8 funcref)
      (elem $e func $one $two $one)
      (elem $x funcref (ref.func $two) (ref.null func))
      (elem declare func $two)
      (func $one (result i32) (i32.const 1))
      (func $two (result i32) (i32.const 2))
      (func (export "f") (param $to i32) (param $from i32) (param $n i32) (result i32)
        (table.init $u $x (i32.const 6) (i32.const 0) (i32.const 2))
        (table.init $t $e (local.get $to) (local.get $from) (local.get $n))
        (i32.add
          (i32.mul (i32.const 10) (call_indirect $t (type $f) (local.get $to)))
          (call_indirect $u (type $f) (i32.const 6))))
      (func (export "declared") (param i32)
        (table.init $t 2 (i32.const 0) (i32.const 0) (local.get 0)))
      (func (export "drop") (elem.drop $e) (elem.drop 2)))`,
    run: (call) => [
      ...each(
        'f',
        [0, 0, 3],
        [1, 1, 2],
        [3, 1, 1],
        [4, 0, 0],
        [5, 0, 0],
        [0, 4, 0],
        [2, 0, 3],
        [0, 1, 3],
        [-1, 0, 1],
        [0, -1, 1],
        [0, 0, -1],
      )(call),
      ...each('declared', [0], [1])(call),
      ...each('drop', [])(call),
      ...each('f', [0, 0, 0], [0, 0, 1])(call),
    ],
  },
  'memories and tables of 64 bits': {
    text: `(module
      (type $f (func (result i32)))
      (memory i64 1)
      (table $t i64 4 funcref)
      (data $d "\\2a\\2b")
      (elem $e func $one $one)
      (func $one (result i32) (i32.const 1))
      (func (export "memory") (param $to i64) (param $n i32) (result i32)
        (memory.init $d (local.get $to) (i32.const 0) (local.get $n))
        (i32.load8_u (local.get $to)))
      (func (export "table") (param $to i64) (param $n i32) (result i32)
        (table.init $t $e (local.get $to) (i32.const 0) (local.get $n))
        (call_indirect $t (type $f) (local.get $to)))
      (func (export "drop") (data.drop $d) (elem.drop $e)))`,
    run: (call) => {
      const memory = each(
        'memory',
        [5n, 2],
        [65535n, 1],
        [65535n, 2],
        [1n << 32n, 0],
        [-1n, 2],
        [0n, 3],
      );
      const table = each('table', [1n, 2], [3n, 1], [3n, 2], [1n << 32n, 0], [-1n, 2], [0n, 3]);
      return [memory, table, each('drop', []), memory, table].flatMap((run) => run(call));
    },
  },
  'arrays from segments': {
    text: `(module
      (type $bytes (array (mut i8)))
      (type $words (array (mut i32)))
      (type $f (func (result i32)))
      (type $functions (array (mut funcref)))
      (data $d "\\01\\02\\03\\04\\05\\06\\07\\08\\09")
      (elem $e funcref (ref.func $one) (ref.func $two))
      (func $one (result i32) (i32.const 1))
      (func $two (result i32) (i32.const 2))
      (func (export "bytes") (param $from i32) (param $n i32) (result i32) (local $a (ref $bytes))
        (local.set $a (array.new_data $bytes $d (local.get $from) (local.get $n)))
        (array.init_data $bytes $d (local.get $a) (i32.const 1) (local.get $from) (i32.const 2))
        (i32.add
          (i32.shl (array.get_u $bytes (local.get $a) (i32.const 0)) (i32.const 8))
          (array.get_u $bytes (local.get $a) (i32.const 2))))
      (func (export "words") (param $from i32) (param $n i32) (result i32)
        (array.len (array.new_data $words $d (local.get $from) (local.get $n))))
      (func (export "functions") (param $from i32) (param $n i32) (result i32)
        (local $a (ref $functions))
        (local.set $a (array.new_elem $functions $e (local.get $from) (local.get $n)))
        (array.init_elem $functions $e (local.get $a) (i32.const 0) (i32.const 1) (i32.const 1))
        (call_ref $f (ref.cast (ref $f) (array.get $functions (local.get $a) (i32.const 0)))))
      (func (export "null") (array.init_data $bytes $d
        (ref.null $bytes) (i32.const 0) (i32.const 0) (i32.const 0)))
      (func (export "drop") (data.drop $d) (elem.drop $e)))`,
    run: (call) => {
      const all = [
        each('bytes', [0, 3], [5, 4], [0, 2], [8, 1], [9, 0], [10, 0], [0, -1], [-1, 2]),
        each('words', [0, 2], [1, 2], [2, 2], [9, 0], [0, 0x40000000], [10, 0]),
        each('functions', [0, 2], [1, 1], [0, 0], [0, 3], [2, 0], [-1, 2]),
        each('null', []),
      ];
      return [...all, each('drop', []), ...all].flatMap((run) => run(call));
    },
  },
};

behavesAsInV8(PROGRAMS);

describe.each(['cruising', 'stepping', 'from a breakpoint'])('before a trap, %s', (how) => {
  const text = `(module
    (memory 1)
    (memory $wide i64 1)
    (table $t 2 funcref)
    (table $wideTable i64 2 funcref)
    (data $d "abcd")
    (elem $e func $d $d)
    (func $d (export "d") (data.drop $d) (elem.drop $e))
    (func (export "memory.init") (param i32)
      (memory.init $d (i32.const 65533) (i32.const 1) (local.get 0)))
    (func (export "wide") (param i32)
      (memory.init $wide $d (i64.const 65533) (i32.const 1) (local.get 0)))
    (func (export "table.init") (param i32)
      (table.init $t $e (i32.const 0) (i32.const 1) (local.get 0)))
    (func (export "wideTable") (param i32)
      (table.init $wideTable $e (i64.const 1) (i32.const 0) (local.get 0))))`;

  test.each([
    ['memory.init', 'memory.init', [i32(65533), i32(1), i32(4)], 4],
    ['wide', 'memory.init', [i64(65533n), i32(1), i32(4)], 4],
    ['table.init', 'table.init', [i32(0), i32(1), i32(2)], 2],
    ['wideTable', 'table.init', [i64(1n), i32(0), i32(2)], 2],
  ] as const)('%s shows its operands', async (name, at, operands, n) => {
    const debuggee = foreseeing(how === 'stepping' ? 'step' : 'run');
    const { engine } = debuggee;
    const module = engine.loadModule(await assemble(text));
    const instance = engine.instantiate(module);
    if (how === 'from a breakpoint') {
      for (const { pc, name } of instructions(module)) {
        if (name === 'local.get') engine.addBreakpoint(module, pc);
      }
    }
    engine.resume(how === 'stepping' ? 'step' : 'run');
    const attempt = (count: number) => outcome(() => debuggee.call(instance, name, count));
    const traps = () => debuggee.stops.filter(({ event }) => event === 'trap');
    expect(attempt(1)).toBe('undefined');
    expect(traps()).toEqual([]);
    expect(attempt(n)).toContain('RuntimeError');
    expect(traps()).toMatchObject([{ top: { at, operands, locals: [i32(n)] } }]);
    // What remains of a dropped segment is its beginning, at which nothing can be read any more.
    debuggee.call(instance, 'd');
    expect(attempt(1)).toContain('RuntimeError');
    expect(traps()).toHaveLength(2);
    expect(traps()[1]!.top.operands.slice(0, 2)).toEqual(operands.slice(0, 2));
  });
});

const DROPS = `(module
  (memory (export "m") 1)
  (data $d "x")
  (func (export "init") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "drop") (data.drop $d)))`;

test('a drop in one instance leaves the segments of others alone', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(DROPS));
  const [one, two] = [engine.instantiate(module), engine.instantiate(module)];
  // All in continuations, which the instances share as compiled code.
  for (const name of ['memory.init', 'data.drop']) engine.addBreakpoint(module, pcOf(module, name));
  debuggee.call(one, 'drop');
  expect(() => debuggee.call(one, 'init')).toThrow(WebAssembly.RuntimeError);
  debuggee.call(two, 'init');
  const first = ({ exports }: DebugInstance) =>
    new Uint8Array((exports['m'] as WebAssembly.Memory).buffer)[0];
  expect([first(one), first(two)]).toEqual([0, 'x'.charCodeAt(0)]);
  expect(debuggee.stops.map(({ event, top }) => [event, top.at, top.instance.id])).toEqual([
    ['breakpoint', 'data.drop', one.id],
    ['breakpoint', 'memory.init', one.id],
    ['trap', 'memory.init', one.id],
    ['breakpoint', 'memory.init', two.id],
  ]);
});

test.each(['init', 'drop'])('%s sees what other versions of the code have done', async (name) => {
  const bytes = await assemble(DROPS);
  for (const inContinuation of [false, true]) {
    const debuggee = foreseeing('run');
    const { engine } = debuggee;
    const module = engine.loadModule(bytes);
    const instance = engine.instantiate(module);
    // One of the two in the cruise version, the other in a continuation.
    const stopped = inContinuation ? name : name === 'init' ? 'drop' : 'init';
    engine.addBreakpoint(module, pcOf(module, stopped === 'init' ? 'memory.init' : 'data.drop'));
    debuggee.call(instance, 'init');
    debuggee.call(instance, 'drop');
    expect(() => debuggee.call(instance, 'init')).toThrow('memory access out of bounds');
    expect(debuggee.stops.filter(({ event }) => event === 'trap')).toHaveLength(1);
  }
});

test('the functions and globals that are added belong to nobody', async () => {
  const debuggee = new Debuggee();
  const { instance } = start(debuggee, await assemble(DROPS));
  expect(Object.keys(instance.exports)).toEqual(['m', 'init', 'drop']);
  expect(instance.func(1)).toBe(instance.exports['drop']);
  expect(instance.func(2)).toBe(undefined);
  expect(instance.global(0)).toBe(undefined);
});
