/** Who reads standard input: the program, or the debugger. */
import { afterAll, describe, expect, test } from 'vitest';
import { CAT, ENDLESS } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const cat = space.wat('cat.wasm', CAT);
const file = space.file('in.txt', 'from the file\n');
const script = space.file('commands.txt', 'run\n');
const PROMPT = '(witness) ';

describe('a program that copies its input', () => {
  test('reads standard input under a debugger that does not', async () => {
    const { stdout } = await witness(['run', '-D', 'trace', cat], { stdin: 'typed\n' });
    expect(stdout).toBe('typed\n');
  });

  test('reads the file of --stdin', async () => {
    const { stdout } = await witness(['run', '-D', 'none', '--stdin', file, cat], {
      stdin: 'typed',
    });
    expect(stdout).toBe('from the file\n');
  });

  test('reads standard input if the commands come from a file', async () => {
    const { stdout, stderr, status } = await witness(['run', '--commands', script, cat], {
      stdin: 'typed\n',
    });
    expect(stdout).toBe('typed\n');
    expect(stderr).toBe(`${PROMPT}run\nThe program has ended.\n${PROMPT}\n`);
    expect(status).toBe(0);
  });

  test('finds its input empty if the debugger reads it, unless it has a file', async () => {
    const run = (...words: string[]) =>
      witness(['run', '-D', 'repl', ...words, cat], { stdin: 'run\n' }).then(
        ({ stdout }) => stdout,
      );
    expect(await run()).toBe('');
    expect(await run('--commands', '-')).toBe('');
    expect(await run('--stdin', file)).toBe('from the file\n');
  });
});

test('to quit the debugger ends the program, to detach lets it run on', async () => {
  const program = space.wat('endless.wasm', ENDLESS);
  const quit = await witness(['run', '-D', 'repl', program], { stdin: 'step\nquit\n' });
  expect(quit).toMatchObject({ status: 0, stdout: '' });
  const detach = await witness(['run', '-D', 'repl', cat], { stdin: 'detach\n' });
  expect(detach).toMatchObject({ status: 0, stderr: `${PROMPT}detach\n` });
});

test.each([
  ['--commands', 'no-such-file'],
  ['--stdin', 'no-such-file'],
])('%s %s: says that it is not there', async (option, name) => {
  const { status, stderr } = await witness(['run', '-D', 'trace', option, name, cat]);
  expect(stderr).toBe(`witness: cannot read ${option} ${name}: no such file\n`);
  expect(status).toBe(125);
});

test('an option of trace is told apart', async () => {
  const words = ['run', '-D', 'repl', '--debugger-arg=--break=f', cat];
  const { status, stderr } = await witness(words);
  expect(stderr).toContain("[repl] unknown option '--break=f'; trace has it: add -D trace\n");
  expect(status).toBe(125);
});
