/** Traps (contract: events). */
import { describe, expect, test } from 'vitest';
import { assemble, Debuggee, i32, i64, pcOf } from './debuggee.ts';

/** Function bodies that trap, with what the stop must show. */
const TRAPS: readonly [name: string, body: string, at: string, operands: readonly string[]][] = [
  ['unreachable', 'i32.const 4 unreachable', 'unreachable', [i32(4)]],
  ['division', 'i32.const 7 i32.const 0 i32.div_u drop', 'i32.div_u', [i32(7), i32(0)]],
  [
    'overflow',
    'i64.const 0x8000000000000000 i64.const -1 i64.div_s drop',
    'i64.div_s',
    [i64(-(2n ** 63n)), i64(-1n)],
  ],
  ['remainder', 'i64.const 5 i64.const 0 i64.rem_s drop', 'i64.rem_s', [i64(5n), i64(0n)]],
  ['conversion', 'f64.const nan i32.trunc_f64_s drop', 'i32.trunc_f64_s', ['f64:7ff8000000000000']],
  [
    'conversion of f32',
    'f32.const 0x1p63 i64.trunc_f32_s drop',
    'i64.trunc_f32_s',
    ['f32:5f000000'],
  ],
  ['load', 'i32.const 3 i32.const 65533 i32.load drop drop', 'i32.load', [i32(3), i32(65533)]],
  ['store', 'i32.const -1 i64.const 8 i64.store offset=1', 'i64.store', [i32(-1), i64(8n)]],
  ['vector load', 'i32.const 65521 v128.load drop', 'v128.load', [i32(65521)]],
  [
    'fill',
    'i32.const 65535 i32.const 1 i32.const 2 memory.fill',
    'memory.fill',
    [i32(65535), i32(1), i32(2)],
  ],
  [
    'copy',
    'i32.const 0 i32.const 65535 i32.const 2 memory.copy',
    'memory.copy',
    [i32(0), i32(65535), i32(2)],
  ],
  ['table index', 'i32.const 9 call_indirect', 'call_indirect', [i32(9)]],
  ['null function', 'i32.const 1 call_indirect', 'call_indirect', [i32(1)]],
  [
    'signature',
    'f32.const 1 i32.const 0 call_indirect (param f32)',
    'call_indirect',
    ['f32:3f800000', i32(0)],
  ],
  ['tail call', 'i32.const 9 return_call_indirect', 'return_call_indirect', [i32(9)]],
  ['alignment', 'i32.const 1 i32.atomic.load drop', 'i32.atomic.load', [i32(1)]],
];

const program = (body: string): string => `(module
  (memory (export "memory") 1 1 shared)
  (table 2 funcref)
  (elem (i32.const 0) $callee)
  (func $callee)
  (func $trap (param i32) (local $l i64) (local.set $l (i64.const 11)) ${body})
  (func (export "f") i32.const 100 (call $trap (i32.const 200)) drop))`;

describe.each(TRAPS)('%s', (_, body, at, operands) => {
  test.each(['cruising', 'stepping', 'with a breakpoint there'])('%s', async (how) => {
    const bytes = (await assemble(program(body))) as Uint8Array<ArrayBuffer>;
    const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    const message = messageOf(() => (plain['f'] as () => void)());
    const debuggee = new Debuggee(() => (how === 'stepping' ? 'step' : 'run'));
    const { engine } = debuggee;
    const module = engine.loadModule(bytes);
    const instance = engine.instantiate(module);
    if (how === 'with a breakpoint there') engine.addBreakpoint(module, pcOf(module, at));
    engine.resume(how === 'stepping' ? 'step' : 'run');
    // Resumed normally, the trap happens, with the message that plain V8 gives.
    expect(messageOf(() => debuggee.call(instance, 'f'))).toBe(message);
    const traps = debuggee.stops.filter(({ event }) => event === 'trap');
    expect(traps).toHaveLength(1);
    expect(debuggee.stops.at(-1)).toBe(traps[0]);
    expect(traps[0]!.activations[0]).toMatchObject([
      { func: 1, at, locals: [i32(200), i64(11n)], operands },
      { func: 2, at: 'drop', operands: [i32(100), i32(200)] },
    ]);
    if (how === 'cruising') expect(debuggee.stops).toHaveLength(1);
  });
});

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(WebAssembly.RuntimeError);
    return (error as Error).message;
  }
  throw new Error('no trap');
}

test('a trap that JavaScript catches is reported, and the program goes on', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (import "host" "attempt" (func $attempt (result i32)))
      (func (export "fail") unreachable)
      (func (export "f") (result i32) (i32.add (call $attempt) (call $attempt))))`),
  );
  const attempt = (): number => {
    try {
      (instance.exports['fail'] as () => void)();
      return 0;
    } catch {
      return 21;
    }
  };
  const instance = debuggee.engine.instantiate(module, { host: { attempt } });
  expect(debuggee.call(instance, 'f')).toBe(42);
  expect(debuggee.stops.map(({ event, activations }) => [event, activations.length])).toEqual([
    ['trap', 2],
    ['trap', 2],
  ]);
});

test('with native traps a trap is reported once, with its pc and exact callers', async () => {
  const debuggee = new Debuggee(() => 'run', { traps: 'native' });
  const bytes = await assemble(program('i32.const 7 i32.const 0 i32.div_u drop'));
  const module = debuggee.engine.loadModule(bytes);
  const instance = debuggee.engine.instantiate(module);
  expect(() => debuggee.call(instance, 'f')).toThrow('divide by zero');
  expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
  const [frames] = debuggee.stops[0]!.activations;
  expect(frames!.map(({ at }) => at)).toEqual(['i32.div_u', 'drop']);
  expect(frames![1]!.operands).toEqual([i32(100), i32(200)]);
});

// V8 keeps ten frames of a trap unless Error.stackTraceLimit said more when it happened.
test('with native traps the frames of a deep stack are all there', async () => {
  const debuggee = new Debuggee(() => 'run', { traps: 'native' });
  const bytes = await assemble(`(module (func $down (export "f") (param $n i32)
    (if (i32.eqz (local.get $n)) (then unreachable))
    (call $down (i32.sub (local.get $n) (i32.const 1)))))`);
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  expect(() => debuggee.call(instance, 'f', 30)).toThrow('unreachable');
  const [frames] = debuggee.stops[0]!.activations;
  expect(frames!.slice(1).map(({ locals }) => locals[0])).toEqual(
    Array.from({ length: 30 }, (_, n) => i32(n + 1)),
  );
});

test('an offset that no address of 64 bits can be added to is foreseen', async () => {
  const debuggee = new Debuggee();
  const text = `(module (memory i64 1)
    (func (export "f") (drop (v128.load offset=0xfffffffffffffff8 (i64.const 0)))))`;
  const module = debuggee.engine.loadModule(await assemble(text));
  const instance = debuggee.engine.instantiate(module);
  expect(() => debuggee.call(instance, 'f')).toThrow('memory access out of bounds');
  expect(debuggee.stops).toMatchObject([{ event: 'trap', top: { at: 'v128.load' } }]);
  expect(debuggee.stops[0]!.top.operands).toEqual(['i64:0000000000000000']);
});

// What is known of a local before a loop holds in the first round only, if the loop writes it.
test('a load in a loop is checked in every round, though one like it came before the loop', async () => {
  const debuggee = new Debuggee();
  const bytes = await assemble(`(module (memory 1)
    (func (export "f") (param $at i32) (result i32)
      (local $sum i32)
      (local.set $sum (i32.load (local.get $at)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (i32.load (local.get $at))))
        (call $further)
        (local.set $at (i32.add (local.get $at) (i32.const 30000)))
        (br_if $again (i32.lt_u (local.get $at) (i32.const 100000))))
      (local.get $sum))
    (func $further))`);
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  expect(() => debuggee.call(instance, 'f', 0)).toThrow('memory access out of bounds');
  expect(debuggee.stops).toMatchObject([{ event: 'trap', top: { at: 'i32.load' } }]);
  expect(debuggee.stops[0]!.top.locals[0]).toBe(i32(90_000));
});
