/** How programs end in unusual ways: with which message and status, and that nothing hangs or is lost. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../engine/debuggee.ts';
import { commandComponent } from '../support/components.ts';
import { bigOutput, ENDLESS, PRINT, wasi } from '../support/programs.ts';
import { MAIN, startWitness, witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const ENDLESS_JS = 'console.log("looping"); for (;;);';

describe('a closed terminal', () => {
  test.each([
    ['a core module', () => space.wat('endless.wasm', ENDLESS)],
    ['JavaScript', () => space.file('endless.mjs', ENDLESS_JS)],
  ])('SIGHUP ends %s and its debugger', async (_, program) => {
    const running = startWitness(['run', '-D', 'trace', program()]);
    // A JavaScript program runs before the debugger begins.
    await running.printed('looping\n');
    running.process.kill('SIGHUP');
    expect(await running.ended).toMatchObject({ signal: 'SIGHUP', stdout: 'looping\n' });
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a JavaScript program in an endless loop with %i', async (signal, status) => {
  const running = startWitness(['run', '-D', 'none', space.file('loops.mjs', ENDLESS_JS)]);
  await running.printed('looping\n');
  running.process.kill(signal);
  expect(await running.ended).toMatchObject({ status, stdout: 'looping\n', stderr: '' });
});

describe('a reader that goes away', () => {
  const statusWithoutReader = async (program: string): Promise<unknown> => {
    const child = spawn(process.execPath, [MAIN, 'run', '-D', 'none', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    return new Promise((resolve) => child.on('close', resolve));
  };

  test('ends a component: its write fails', async () => {
    const core = readFileSync(space.wat('big-core.wasm', bigOutput(8)));
    const program = space.file('big.wasm', await commandComponent(core));
    // The program traps at that.
    expect(await statusWithoutReader(program)).toBe(134);
  });

  test('ends a JavaScript program with the error that it does not handle', async () => {
    const program = space.file(
      'big.mjs',
      'for (let i = 0; i < 200; i++) process.stdout.write("x".repeat(65536));',
    );
    expect(await statusWithoutReader(program)).toBe(1);
  });
});

test('a JavaScript program that runs out of memory ends with 134, its debugger with it', async () => {
  const program = space.file(
    'grows.mjs',
    'const all = []; for (;;) all.push(new Array(1e6).fill(0.5));',
  );
  const ended = await witness(['run', '-D', 'trace', program], {
    env: { NODE_OPTIONS: '--max-old-space-size=100' },
  });
  expect(ended.status).toBe(134);
  expect(ended.stderr).toContain(
    'witness: the program died: its thread ran out of JavaScript memory\n',
  );
});

test('proc_exit in a nested call ends the program, with all that it has written', async () => {
  const program = space.file(
    'nested.wasm',
    await assemble(`(module
      ${wasi('fd_write', 'proc_exit')}
      (import "js" "call" (func $call (param funcref)))
      (memory (export "memory") 32)
      (elem declare func $inner)
      ${PRINT}
      (func $inner
        (memory.fill (i32.const 65536) (i32.const 120) (i32.const 2000000))
        (call $print (i32.const 1) (i32.const 65536) (i32.const 2000000))
        (call $proc_exit (i32.const 5)))
      (func $outer (export "_start")
        (call $call (ref.func $inner))
        (call $proc_exit (i32.const 6))))`),
  );
  const js = space.file('js.mjs', 'export const call = (f) => f();');
  const output = space.path('nested.txt');
  const words = ['--break=inner', '--break=print', '--depth=3'].map((w) => `--debugger-arg=${w}`);
  const options = [...words, '--debugger-output', output, '--import', `js=${js}`];
  const ended = await witness(['run', '-D', 'trace', ...options, program]);
  expect([ended.status, ended.stdout.length, ended.stderr]).toEqual([5, 2_000_000, '']);
  const stops = readFileSync(output, 'utf8').replaceAll(/ 0x[0-9a-f]+ .*/g, '');
  expect(stops).toBe(
    '1 breakpoint  inner\n    (host)\n    outer\n' +
      '2 breakpoint  print\n    inner\n    (host)\n    outer\nend complete  stops=2\n',
  );
});
