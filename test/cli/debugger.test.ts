/** `witness run` with a debugger component: how the two ends of a run meet. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debuggerComponent } from '../support/component.ts';
import { ENDLESS, hello } from '../support/programs.ts';
import { startWitness, witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

describe('a component that does not look at its debuggee', () => {
  let returns: string;
  let traps: string;
  let hangs: string;
  beforeAll(async () => {
    returns = space.file('returns.wasm', await debuggerComponent(''));
    traps = space.file('traps.wasm', await debuggerComponent('unreachable'));
    hangs = space.file('hangs.wasm', await debuggerComponent('(loop $l (br $l))'));
  });

  test('if it returns, the program runs on to its end', async () => {
    const program = space.wat('exit3.wasm', hello(3));
    expect(await witness(['run', '-D', returns, program])).toEqual({
      status: 3,
      signal: undefined,
      stdout: 'hello\n',
      stderr: 'oops\n',
    });
  });

  test('if it traps, the program is ended before it has run, with 125', async () => {
    const program = space.wat('exit0.wasm', hello(0));
    expect(await witness(['run', '-D', traps, program])).toEqual({
      status: 125,
      signal: undefined,
      stdout: '',
      stderr: expect.stringMatching(/^witness: the debugger failed: .*unreachable.*\n$/),
    });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it and the paused program, with %i', async (signal, status) => {
    const ready = space.file('ready.mjs', 'console.log("ready"); export const f = () => {};');
    const program = space.wat(
      'waits.wasm',
      '(module (import "js" "f" (func $f)) (func (export "_start") (call $f)))',
    );
    const running = startWitness(['run', '-D', hangs, '--import', `js=${ready}`, program]);
    await running.printed('ready\n');
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({ status, signal: undefined, stderr: '' });
  });

  test('a program that cannot be started ends a debugger that waits for it', async () => {
    const program = space.wat(
      'needs.wasm',
      '(module (import "a" "b" (func)) (func (export "_start")))',
    );
    const { status, stderr } = await witness(['run', '-D', hangs, program]);
    expect(status).toBe(125);
    expect(stderr).toContain('witness:   "a" "b" (func)\n');
  });
});

test('a core module is no debugger', async () => {
  const program = space.wat('core.wasm', hello(0));
  expect(await witness(['run', '-D', program, program])).toMatchObject({
    status: 125,
    stdout: '',
    stderr: expect.stringMatching(/^witness: the debugger failed: .*core\.wasm.*component.*\n$/),
  });
});

test('a directory is no debugger', async () => {
  const program = space.wat('core.wasm', hello(0));
  expect(await witness(['run', '-D', `${space.directory}/`, program])).toMatchObject({
    status: 125,
    stdout: '',
    stderr: `witness: the debugger failed: ${space.directory}/: cannot be read: it is a directory\n`,
  });
});

describe('the built-in debugger trace', () => {
  test("is the default; its output is marked and the program's is not", async () => {
    const program = space.wat('exit5.wasm', hello(5));
    const { status, stdout, stderr } = await witness(['run', program]);
    expect({ status, stdout }).toEqual({ status: 5, stdout: 'hello\n' });
    expect(stderr).toBe('oops\n[trace] end complete  stops=0\n');
  });

  test('--debugger-output - sends its output to stdout, unmarked', async () => {
    const program = space.wat('exit6.wasm', hello(6));
    expect(await witness(['run', '--debugger-output', '-', program])).toMatchObject({
      status: 6,
      stdout: 'hello\nend complete  stops=0\n',
      stderr: 'oops\n',
    });
  });

  test('--debugger-output FILE writes it there, and replaces what was there', async () => {
    const program = space.wat('exit7.wasm', hello(7));
    const file = space.file('output.txt', 'old content '.repeat(100));
    expect(
      await witness(['run', `--debugger-output=${file}`, '--debugger-arg=--json', program]),
    ).toMatchObject({ status: 7, stdout: 'hello\n', stderr: 'oops\n' });
    expect(readFileSync(file, 'utf8')).toBe('{"end":"complete","stops":0}\n');
  });

  test('--debugger-output that cannot be written gives 125', async () => {
    const program = space.wat('exit8.wasm', hello(8));
    expect(await witness(['run', '--debugger-output=/no/such/file', program])).toMatchObject({
      status: 125,
      stdout: '',
      stderr: 'witness: cannot write --debugger-output /no/such/file: no such file\n',
    });
  });

  test('a wrong argument of it gives 125, and the program does not run', async () => {
    const program = space.wat('exit9.wasm', hello(9));
    const { status, stdout, stderr } = await witness(['run', '--debugger-arg=--brake=f', program]);
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toContain("[trace] unknown option '--brake'; did you mean --break?\n");
    expect(stderr).toContain('witness: the debugger failed: ');
  });

  test('stops a program and lets it go on', async () => {
    const program = space.wat(
      'calls.wasm',
      `(module
        (func $work (param $n i32) (result i32) (i32.mul (local.get $n) (i32.const 3)))
        (func (export "twice") (param i32) (result i32) (call $work (call $work (local.get 0)))))`,
    );
    const words = ['run', '--debugger-arg=--break=work', '--invoke=twice', program, '7'];
    const { status, stdout, stderr } = await witness(words);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '63\n' });
    expect(stderr).toMatch(
      /^\[trace\] 1 breakpoint {2}work 0x[0-9a-f]+ {2}locals=\[i32:7\] .*\n\[trace\] 2 breakpoint {2}work 0x[0-9a-f]+ {2}locals=\[i32:21\] .*\n\[trace\] end complete {2}stops=2\n$/,
    );
  });

  test('a trap of the program is shown by both', async () => {
    const program = space.wat('trap.wasm', '(module (func (export "_start") unreachable))');
    const { status, stderr } = await witness(['run', program]);
    expect(status).toBe(134);
    expect(stderr).toMatch(/^\[trace\] (.*\n)*witness: the program trapped: unreachable\n/);
  });

  test('SIGINT while the program runs ends both', async () => {
    const running = startWitness(['run', space.wat('endless.wasm', ENDLESS)]);
    await running.printed('looping\n');
    running.process.kill('SIGINT');
    expect(await running.ended).toEqual({
      status: 130,
      signal: undefined,
      stdout: 'looping\n',
      stderr: '',
    });
  });

  test('process.exit in an imported JavaScript module ends both', async () => {
    const js = space.file('exit.mjs', 'export const f = () => process.exit(4);');
    const program = space.wat(
      'js-exit.wasm',
      '(module (import "js" "f" (func $f)) (func (export "_start") (call $f)))',
    );
    expect(await witness(['run', '--import', `js=${js}`, program])).toMatchObject({ status: 4 });
  });
});
