/** `witness` as a process: help, version, wrong command lines, the launcher. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RUN_HELP, WITNESS_HELP } from '../../src/cli/help.ts';
import { witness } from '../support/witness.ts';

test.each([
  [['--help'], WITNESS_HELP],
  [['run', '--help'], RUN_HELP],
])('%j', async (words, stdout) => {
  expect(await witness(words)).toMatchObject({ status: 0, stdout, stderr: '' });
});

test('--version gives that of the package', async () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  expect(await witness(['--version'])).toMatchObject({ status: 0, stdout: `witness ${version}\n` });
});

describe('a wrong command line gives 2 and one line', () => {
  test.each([
    [[], /no command; try/],
    [['p.wasm'], /to run a program: witness run p\.wasm/],
    [['run'], /no program; give/],
    [['run', '--nope', 'p.wasm'], /unknown option --nope/],
    [['run', '--dir'], /--dir needs a value/],
    [['run', '-D', 'trance', 'p.wasm'], /no built-in debugger "trance" .*; did you mean trace\?/],
    [
      ['run', '-D', 'xyzzy', 'p.wasm'],
      /no built-in debugger "xyzzy" \(there are: .*trace.*, none\); the path of a component/,
    ],
  ])('%j', async (words, message) => {
    const { status, stdout, stderr } = await witness(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^witness: .*\n$/);
  });
});

test('a debugger that is not there gives 125', async () => {
  expect(await witness(['run', '-D', './no-such.wasm', 'p.wasm'])).toMatchObject({
    status: 125,
    stderr: 'witness: cannot read the debugger ./no-such.wasm: no such file\n',
  });
});

describe('the launcher', () => {
  const launcher = new URL('../../bin/witness.js', import.meta.url).pathname;

  test('says what this Node lacks', () => {
    // What an old Node would answer, told to the launcher by a module loaded before it.
    const old = 'data:text/javascript,WebAssembly.validate=(bytes)=>bytes[8]!==5';
    const { status, stderr } = spawnSync(process.execPath, ['--import', old, launcher], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr:
        `witness: Node ${process.version} is too old: its WebAssembly has no shared memories, ` +
        'no multiple memories; use Node 22 or later\n',
    });
  });

  test('its probes are valid modules for this Node', () => {
    // Passes them only if each of its small modules validates; then dist/ is there or is missed.
    const { stderr } = spawnSync(process.execPath, [launcher, '--version'], { encoding: 'utf8' });
    expect(stderr).not.toContain('too old');
  });

  test('has no syntax that Node 14 cannot parse', () => {
    const text = readFileSync(launcher, 'utf8');
    execFileSync(process.execPath, ['--check', launcher]);
    // Newer than Node 14: top-level await, ??=, static blocks, private methods, regexp v flag.
    expect(text).not.toMatch(/^(?:const .* = )?await |\?\?=|\|\|=|&&=|#[a-z]+\(/m);
  });
});
