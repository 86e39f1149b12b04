/** A debugger component interrupts a real program, through all three threads. */
import { afterAll, expect, test } from 'vitest';
import { buildProbe } from '../support/probe/build.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace[Symbol.dispose]());

// A loop without calls, which ends when the first word of memory is no longer zero.
const ENDLESS = `(module
  (memory 1)
  (func (export "_start") (local i64)
    (loop $again
      (local.set 0 (i64.add (local.get 0) (i64.const 1)))
      (br_if $again (i32.eqz (i32.load (i32.const 0)))))))`;

test('an endless loop without calls is interrupted and goes on', async () => {
  const program = workspace.wat('endless.wasm', ENDLESS);
  const debuggerArgs = ['-D', await buildProbe(), '--debugger-arg=interrupts'];
  const { status, stderr } = await witness(['run', ...debuggerArgs, program]);
  const said = stderr.split('\n').map((line) => line.replace(/^\[[^\]]*\] /, ''));
  // ready: 1 is the clock; the pc is that of the loop's first instruction.
  const turn = ['ready: 1', 'interrupted at 44, running'];
  expect(said).toEqual([...turn, ...turn, ...turn, 'complete', '']);
  expect(status).toBe(0);
});
