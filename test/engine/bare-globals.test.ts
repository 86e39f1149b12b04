/** Functions that are called without checks, and globals by which they find memory, written in between. */
import { expect, test } from 'vitest';
import { assemble, Debuggee } from './debuggee.ts';

const MODULES: Readonly<Record<string, string>> = {
  'by the function itself': `(module (memory 1) (global $g (mut i32) (i32.const 0))
    (func $leaf (result i32)
      (global.set $g (i32.add (global.get $g) (i32.const 65532)))
      (i32.load (i32.sub (global.get $g) (i32.const 65532))))
    (func (export "f") (result i32) (i32.add (call $leaf) (i32.add (call $leaf) (call $leaf)))))`,
  'under another index': `(module
    (import "m" "g" (global $same (mut i32))) (import "m" "g" (global $g (mut i32)))
    (memory 1)
    (func $leaf (result i32) (i32.load (global.get $g)))
    (func (export "f") (result i32)
      (drop (call $leaf)) (global.set $same (i32.const 65535)) (call $leaf)))`,
  'under another index, by the function': `(module
    (import "m" "g" (global $same (mut i32))) (import "m" "g" (global $g (mut i32)))
    (memory 1)
    (func $leaf (result i32)
      (global.set $same (i32.add (global.get $g) (i32.const 65535)))
      (i32.load (global.get $g)))
    (func (export "f") (result i32) (call $leaf)))`,
};

test.each(Object.keys(MODULES))('%s', async (name) => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(await assemble(MODULES[name]!));
  const g = new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
  const instance = debuggee.engine.instantiate(module, { m: { g } });
  expect(() => debuggee.call(instance, 'f')).toThrow('out of bounds');
  expect(debuggee.stops.map(({ event, top }) => `${event} ${top.at} ${top.func}`)).toEqual([
    'trap i32.load 0',
  ]);
});
