/** What is passed over without a closer look is what a closer look finds nothing in. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CODE_LIMITS } from '../../../src/engine/instrument/code-limits.ts';
import { countedLoop, mayBeCounted } from '../../../src/engine/instrument/counted-loop.ts';
import { LeafWalk, mayBeBare } from '../../../src/engine/instrument/leaf-walk.ts';
import { type FunctionPlan, planFunction } from '../../../src/engine/instrument/plan.ts';
import { decodeModule, type Module } from '../../../src/wasm/module.ts';
import { assemble } from '../debuggee.ts';

interface Found {
  readonly counted: number;
  readonly bare: number;
  /** Which were passed over, of those that were not found. */
  readonly passedOver: { readonly loops: number; readonly functions: number };
}

/** Looks at everything, and fails for what would have been passed over wrongly. */
function find(module: Module): Found {
  const found = { counted: 0, bare: 0, passedOver: { loops: 0, functions: 0 } };
  for (const body of module.bodies) {
    const plan = planFunction(module, body, CODE_LIMITS);
    for (const [loop, effects] of plan.loops) {
      const isCounted = countedLoop(module, plan.localTypes, loop, body.end) !== undefined;
      const isPassedOver = !mayBeCounted(module, loop, effects);
      if (isCounted) found.counted++;
      if (isPassedOver) found.passedOver.loops++;
      expect(isCounted && isPassedOver, `the loop at ${loop}`).toBe(false);
    }
    const isBare = leafWalk(plan).follow();
    const isPassedOver = !mayBeBare(module, body);
    if (isBare) found.bare++;
    if (isPassedOver) found.passedOver.functions++;
    expect(isBare && isPassedOver, `the function at ${body.codeStart}`).toBe(false);
  }
  return found;
}

function leafWalk(plan: FunctionPlan): LeafWalk {
  const nothing = { loops: undefined, fresh: undefined, derived: undefined };
  const fn = { ...plan, ...nothing, writesBelow: undefined, derivesOperands: false };
  return new LeafWalk(plan.module, plan.body, fn, plan.params.length);
}

const TEXT = `(module
  (memory 1)
  (func $called)
  (func (param i32)
    (loop $l
      (i32.store (local.get 0) (i32.const 1))
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400)))))
  (func (param i32)
    (loop $l
      (call $called)
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400)))))
  (func (param i32)
    (loop $l
      (loop $inner (br_if $inner (local.get 0)))
      (br_if $l (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 4))) (i32.const 400)))))
  (func (param i32) (loop $l (local.get 0) (br_if 1) (drop (i32.const 0)) (br $l)))
  (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (param i32) (result i32) (return (local.get 0)) (call $called))
  (func (param i32) (result i32) (call $called) (local.get 0)))`;

/** The only `br_if 0` in a function, with label 0 in five bytes. */
const PADDED = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 1, 0x7f, 0], // (type (func (param i32)))
  ...[3, 2, 1, 0], // one function
  ...[10, 22, 1, 20, 0, 0x03, 0x40], // (loop
  ...[0x20, 0, 0x41, 1, 0x6a, 0x22, 0], // local.get 0, i32.const 1, i32.add, local.tee 0
  ...[0x0d, 0x80, 0x80, 0x80, 0x80, 0, 0x0b, 0x01, 0x01, 0x0b], // br_if 0) nop nop
]);

describe('counted loops and bare functions', () => {
  test('in functions written for this', async () => {
    expect(find(decodeModule(await assemble(TEXT)))).toEqual({
      counted: 1,
      bare: 3,
      passedOver: { loops: 3, functions: 5 },
    });
  });

  test('with a label in a longer encoding than it needs', () => {
    expect(WebAssembly.validate(PADDED)).toBe(true);
    expect(find(decodeModule(PADDED)).counted).toBe(1);
  });

  test('in a program from C', () => {
    const file = fileURLToPath(import.meta.resolve('sql.js/dist/sql-wasm.wasm'));
    const { counted, bare, passedOver } = find(decodeModule(new Uint8Array(readFileSync(file))));
    expect(counted).toBeGreaterThan(0);
    expect(bare).toBeGreaterThan(0);
    expect(passedOver.loops).toBeGreaterThan(0);
    expect(passedOver.functions).toBeGreaterThan(0);
  });
});
