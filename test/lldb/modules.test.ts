/** A program of several modules, which appear one after the other. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { line, PROGRAMS, program } from './support/programs.ts';

describeWithLldb('modules', () => {
  test('that appear late have their breakpoints resolved before they run', async () => {
    const words = [
      join(PROGRAMS, 'two.mjs'),
      await program('first', '-O0', 'library'),
      await program('second', '-O0', 'library'),
    ];
    const { answers, ended } = await lldb(words, [
      'image list',
      `breakpoint set -f second.c -l ${await line('second', "second's last line")}`,
      'breakpoint set -n first',
      'continue',
      'target variable first_calls',
      'continue',
      'frame variable',
      'target variable second_calls',
      'image list',
      'memory region 0x100000000',
      'continue',
      'target variable first_calls',
      'continue',
    ]);
    expect(answers[0]).toMatch(/\[ {2}0\].*0x4000000100000000 \S+ \(/);
    expect(answers[1]).toContain('no locations (pending)');
    expect(answers[3]).toMatch(/stop reason = breakpoint 2\.1[\s\S]*`first\(a=1\)/);
    expect(answers[4]).toContain('first_calls = 10');
    expect(answers[5]).toContain('1 location added to breakpoint 1');
    expect(answers[5]).toMatch(/stop reason = breakpoint 1\.1[\s\S]*`second\(a=2\)/);
    expect(answers[6]).toMatch(/a = 2\n.*twice = 4\n/);
    expect(answers[7]).toContain('second_calls = 21');
    // Each module once, under a name of its own.
    const images = [...answers[8]!.matchAll(/(0x[0-9a-f]+) (\S+) \(/g)].map(
      ([, ...found]) => found,
    );
    expect(images.map(([address]) => address)).toEqual([
      '0x4000000100000000',
      '0x4000000200000000',
    ]);
    expect(new Set(images.map(([, name]) => name)).size).toBe(2);
    expect(answers[9]).toMatch(/\[0x0000000100000000-0x00000001000\d0000\) rw- .* memory 0/);
    expect(answers[10]).toMatch(/stop reason = breakpoint 2\.1[\s\S]*`first\(a=5\)/);
    expect(answers[11]).toContain('first_calls = 11');
    expect(ended).toMatchObject({ status: 0, stdout: '13\n25 22\n' });
  });

  test('have their mangled names shown as people write them', async () => {
    const { answers } = await lldb(
      [await program('mangled')],
      ['breakpoint set -n greet', 'continue', 'image lookup -n demo::greet', 'continue'],
    );
    expect(answers[1]).toMatch(/stop reason = breakpoint 1\.1[\s\S]*`.*greet.*times=2/);
    expect(answers[2]).toContain('demo::greet');
    expect(answers[3]).toContain('exited with status = 3');
  });
});
