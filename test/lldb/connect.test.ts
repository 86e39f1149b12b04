/** LLDB connects before the first instruction, and lets the program run to its end. */

import { expect, test } from 'vitest';
import { describeWithLldb, lldb } from './support/lldb.ts';
import { program } from './support/programs.ts';

describeWithLldb('connecting', () => {
  test('stops before the first instruction, with the module known by its path', async () => {
    const path = await program('tour');
    const commands = ['image list', 'thread list', 'continue'];
    const { answers, transcript, ended } = await lldb([path], commands);
    expect(transcript).toContain('frame #0: 0x4000000100000');
    expect(transcript).toContain('tour-O0.wasm`_start');
    expect(answers[0]).toContain(` ${path}`);
    expect(answers[1]).toContain('thread #1');
    expect(answers[2]).toContain('exited with status = 7');
    expect(ended).toMatchObject({ status: 7, stdout: '33\n' });
  });
});
