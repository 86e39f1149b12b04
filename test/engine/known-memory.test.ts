/** What ends the knowledge of memory, and what does not: one small function each. */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { assemble, Debuggee, pcOf } from './debuggee.ts';
import { outcome } from './oracle/scenario.ts';

/** Loads before, the bodies of functions of an address $p and another $q, and loads behind. */
const BODIES: Readonly<Record<string, string>> = {
  'a store from below': `(i32.store offset=2 (local.get $p) (i32.const 0x01020304)) ${load('offset=4')}`,
  'a store from above': `(local.set $x (i64.load offset=4 (local.get $p)))
    (i32.store offset=10 (local.get $p) (i32.const 5))
    (local.set $x (i64.mul (local.get $x) (i64.load offset=4 (local.get $p))))
    (local.set $a (i32.wrap_i64 (i64.shr_u (local.get $x) (i64.const 32))))`,
  'places far apart': `(local.set $a (i32.load offset=260 (local.get $p)))
    (local.set $a (i32.sub (local.get $a) (i32.load offset=4 (local.get $p))))
    (local.set $a (i32.mul (local.get $a) (i32.load offset=4 (i32.add (local.get $p) (i32.const 256)))))
    ${load('offset=4')}`,
  'a store inside': `(i32.store8 offset=6 (local.get $p) (i32.const 77)) ${load('offset=4')}`,
  'a store around': `(i64.store offset=2 (local.get $p) (i64.const -9)) ${load('offset=4')}`,
  'stores beside': `(i32.store offset=0 (local.get $p) (i32.const 7))
    (i32.store offset=8 (local.get $p) (i32.const 7)) ${load('offset=4')}`,
  'a store that overlaps by a sum': `(i32.store (i32.add (local.get $p) (i32.const 6)) (i32.const 5))
    ${load('offset=4')}`,
  'a store at another address': `(i32.store offset=4 (local.get $q) (i32.const 5)) ${load('offset=4')}`,
  'a store through the other index': `(i32.store $same offset=2 (local.get $p) (i32.const 5))
    ${load('offset=4')}`,
  'the same sum, beyond the end': `(local.set $a (i32.load (i32.add (local.get $p) (i32.const 4))))
    (local.set $p (i32.sub (local.get $p) (i32.const 0x200))) ${load('offset=0x204')}`,
  'an address that wraps': `(local.set $a (i32.load (local.get $p)))
    (local.set $a (i32.load offset=0x10 (i32.sub (local.get $p) (i32.const 0x10))))
    (local.set $a (i32.add (local.get $a) (i32.load (local.get $p))))`,
  'a local that is written': `(local.set $a (i32.load offset=4 (local.get $p)))
    (local.set $a (i32.add (local.get $a) (i32.const 1))) ${load('offset=4')}`,
  'more values than locals': `${loads(40)} ${loads(40)} ${loads(24)} ${loads(24)}`,
  'a narrow store': `(i32.store8 offset=4 (local.get $p) (i32.const 0x1ff))
    (local.set $a (i32.add (i32.load8_u offset=4 (local.get $p)) (i32.load8_s offset=4 (local.get $p))))
    (i32.store16 offset=4 (local.get $p) (i32.const 0x3ffff))
    (local.set $a (i32.add (i32.shl (local.get $a) (i32.const 8)) (i32.load16_u offset=4 (local.get $p))))
    (local.set $a (i32.add (local.get $a) (i32.load16_s offset=4 (local.get $p))))`,
  'a signaling NaN': `(f32.store offset=4 (local.get $p) (f32.const nan:0x200001))
    (local.set $a (i32.reinterpret_f32 (f32.load offset=4 (local.get $p))))
    (i32.store offset=4 (local.get $p) (i32.const 0x7fa00002))
    (local.set $f (f32.load offset=4 (local.get $p)))
    (local.set $a (i32.xor (local.get $a) (i32.reinterpret_f32 (f32.load offset=4 (local.get $p)))))`,
  'one arm': `(if (local.get $q) (then (local.set $a (i32.load offset=4 (local.get $p)))))
    ${load('offset=4')}`,
  'a store in one arm': `(local.set $a (i32.load offset=4 (local.get $p)))
    (if (local.get $q) (then (i32.store offset=4 (local.get $p) (i32.const 9)))
      (else (local.set $a (i32.load offset=4 (local.get $p))))) ${load('offset=4')}`,
  'the way back of a loop': `(loop $l ${load('offset=4')}
    (i32.store offset=4 (local.get $p) (i32.add (i32.load offset=4 (local.get $p)) (i32.const 3)))
    (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 5))))
    ${load('offset=4')}`,
  'an exception': `(block $b (try_table (catch_all $b) (i32.store offset=4 (local.get $p) (i32.const 1))
    (call $throw (local.get $p)))) ${load('offset=4')}`,
  'a small function that reads': `(drop (call $read (local.get $p))) ${load('offset=4')}`,
  'one that writes there': `(call $write (local.get $p)) ${load('offset=4')}`,
  'one that writes beside': `(call $write (i32.add (local.get $p) (i32.const 6))) ${load('offset=4')}`,
  'one that writes elsewhere': `(call $write (local.get $q)) ${load('offset=4')}`,
  'one that writes at a constant': `(i32.store (i32.const 64) (i32.const 8))
    (local.set $a (i32.load (i32.const 64))) (call $writeConstant)
    (local.set $a (i32.sub (local.get $a) (i32.load (i32.const 64)))) ${load('offset=4')}`,
  'one whose frame is below': `(local.set $p (i32.sub (global.get $sp) (i32.const 64)))
    (global.set $sp (local.get $p)) (i32.store offset=60 (local.get $p) (i32.const 5))
    (i32.store (local.get $p) (i32.const 6)) (call $frame (i32.const 1) (i32.const 2))
    (local.set $a (i32.add (i32.load offset=60 (local.get $p)) (i32.load (local.get $p))))
    (i32.store (local.get $p) (local.get $a))
    (global.set $sp (i32.add (local.get $p) (i32.const 8))) (call $frame (i32.const 3) (i32.const 4))
    (local.set $a (i32.sub (i32.load (local.get $p)) (i32.load offset=60 (local.get $p))))
    (global.set $sp (i32.add (local.get $p) (i32.const 64)))`,
  growth: `(drop (memory.grow $memory (i32.const 1))) ${load('offset=4')}`,
};

function load(offset: string): string {
  const get = `(i32.load ${offset} (local.get $p))`;
  return `(local.set $a (i32.add (i32.mul (local.get $a) (i32.const 31)) (i32.add ${get} ${get})))`;
}

function loads(count: number): string {
  return Array.from({ length: count }, (_, i) => load(`offset=${4 * i}`)).join(' ');
}

const TEXT = `(module
  (import "m" "memory" (memory $memory 1 3)) (import "m" "memory" (memory $same 1 3))
  (tag $tag)
  (global $sp (mut i32) (i32.const 4096))
  (func $read (param $p i32) (result i32) (i32.load (local.get $p)))
  (func $write (param $p i32) (i32.store offset=2 (local.get $p) (i32.const 0x11223344)))
  (func $writeConstant (i32.store16 (i32.const 65) (i32.const 3)))
  (func $frame (param $x i32) (param $y i32) (local $fp i32)
    (local.set $fp (i32.sub (global.get $sp) (i32.const 16)))
    (i32.store offset=12 (local.get $fp) (local.get $x))
    (i32.store offset=8 (local.get $fp) (i32.load offset=12 (local.get $fp)))
    (i32.store offset=4 (local.get $fp) (local.get $y)))
  (func $throw (param $p i32) (i32.store offset=4 (local.get $p) (i32.const 6)) (throw $tag))
  ${Object.values(BODIES)
    .map(
      (body, i) => `(func (export "f${i}") (param $p i32) (param $q i32) (result i32)
      (local $a i32) (local $n i32) (local $x i64) (local $f f32)
      ${load('offset=4')} ${body} ${load('offset=4')} (local.get $a))`,
    )
    .join('\n')})`;

const ARGUMENTS = [
  [0, 0],
  [64, 64],
  [64, 62],
  [64, 1],
  [65530, 0],
  [8, 8],
  [0x100, 0],
] as const;

test.each(Object.keys(BODIES))('%s', async (name) => {
  const bytes = await assemble(TEXT);
  const i = Object.keys(BODIES).indexOf(name);
  const run = (instantiate: (imports: WebAssembly.Imports) => WebAssembly.Exports): string[] =>
    ARGUMENTS.map((args) => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 });
      const view = new Uint8Array(memory.buffer);
      for (let at = 0; at < view.length; at++) view[at] = at * 5 + (at >> 8) * 3 + 1;
      const f = instantiate({ m: { memory } })[`f${i}`] as (...args: readonly number[]) => unknown;
      return outcome(() => f(...args));
    });
  const compiled = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  const plain = run((imports) => new WebAssembly.Instance(compiled, imports).exports);
  for (const traps of ['exact', 'native'] as const) {
    for (const forwardLoads of [false, true]) {
      const debuggee = new Debuggee(() => 'run', {
        traps,
        codeLimits: { ...CODE_LIMITS, forwardLoads },
      });
      const { engine } = debuggee;
      const module = engine.loadModule(bytes);
      const results = run((imports) => {
        const { exports } = engine.instantiate(module, imports);
        const f = exports[`f${i}`] as (...args: readonly number[]) => unknown;
        return { [`f${i}`]: ((...args: number[]) => engine.enter(() => f(...args))) as never };
      });
      expect([traps, forwardLoads, results]).toEqual([traps, forwardLoads, plain]);
    }
  }
});

test.each(['run', 'step'] as const)('a debugger that writes between loads (%s)', async (onward) => {
  const bytes = await assemble(`(module (memory (export "memory") 1)
    (func (export "f") (param $p i32) (result i32) (local $a i32)
      (local.set $a (i32.load (local.get $p)))
      (local.set $a (i32.add (local.get $a) (i32.load (local.get $p))))
      nop
      (i32.add (local.get $a) (i32.load (local.get $p)))))`);
  const debuggee = new Debuggee(({ top: { at, instance } }) => {
    const { buffer } = instance.exports['memory'] as WebAssembly.Memory;
    if (at === 'nop') new Int32Array(buffer)[0]! += 100;
    return onward;
  });
  const { engine } = debuggee;
  const module = engine.loadModule(bytes);
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  const instance = engine.instantiate(module);
  // Twice what was there, then what the debugger has written; the next time that is there.
  expect([debuggee.call(instance, 'f', 0), debuggee.call(instance, 'f', 0)]).toEqual([100, 400]);
});
