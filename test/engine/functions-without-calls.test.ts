/** Functions that call nothing find their frame by the debug memory alone, also after exceptions. */
import { expect, test } from 'vitest';
import { STACK } from '../../src/engine/instrument/layout.ts';
import { assemble, Debuggee, i32 } from './debuggee.ts';

test.each(['catch', 'catch_ref'])('one that catches its own exception with %s', async (clause) => {
  const drop = clause === 'catch' ? '' : 'drop';
  const result = clause === 'catch' ? '(result i32)' : '(result i32 exnref)';
  const text = `(module (tag $t (param i32))
    (func (export "f") (param i32) (result i32) (local $caught i32)
      (block $h ${result}
        (try_table (${clause} $t $h) (throw $t (local.get 0)))
        unreachable)
      ${drop}
      (local.set $caught)
      (i32.div_u (i32.const 1) (i32.sub (local.get $caught) (local.get 0)))))`;
  const bases: number[] = [];
  const debuggee = new Debuggee((_, { engine }) => {
    bases.push(engine.activations()[0]![0]!.base);
    return 'run';
  });
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(text)));
  expect(() => debuggee.call(instance, 'f', 7)).toThrow(WebAssembly.RuntimeError);
  const found = debuggee.stops.map(({ event, top }) => [event, top.at, top.locals, top.operands]);
  expect(found).toEqual([
    ['exception', 'throw', [i32(7), i32(0)], [i32(7)]],
    ['trap', 'i32.div_u', [i32(7), i32(7)], [i32(1), i32(0)]],
  ]);
  expect(bases).toEqual([STACK, STACK]);
});

test('one with references has them in arrays that are renewed, if only dead code of it calls', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(
    await assemble(`(module
      (func $callee)
      (func $f (local exnref) (local.set 0 (ref.null exn)) return (call $callee))
      (func (export "repeat") (param i32)
        (loop $next
          (call $f)
          (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`),
  );
  debuggee.call(debuggee.engine.instantiate(module), 'repeat', 100_000);
  expect(debuggee.stops).toEqual([]);
});
