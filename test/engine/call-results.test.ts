/** Exits behind calls that take the result along, to where it is stored (`call-results.ts`). */
import { expect, test } from 'vitest';
import { CODE_LIMITS } from '../../src/engine/instrument/code-limits.ts';
import { planFunction } from '../../src/engine/instrument/plan.ts';
import { assemble, Debuggee, i32, i64, pcOf } from './debuggee.ts';

const functions = { f: 2 };

/** Results of all kinds, on top of nothing and of what is stored, follows from a local, or is neither. */
const program = (locals: string): string => `(module
  (func $one (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $two (param i64) (result i64 i32) (i64.add (local.get 0) (i64.const 5)) (i32.const 9))
  (func (export "f") (param i32) (result i32) ${locals}
    (i32.add (call $one (local.get 0)) (i32.const 10))
    (local.set 0 (call $one))
    (call $one (local.get 0))
    (call $one (i32.const 70))
    (i32.add)
    (local.set 0)
    (call $two (i64.const 3))
    (call $one)
    drop
    drop
    (call $one (local.get 0))
    (local.set 0)
    (drop (call $one (i32.const 50)))
    (local.get 0)))`;

const withLocals = '(local i32 i64 f32)';

/** Behind each call: the operands there. The program is left at each of those places. */
async function operandsBehindCalls(text: string, sharedResults: boolean): Promise<unknown> {
  let isInside = false;
  const debuggee = new Debuggee(
    ({ top }) => {
      isInside = top.func !== functions.f;
      // Out of the callee, and on from there in code that is not stepped.
      return isInside ? 'step' : 'run';
    },
    { codeLimits: { ...CODE_LIMITS, sharedResults, bareLeaves: 0 } },
  );
  const module = debuggee.engine.loadModule(await assemble(text));
  const instance = debuggee.engine.instantiate(module);
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.const'));
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i64.const'));
  expect(debuggee.call(instance, 'f', 20)).toBe(105);
  return debuggee.stops
    .filter(({ top }) => top.func === functions.f)
    .map(({ top }) => [top.at, top.locals[0], ...top.operands]);
}

test.each([withLocals, ''])(
  'operands are exact behind each call, with locals: %s',
  async (locals) => {
    const shared = await operandsBehindCalls(program(locals), true);
    expect(shared).toEqual([
      ['i32.const', i32(20), i32(21)],
      ['local.set', i32(20), i32(32)],
      ['i32.const', i32(32), i32(33)],
      ['i32.add', i32(32), i32(33), i32(71)],
      ['call', i32(104), i64(8n), i32(9)],
      ['drop', i32(104), i64(8n), i32(10)],
      ['local.set', i32(104), i32(105)],
      ['drop', i32(105), i32(51)],
    ]);
    expect(await operandsBehindCalls(program(locals), false)).toEqual(shared);
  },
);

test('the place is that of most calls', async () => {
  const module = new Debuggee().engine.loadModule(await assemble(program(withLocals))).original;
  const height = (sharedResults: boolean): number =>
    planFunction(module, module.bodies[2]!, { ...CODE_LIMITS, sharedResults }).resultHeight;
  expect(height(true)).toBe(0);
  expect(height(false)).toBe(-1);
});
