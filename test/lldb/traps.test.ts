/** Stops before a trap, with its reason in words; then it happens. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

describeWithLldb('traps', () => {
  test.each(['-O0', '-O2'])('say what they are: %s', async (optimization) => {
    const path = await program('tour', optimization);
    const { answers, ended } = await lldb([path, 'divide'], ['continue', 'bt 1', 'continue']);
    expect(answers[0]).toContain('stop reason = wasm trap: integer divide by zero');
    expect(answers[1]).toContain(`tour.c:${await line('tour', 'divides')}`);
    expect(answers[2]).toContain('exited with status = 134');
    expect(ended.status).toBe(134);
  });

  test('are told from abort', async () => {
    const { answers } = await lldb([await program('tour'), 'abort'], ['continue', 'bt 3']);
    expect(answers[0]).toContain('stop reason = wasm trap: unreachable');
    expect(answers[1]).toMatch(/`abort[\s\S]*`__main_argc_argv/);
  });
});
