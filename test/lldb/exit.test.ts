/** The program's end: its status, told by exit() and by return, and killing it. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { program } from './support/programs.ts';

describeWithLldb('the end of the program', () => {
  test.each(['-O0', '-O2'])('has its status: %s', async (optimization) => {
    const path = await program('tour', optimization);
    const { answers, ended } = await lldb([path, 'exit'], ['continue']);
    expect(answers[0]).toContain('exited with status = 42');
    expect(ended.status).toBe(42);
  });

  test('comes when it is killed', async () => {
    const { answers, ended } = await lldb(
      [await program('tour')],
      ['breakpoint set -n outer', 'continue', 'process kill'],
    );
    expect(answers[2]).toContain('Process 1 exited with status = 9');
    expect(ended).toMatchObject({ status: 125, stdout: '' });
    expect(ended.stderr).toContain('the client has killed the program');
  });
});
