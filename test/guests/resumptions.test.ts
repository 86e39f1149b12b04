/** A debugger component resumes a real program in every way, through all three threads. */
import { afterAll, expect, test } from 'vitest';
import { assemble } from '../engine/debuggee.ts';
import { buildProbe } from '../support/probe/build.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace[Symbol.dispose]());

// Ends without a trap only if function 3 returns 70.
const PROGRAM = `(module
  (tag (param i32))
  (func $add (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
  (func $bad unreachable)
  (func $inner (result i32) unreachable)
  (func $outer (result i32)
    (block $caught (result i32)
      (try_table (catch 0 $caught) (drop (call $inner)))
      i32.const 0)
    unreachable)
  (func (export "_start")
    (if (i32.ne (call $outer) (i32.const 70)) (then unreachable))))`;

test('early returns, injected calls, exceptions, and what is refused', async () => {
  const program = workspace.file('resumed.wasm', await assemble(PROGRAM));
  const debuggerArgs = ['-D', await buildProbe(), '--debugger-arg=resumptions'];
  const { status, stderr } = await witness(['run', ...debuggerArgs, program]);
  const said = stderr.split('\n').map((line) => line.replace(/^\[[^\]]*\] /, ''));
  expect(said).toEqual([
    'refused invalid-frame',
    'trap in 2',
    'injected-call-return 42 in 2',
    'refused mismatched-type',
    'trap in 1,2',
    'failed execution-trap in 2',
    'refused mismatched-type in 2',
    'refused mismatched-type',
    'trap in 3',
    'complete',
    '',
  ]);
  expect(status).toBe(0);
});
