/** Locals, arguments, globals, structures, expressions; reading and writing memory. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, program } from './support/programs.ts';

describeWithLldb('variables', () => {
  test('are read and written', async () => {
    const path = await program('tour');
    const { answers, ended } = await lldb(
      [path],
      [
        `breakpoint set -f tour.c -l ${await line('tour', "outer's last line")}`,
        'continue',
        'frame variable',
        'target variable origin calls',
        'expression n + here.x * 2',
        'expression twice = 100',
        'expression big = 1',
        'memory write --size 4 `&more` 7',
        'frame variable twice more big',
        'expression -f hex -- (int)&calls',
        'memory read --format d --size 4 --count 1 `&calls`',
        'continue',
      ],
    );
    expect(answers[2]).toContain('(int) n = 5');
    expect(answers[2]).toContain('(double) half = 2.5');
    expect(answers[2]).toContain('(long long) big = 5000000005');
    expect(answers[2]).toContain('(point) here = (x = 5, y = -5, name = "here")');
    expect(answers[3]).toContain('(point) origin = (x = 3, y = 4, name = "origin")');
    expect(answers[3]).toContain('(int) calls = 2');
    expect(answers[4]).toContain('(int) $0 = 15');
    expect(answers[8]).toMatch(/twice = 100\n.*more = 7\n.*big = 1\n/);
    expect(answers[10]).toMatch(/: 2\n/);
    // 100 + 7 + (int)2.5 + 1 % 10
    expect(ended).toMatchObject({ status: 7, stdout: '110\n' });
  });

  test('are there in optimized code, as far as DWARF knows them', async () => {
    const { answers } = await lldb(
      [await program('tour', '-O2')],
      ['breakpoint set -n inner', 'continue', 'frame variable a b', 'target variable origin'],
    );
    expect(answers[2]).toMatch(/\(int\) a = 5\n\(int\) b = 1\n/);
    expect(answers[3]).toContain('(x = 3, y = 4, name = "origin")');
  });

  test('are seen in memory that has grown', async () => {
    const { answers } = await lldb(
      [await program('tour'), 'grow'],
      [
        'memory region 0',
        `breakpoint set -f tour.c -l ${await line('tour', 'after malloc')}`,
        'continue',
        'memory region 0',
        'expression (int)room[0]',
        'memory region --all',
      ],
    );
    expect(answers[0]).toContain('[0x0000000000000000-0x0000000000020000) rw-');
    expect(answers[3]).toMatch(/\[0x0000000000000000-0x00000000001[0-9a-f]{5}\) rw-/);
    expect(answers[4]).toContain('= 1');
    expect(answers[5]).toMatch(/\[0x4000000100000000-0x[0-9a-f]+\) r-x .*tour-O0\.wasm/);
  });
});
