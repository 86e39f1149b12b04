/** A program for tests of injected calls, and what its stop looks like. */
import { expect } from 'vitest';
import type { Resumption } from '../../src/engine/runtime/engine.ts';
import { type Debuggee, i32, pcOf, type Stop } from './debuggee.ts';
import { load } from './resumptions.ts';

/** Functions to inject, and a caller with locals and operands that must stay. */
export const PROGRAM = `(module
  (import "host" "call" (func $host (result i32)))
  (tag $tag (param i32))
  (global $count (export "count") (mut i32) (i32.const 0))
  (func $add (export "add") (param i32 i32) (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.add (local.get 0) (local.get 1)))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.div_u (local.get 0) (local.get 1)))
  (func (export "indirect") (result i32) (i32.add (call $add (i32.const 3) (i32.const 4)) (i32.const 1)))
  (func (export "throws") (throw $tag (i32.const 9)))
  (func (export "catches") (result i32)
    (block $caught (result i32)
      (try_table (catch $tag $caught) (throw $tag (i32.const 9)))
      (i32.const 0)))
  (export "host" (func $host))
  (func (export "asks") (result i32) (i32.or (i32.const 60) (i32.eqz (call $host))))
  (func $callee (param $n i32) (result i32) (local $l i64)
    (local.set $l (i64.const 77))
    (i32.add (local.get $n) (i32.sub (local.get $n) (i32.const 1))))
  (func (export "f") (param $n i32) (result i32)
    i32.const 100
    (call $callee (local.get $n))
    i32.add)
  (func (export "trap") (result i32) (i32.add (i32.const 5) (i32.load8_u (i32.const -1))))
  (memory 0))`;

export const host = (call: () => unknown = () => 1): WebAssembly.Imports => ({ host: { call } });

/** Stops at `i32.sub` in `$callee`, does something there, and then goes on. */
export async function stopped(
  onStop: (stop: Stop, debuggee: Debuggee, n: number) => Resumption | 'run' | 'step',
  imports = host(),
) {
  let n = 0;
  const loaded = await load(
    PROGRAM,
    (stop, debuggee) => {
      const onward = onStop(stop, debuggee, n++);
      return typeof onward === 'string' ? onward : ['run', onward];
    },
    imports,
  );
  loaded.debuggee.engine.addBreakpoint(loaded.module, pcOf(loaded.module, 'i32.sub'));
  return loaded;
}

export const AT_SUB = [
  { at: 'i32.sub', locals: [i32(6), 'i64:000000000000004d'], operands: [i32(6), i32(6), i32(1)] },
  { at: 'i32.add', locals: [i32(6)], operands: [i32(100), i32(6)] },
];

/** At the original point, with everything as it was. */
export function expectOriginal(stop: Stop | undefined): void {
  expect(stop?.activations).toMatchObject([AT_SUB]);
  expect(stop?.activations[0]).toHaveLength(2);
}
