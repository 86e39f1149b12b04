/** step, next, finish, until, stepi, nexti; and over calls that run for long. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

describeWithLldb('stepping', () => {
  test('goes by lines, into calls and out of them', async () => {
    const path = await program('tour');
    const call = await line('tour', 'outer calls');
    const last = await line('tour', "inner's last line");
    const { answers, ended } = await lldb(
      [path],
      [
        `breakpoint set -f tour.c -l ${call}`,
        'continue',
        'step',
        'next',
        'next',
        'next',
        'finish',
        'next',
        'next',
        `thread until ${call + 2}`,
        'continue',
      ],
    );
    expect(answers[2]).toMatch(/stop reason = step in[\s\S]*`inner/);
    expect(answers[3]).toContain(`at tour.c:${last - 2}`);
    expect(answers[4]).toContain(`at tour.c:${last - 1}`);
    expect(answers[5]).toContain(`at tour.c:${last}`);
    expect(answers[6]).toMatch(/stop reason = step out[\s\S]*`outer\(n=5\)/);
    expect(answers[7]).toContain(`at tour.c:${call + 1}`);
    expect(answers[8]).toContain(`at tour.c:${call + 2}`);
    expect(ended).toMatchObject({ status: 7, stdout: '33\n' });
  });

  test('runs until a line', async () => {
    const path = await program('tour');
    const call = await line('tour', 'outer calls');
    const { answers } = await lldb(
      [path],
      [`breakpoint set -f tour.c -l ${call - 4}`, 'continue', `thread until ${call + 1}`],
    );
    expect(answers[2]).toContain(`at tour.c:${call + 1}`);
  });

  test('goes by instructions, into calls and over them', async () => {
    const path = await program('tour');
    const call = await line('tour', 'outer calls');
    const { answers } = await lldb(
      [path],
      [
        `breakpoint set -f tour.c -l ${call}`,
        'continue',
        // local.get, local.get, i32.load, i32.const, call inner
        ...['stepi', 'stepi', 'stepi', 'stepi', 'nexti', 'register read pc'],
      ],
    );
    const pcs = answers
      .slice(1, -1)
      .map((answer) => Number.parseInt(/#0: 0x40000001([0-9a-f]+)/.exec(answer)![1]!, 16));
    const lengths = pcs.slice(1).map((pc, index) => pc - pcs[index]!);
    // The call has its operand in the five bytes that the linker leaves.
    expect(lengths).toEqual([2, 2, 3, 2, 6]);
    expect(answers.at(-1)).toContain(pcs.at(-1)!.toString(16));
  });

  test('does not step through what it steps over', async () => {
    const path = await program('tour');
    const { answers, ended } = await lldb(
      [path, 'busy'],
      [
        `breakpoint set -f tour.c -l ${await line('tour', 'calls busy')}`,
        'continue',
        'log enable gdb-remote packets',
        'next',
        'log disable gdb-remote packets',
        'continue',
      ],
    );
    expect(answers[3]).toContain(`at tour.c:${await line('tour', 'after busy')}`);
    expect(answers[3]!.match(/send packet: \$vCont;s/g)?.length ?? 0).toBeLessThan(20);
    expect(ended.status).toBe(7);
  });
});
