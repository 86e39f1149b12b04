/** What small functions that are called without checks might do to memory is looked at before. */
import { expect, test } from 'vitest';
import { BareLeaves } from '../../src/engine/instrument/bare-leaves.ts';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { InstructionReader } from '../../src/wasm/instructions.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { assemble, Debuggee } from './debuggee.ts';
import { planOf } from './instrument/plans.ts';
import { outcome } from './oracle/scenario.ts';

/** Arguments and a local in memory, at the stack pointer less 16. */
const FRAME = `(local.set $fp (i32.sub (global.get $sp) (i32.const 16)))
  (i32.store offset=12 (local.get $fp) (local.get $q))
  (i32.store offset=8 (local.get $fp) (local.get $v))`;
const Q = '(i32.load offset=12 (local.get $fp))';
const V = '(i32.load offset=8 (local.get $fp))';

/** The function, which arguments make it trap, and whether it may be called without checks. */
const LEAVES: readonly [name: string, bare: boolean, body: string, q: number, v: number][] = [
  ['one access', true, '(i32.load (local.get $q))', 65_533, 0],
  ['at an offset', true, '(i32.load offset=65532 (local.get $q))', 1, 0],
  ['that wraps around', true, '(i32.load (i32.sub (local.get $q) (i32.const 4)))', 0, 0],
  [
    'lowest not first',
    true,
    '(i32.add (i32.load (local.get $q)) (i32.load (i32.sub (local.get $q) (i32.const 8))))',
    4,
    0,
  ],
  [
    'in an arm',
    true,
    '(if (result i32) (local.get $v) (then (i32.load8_u (local.get $q))) (else (i32.const 1)))',
    65_536,
    1,
  ],
  ['of a vector', true, '(i32x4.extract_lane 0 (v128.load (local.get $q)))', 65_521, 0],
  [
    'of the second argument',
    true,
    '(i64.store (local.get $v) (i64.const 1)) (local.get $q)',
    0,
    -8,
  ],
  ['by arguments in memory', true, `${FRAME} (i32.store ${Q} ${V}) (i32.const 1)`, 65_535, 0],
  [
    'by an argument that has been overwritten through itself',
    true,
    `${FRAME} (i32.store ${Q} ${V}) (i32.load ${Q})`,
    1020,
    -16,
  ],
  [
    'by what one arm has stored in its place',
    false,
    `${FRAME} (if (local.get $v) (then (i32.store offset=12 (local.get $fp) (i32.const 64)))) (i32.load ${Q})`,
    65_536,
    0,
  ],
  [
    'by a local that one arm has written',
    false,
    '(if (local.get $v) (then (local.set $q (i32.const 64)))) (i32.load (local.get $q))',
    65_536,
    0,
  ],
  [
    'by what is stored over a part of it',
    false,
    `${FRAME} (i32.store8 offset=15 (local.get $fp) (local.get $v)) (i32.load ${Q})`,
    4,
    1,
  ],
  [
    'behind a block that may have been left',
    false,
    '(block $b (br_if $b (local.get $v)) (local.set $q (i32.const 64))) (i32.load (local.get $q))',
    65_536,
    1,
  ],
  ['by what has been loaded', false, '(i32.load (i32.load (local.get $q)))', 65_536, 0],
  [
    'by a sum of arguments',
    false,
    '(i32.load (i32.add (local.get $q) (local.get $v)))',
    65_000,
    65_000,
  ],
  ['by a constant', false, '(i32.load (i32.const 65533))', 0, 0],
  ['of a division', false, '(i32.div_s (local.get $q) (local.get $v))', 1, 0],
  ['of a division by -1', false, '(i32.div_s (local.get $q) (i32.const -1))', -0x8000_0000, 0],
  ['of a conversion', false, '(i32.trunc_f32_s (f32.convert_i32_u (local.get $q)))', -1, 0],
  [
    'because of a global that it sets',
    true,
    '(global.set $g (local.get $q)) (i32.load (global.get $g))',
    65_536,
    0,
  ],
];

function program(body: string): string {
  return `(module
    (memory (export "memory") 1 3)
    (global $sp (mut i32) (i32.const 1024))
    (global $g (mut i32) (i32.const 8))
    (func $leaf (param $q i32) (param $v i32) (result i32) (local $fp i32) ${body})
    (func $other (global.set $sp (i32.const 8)) (call $nothing))
    (func $nothing)
    (func (export "f") (param $q i32) (param $v i32) (result i32) (local $a i32)
      (local.set $a (i32.const 7))
      (i32.mul (i32.add (local.get $a) (local.get $v))
        (call $leaf (local.get $q) (local.get $v))))
    (func (export "last") (param $q i32)
      (drop (call $leaf (local.get $q) (i32.const 1)))
      (call $other)
      (drop (call $leaf (local.get $q) (i32.const 1)))))`;
}

async function isBare(text: string): Promise<boolean> {
  const plan = await planOf(text);
  const { module } = plan;
  const caller = module.bodies[3]!;
  const reader = new InstructionReader(module.bytes, caller.codeStart, caller.end);
  while (reader.read()) if (reader.op === Op.call) break;
  const innermost = { guarded: false };
  const leaves = BareLeaves.of(module, CODE_LIMITS);
  return leaves.called(reader, { innermost } as never) !== undefined;
}

test.each(LEAVES)('a trap %s', async (_, bare, body, q, v) => {
  const text = program(body);
  expect(await isBare(text)).toBe(bare);
  const bytes = await assemble(text);
  const stops = [CODE_LIMITS.bareLeaves, 0].map((bareLeaves) => {
    const debuggee = new Debuggee(() => 'run', { codeLimits: { ...CODE_LIMITS, bareLeaves } });
    const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
    // Most are fine with other arguments, before and after.
    outcome(() => debuggee.call(instance, 'f', 512, 2));
    const before = debuggee.stops.length;
    expect(() => debuggee.call(instance, 'f', q, v)).toThrow(WebAssembly.RuntimeError);
    expect(debuggee.stops).toHaveLength(before + 1);
    outcome(() => debuggee.call(instance, 'f', 512, 2));
    return debuggee.stops.map(({ event, activations }) => ({
      event,
      frames: activations[0]!.map(({ func, at, locals, operands }) => [func, at, locals, operands]),
    }));
  });
  expect(stops[0]).toEqual(stops[1]);
  for (const { frames } of stops[0]!) expect(frames.map(([func]) => func)).toEqual([0, 3]);
});

test('a global is looked at again when other code may have set it', async () => {
  const bytes = await assemble(program(`${FRAME} ${Q}`));
  const debuggee = new Debuggee();
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  expect(() => debuggee.call(instance, 'last', 5)).toThrow(WebAssembly.RuntimeError);
  expect(debuggee.stops.map(({ event, top }) => [event, top.func, top.at])).toEqual([
    ['trap', 0, 'i32.store'],
  ]);
});
