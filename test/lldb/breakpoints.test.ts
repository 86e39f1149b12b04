/** Breakpoints by function, by file and line, by address; with conditions; taken out again. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

describeWithLldb('breakpoints', () => {
  test.each(['-O0', '-O2'])('stop where they are set: %s', async (optimization) => {
    const path = await program('tour', optimization);
    const number = await line('tour', "inner's last line");
    const { answers, ended } = await lldb(
      [path],
      [
        'breakpoint set -n outer',
        `breakpoint set -f tour.c -l ${number}`,
        'continue',
        'continue',
        'breakpoint delete 2',
        'continue',
      ],
    );
    expect(answers[2]).toMatch(/stop reason = breakpoint 1\.1[\s\S]*`outer\(n=5\)/);
    expect(answers[3]).toMatch(/stop reason = breakpoint 2\.1/);
    expect(answers[3]).toContain(`at tour.c:${number}`);
    expect(answers[5]).toContain('exited with status = 7');
    expect(ended.status).toBe(7);
  });

  test('stop in a function that has no lines', async () => {
    const { answers } = await lldb(
      [await program('tour')],
      ['breakpoint set -n __main_void', 'continue', 'continue'],
    );
    expect(answers[1]).toMatch(/stop reason = breakpoint 1\.1[\s\S]*`__main_void/);
    expect(answers[2]).toContain('exited with status = 7');
  });

  test('stop at addresses and under conditions', async () => {
    const { answers } = await lldb(
      [await program('tour')],
      [
        "breakpoint set -n inner -c 'b == 2'",
        'continue',
        'frame variable b',
        'breakpoint delete 1',
        'breakpoint set -a `$pc + 3`',
        'continue',
      ],
    );
    expect(answers[1]).toContain('stop reason = breakpoint 1.1');
    expect(answers[2]).toContain('(int) b = 2');
    expect(answers[5]).toContain('stop reason = breakpoint 2.1');
  });
});
