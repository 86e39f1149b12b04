/** `witness run` ended from outside, whatever its program is doing. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { debuggerComponent } from '../support/component.ts';
import { bigOutput, CAT, ENDLESS } from '../support/programs.ts';
import { MAIN, startWitness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

describe('a signal ends both threads', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s in an endless loop gives %i', async (signal, status) => {
    const running = startWitness(['run', '-D', 'none', space.wat('endless.wasm', ENDLESS)]);
    await running.printed('looping\n');
    running.process.kill(signal);
    expect(await running.ended).toEqual({
      status,
      signal: undefined,
      stdout: 'looping\n',
      stderr: '',
    });
  });
});

describe('a program that is blocked in the operating system', () => {
  test.each([
    ['reading', 'SIGINT', 130, CAT],
    ['writing', 'SIGTERM', 143, bigOutput(4)],
  ] as const)('%s, is ended by %s with %i', async (what, signal, status, text) => {
    // Says that it starts, on stderr: nobody reads its stdout, and its stdin stays open.
    const js = space.file('say.mjs', 'export const say = () => console.error("starts");');
    const program = space.wat(
      `${what}.wasm`,
      text
        .replace('(module', '(module (import "js" "say" (func $say))')
        .replace('(loop $next', '(call $say) $&'),
    );
    const words = [MAIN, 'run', '-D', 'none', '--import', `js=${js}`, program];
    const child = spawn(process.execPath, words, { stdio: 'pipe' });
    child.stderr.once('data', () => child.kill(signal));
    const end = await new Promise((resolve) => child.on('exit', (...how) => resolve(how)));
    expect(end).toEqual([status, null]);
    child.stdin.destroy();
  });

  test('is ended when the debugger fails, with 125', async () => {
    const program = space.wat('reads.wasm', CAT);
    const js = space.file(
      'blocks.mjs',
      `import { readSync } from 'node:fs';
       readSync(0, Buffer.alloc(1));`,
    );
    const traps = space.file('traps.wasm', await debuggerComponent('unreachable'));
    const words = [MAIN, 'run', '-D', traps, '--import', `js=${js}`, program];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    const end = await new Promise((resolve) => child.on('exit', (...how) => resolve(how)));
    expect(end).toEqual([125, null]);
    child.stdin.destroy();
  });
});

test('a reader that goes away ends the program, not in a hang', async () => {
  const program = space.wat('into-closed.wasm', bigOutput(4));
  const child = spawn(process.execPath, [MAIN, 'run', '-D', 'none', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const status = await new Promise((resolve) => child.on('close', resolve));
  // The program's own fd_write fails, and it traps at that.
  expect(status).toBe(134);
});
