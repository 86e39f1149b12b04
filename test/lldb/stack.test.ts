/** The call stack, with each caller at its call. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

describeWithLldb('the stack', () => {
  test.each(['-O0', '-O2'])('has all frames, each at its line: %s', async (optimization) => {
    const { answers } = await lldb(
      [await program('tour', optimization)],
      ['breakpoint set -n inner', 'continue', 'bt', 'up', 'frame variable n', 'frame info'],
    );
    const [outer, main] = [await line('tour', 'outer calls'), await line('tour', 'main calls')];
    expect(answers[2]).toMatch(
      new RegExp(
        `frame #0: .*\`inner\\(a=5, b=1\\)[^]*frame #1: .*\`outer\\(n=.*\\) at tour\\.c:${outer}` +
          `[^]*frame #2: .*\`__main_argc_argv.* at tour\\.c:${main}[^]*frame #[34]: .*\`_start`,
      ),
    );
    // For optimized code LLDB 22 looks callers' variables up at the innermost frame's pc.
    if (optimization === '-O0') expect(answers[4]).toContain('(int) n = 5');
    expect(answers[5]).toContain(`tour.c:${outer}`);
  });
});
