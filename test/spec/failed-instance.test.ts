/**
 * Functions of an instance that never came to be: a segment was out of bounds, but those before it
 * have put functions into another module's table, where they can be called and debugged.
 */
import { expect, test } from 'vitest';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../src/engine/runtime/engine.ts';
import { assemble } from './assemble.ts';

const OWNER = `(module
  (table (export "table") 300 funcref)
  (global (export "seven") i32 (i32.const 7))
  (func (export "call") (param i32) (result i32)
    (call_indirect (result i32) (local.get 0))))`;

const OUTER = '(func $outer (result i32) (i32.add (call $inner) (i32.const 1)))';
const INNER = '(func $inner (result i32) (i32.const 41))';
const IMPORTS = '(import "m" "table" (table 300 funcref)) (import "m" "seven" (global $seven i32))';

/** What comes before the segment that is out of bounds, and that segment itself. */
const CASES: readonly (readonly [string, string])[] = [
  ['data after elements', '(memory 1) (elem (i32.const 7) $outer) (data (i32.const 65536) "x")'],
  ['elements after elements', '(elem (i32.const 7) $outer) (elem (i32.const 300) $inner)'],
  [
    'elements by an imported global, twice',
    '(elem (i32.const 7) $outer) (elem (global.get $seven) $outer) (elem (i32.const 299) $outer $inner)',
  ],
  [
    'expressions, and a count that takes two bytes',
    `(elem (i32.const 7) funcref (ref.func $outer) (ref.null func))
     (elem (offset (i32.add (i32.mul (i32.const 100) (i32.const 2)) (i32.const 99)))
       funcref ${'(item ref.func $outer)'.repeat(200)})
     (elem (i32.const 0) $inner)`,
  ],
];

test.each(CASES)('are debugged like any: %s', async (_, segments) => {
  const stops: string[] = [];
  const engine = new Engine({
    memory: createDebugMemory(),
    onStop(event) {
      const frames = engine.activations().flat();
      const names = frames.map(({ fn, pc }) => `${fn.index}@${pc - fn.body.codeStart}`);
      stops.push(`${event.kind} ${names.join(' < ')}`);
      engine.resume('run');
    },
  });
  const owner = engine.instantiate(engine.loadModule(await assemble(OWNER)));
  const text = `(module ${IMPORTS} ${OUTER} ${INNER} ${segments})`;
  const bytes = await assemble(text);
  const failing = engine.loadModule(bytes);
  const imports = { m: owner.exports };
  const plain = (): unknown =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes.slice()), {
      m: { table: new WebAssembly.Table({ element: 'anyfunc', initial: 300 }), seven: 7 },
    });
  const instantiate = (): unknown => engine.instantiate(failing, imports);
  expect(plain).toThrow(WebAssembly.RuntimeError);
  expect(instantiate).toThrow(WebAssembly.RuntimeError);
  const inner = failing.functionAt(1)!;
  engine.addBreakpoint(failing, inner.body.codeStart);
  const call = owner.exports['call'] as (index: number) => number;
  expect(engine.enter(() => call(7))).toBe(42);
  expect(stops.at(-1)).toBe('breakpoint 1@0 < 0@2 < 0@5');
});
