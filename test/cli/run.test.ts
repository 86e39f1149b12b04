/** `witness run` without a debugger component: statuses, streams, imports, invocation. */
import { spawn } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { debuggerComponent } from '../support/component.ts';
import { ARGS_AND_ENV, bigOutput, CAT, catFile, ENDLESS, hello } from '../support/programs.ts';
import { MAIN, startWitness, witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

/** Without a debugger, so that nothing but the program and the command itself is tested. */
const bare = (...words: string[]) => witness(['run', '-D', 'none', ...words]);

describe('the exit status', () => {
  test.each([
    [0, 0],
    [3, 3],
    [125, 125],
    [255, 255],
    [256, 0],
    [-1, 255],
  ])('proc_exit(%i) gives %i, and both streams are untouched', async (code, status) => {
    const program = space.wat(`exit${code}.wasm`, hello(code));
    expect(await bare(program)).toMatchObject({ status, stdout: 'hello\n', stderr: 'oops\n' });
  });

  test('returning from _start gives 0', async () => {
    const program = space.wat('empty.wasm', '(module (func (export "_start")))');
    expect(await bare(program)).toEqual({
      status: 0,
      signal: undefined,
      stdout: '',
      stderr: '',
    });
  });

  test('a trap gives 134 and its message', async () => {
    const program = space.wat(
      'trap.wasm',
      `(module (func $inner (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
        (func $outer (export "_start") (drop (call $inner))))`,
    );
    const { status, stdout, stderr } = await bare(program);
    expect({ status, stdout }).toEqual({ status: 134, stdout: '' });
    expect(stderr).toMatch(/^witness: the program trapped: divide by zero\n/);
    expect(stderr).toMatch(/^witness: {5}at .*wasm/m);
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^witness: /);
  });

  test('a trap in the start function gives 134', async () => {
    const program = space.wat('start-trap.wasm', '(module (func $f unreachable) (start $f))');
    const { status, stderr } = await bare(program);
    expect({ status, stderr }).toEqual({
      status: 134,
      stderr: expect.stringContaining('witness: the program trapped: unreachable\n'),
    });
  });

  test('a stack overflow gives 134', async () => {
    const program = space.wat('deep.wasm', '(module (func $f (export "_start") (call $f)))');
    const { status, stderr } = await bare(program);
    expect(status).toBe(134);
    expect(stderr).toContain('Maximum call stack size exceeded');
  });
});

test('output that is much bigger than a pipe arrives whole', async () => {
  const { status, stdout } = await bare(space.wat('big.wasm', bigOutput(8)));
  expect(status).toBe(0);
  expect(stdout.length).toBe(8 << 20);
  for (let i = 0; i < stdout.length; i += 65536) {
    const letter = String.fromCharCode(97 + ((i / 65536) % 26));
    if (stdout.slice(i, i + 65536) !== letter.repeat(65536)) throw new Error(`wrong at ${i}`);
  }
});

test("standard input is the program's", async () => {
  const program = space.wat('cat.wasm', CAT);
  const stdin = 'line\n'.repeat(10_000);
  const { status, stdout } = await witness(['run', '-D', 'none', program], { stdin });
  expect({ status, length: stdout.length }).toEqual({ status: 0, length: stdin.length });
  expect(stdout === stdin).toBe(true);
});

describe('the program gets', () => {
  test('its path and arguments, and only the environment that is given', async () => {
    const program = space.wat('args.wasm', ARGS_AND_ENV);
    const words = ['--env', 'A=1', '--env=B=two words', program, '-x', '--env', 'C=3'];
    const { status, stdout } = await bare(...words);
    expect(status).toBe(0);
    expect(stdout.split('\0')).toEqual([program, '-x', '--env', 'C=3', 'A=1', 'B=two words', '']);
  });

  test('the directories that are given', async () => {
    const program = space.wat('cat-file.wasm', catFile('in.txt'));
    space.file('in.txt', 'the content\n');
    expect(await bare('--dir', `${space.directory}::/data`, program)).toMatchObject({
      status: 0,
      stdout: '/data:the content\n',
    });
    expect(await bare('--dir', space.directory, program)).toMatchObject({
      status: 0,
      stdout: `${space.directory}:the content\n`,
    });
    // EBADF: there is no descriptor 3.
    expect(await bare(program)).toMatchObject({ status: 8, stdout: '' });
  });
});

describe('--invoke', () => {
  const library = () =>
    space.wat(
      'library.wasm',
      `(module
        (global $ready (mut i32) (i32.const 0))
        (func (export "_initialize") (global.set $ready (i32.const 1)))
        (func (export "ready") (result i32) (global.get $ready))
        (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "swap") (param i64 f32 f64) (result f64 f32 i64)
          (local.get 2) (local.get 1) (local.get 0))
        (func (export "nothing"))
        (func (export "take") (param v128))
        (memory (export "store") 1))`,
    );

  test.each([
    [['add', '2', '3'], '5\n'],
    [['add', '-1', '0x7fffffff'], '2147483646\n'],
    [['swap', '-9223372036854775808', '0.1', '-0'], '-0\n0.1\n-9223372036854775808\n'],
    [['nothing'], ''],
    [['ready'], '1\n'],
  ])('%j', async ([name, ...args], stdout) => {
    expect(await bare('--invoke', name!, library(), ...args)).toEqual({
      status: 0,
      signal: undefined,
      stdout,
      stderr: '',
    });
  });

  test.each([
    [['ad', '1', '2'], '--invoke ad: the program exports no such function; did you mean add?'],
    [
      ['store'],
      '--invoke store: the program exports no such function; it exports: _initialize, ready, add, swap, nothing, take',
    ],
    [['add', '1'], '--invoke add: arguments needed: 2 (i32 i32); given: 1'],
    [['nothing', '1'], '--invoke nothing: arguments needed: none; given: 1'],
    [['add', '1', 'x'], '--invoke add: argument 2 is not an i32: "x"'],
    [['take', '1'], '--invoke take: a v128 cannot be given on the command line'],
  ])('%j is a wrong command line', async ([name, ...args], message) => {
    expect(await bare('--invoke', name!, library(), ...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `witness: ${message}\n`,
    });
  });

  test('calls an export of a command without running it', async () => {
    const program = space.wat(
      'both.wasm',
      hello(1).replace(
        '(func (export "_start")',
        '(func (export "f") (result i32) (i32.const 7)) $&',
      ),
    );
    expect(await bare('--invoke=f', program)).toMatchObject({ status: 0, stdout: '7\n' });
  });

  test('proc_exit in the call gives the status', async () => {
    const program = space.wat('invoked-exit.wasm', hello(9).replace('_start', 'go'));
    expect(await bare('--invoke=go', program)).toMatchObject({ status: 9, stdout: 'hello\n' });
  });

  test('a program without _start says what could be invoked', async () => {
    expect(await bare(library())).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'exports no _start function, so say what to run with --invoke; it exports: _initialize, ready,',
      ),
    });
  });
});

describe('--import', () => {
  const caller = () =>
    space.wat(
      'caller.wasm',
      `(module (import "env" "log" (func $log (param i32)))
        (import "env" "base" (global $base i32))
        (func (export "_start") (call $log (global.get $base)) (call $log (i32.const 2))))`,
    );

  test('gives the exports of a JavaScript module, whose output keeps its order', async () => {
    const env = space.file(
      'env.mjs',
      `export const base = new WebAssembly.Global({ value: 'i32' }, 40);
       export function log(n) { console.log('log', n); console.error('error', n); }`,
    );
    expect(await bare('--import', `env=${env}`, caller())).toEqual({
      status: 0,
      signal: undefined,
      stdout: 'log 40\nlog 2\n',
      stderr: 'error 40\nerror 2\n',
    });
  });

  test('may replace preview1', async () => {
    const file = space.file(
      'wasi.mjs',
      `export const fd_write = () => 0;
       export function proc_exit(code) { console.log('exit', code); }`,
    );
    const program = space.wat(
      'replaced.wasm',
      `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (func (export "_start") (call $exit (i32.const 5))))`,
    );
    expect(await bare('--import', `wasi_snapshot_preview1=${file}`, program)).toMatchObject({
      status: 0,
      stdout: 'exit 5\n',
    });
  });

  test('a JavaScript error that leaves the program gives 134', async () => {
    const env = space.file(
      'throws.mjs',
      `export const base = 1;
       export function log() { throw new TypeError('no logging today'); }`,
    );
    const { status, stderr } = await bare('--import', `env=${env}`, caller());
    expect(status).toBe(134);
    expect(stderr).toMatch(
      /^witness: the program ended with an uncaught JavaScript error: TypeError: no logging today\n/,
    );
    expect(stderr).toContain('throws.mjs');
  });

  test('process.exit in a JavaScript module ends the command with its status', async () => {
    const env = space.file(
      'exits.mjs',
      'export const base = 1; export function log() { process.exit(7); }',
    );
    expect(await bare('--import', `env=${env}`, caller())).toMatchObject({
      status: 7,
      stderr: "witness: the program's JavaScript called process.exit(7)\n",
    });
  });

  test('a JavaScript module that runs out of memory ends the command with 134', async () => {
    const env = space.file(
      'grows.mjs',
      `export const base = 1;
       export function log() { const all = []; for (;;) all.push(new Array(1e6).fill(0.5)); }`,
    );
    const { status, stderr } = await witness(
      ['run', '-D', 'none', '--import', `env=${env}`, caller()],
      { env: { NODE_OPTIONS: '--max-old-space-size=100' } },
    );
    expect(status).toBe(134);
    expect(stderr).toContain(
      'witness: the program died: its thread ran out of JavaScript memory\n',
    );
  });

  test('a module that does not load gives 125', async () => {
    const env = space.file('broken.mjs', 'throw new Error("not today")');
    expect(await bare('--import', `env=${env}`, caller())).toMatchObject({
      status: 125,
      stderr: `witness: --import env=${env}: not today\n`,
    });
  });

  test('every import that nobody provides is listed', async () => {
    const program = space.wat(
      'unresolved.wasm',
      `(module (import "env" "a" (func)) (import "wasi_snapshot_preview1" "fd_paint" (func))
        (import "env" "b" (global i32)) (import "env" "a" (func (param i32)))
        (import "host" "m" (memory 1)) (import "js" "here" (func))
        (memory $mine (export "memory") 1)
        (func (export "_start")))`,
    );
    const js = space.file('here.mjs', 'export function here() {}');
    const { status, stderr } = await bare('--import', `js=${js}`, program);
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: [
        `${program} needs imports that nobody provides:`,
        '  "env" "a" (func)',
        '  "env" "b" (global)',
        '  "wasi_snapshot_preview1" "fd_paint" (func)',
        '  "host" "m" (memory)',
        'a JavaScript module that exports them can: --import env=FILE.mjs --import wasi_snapshot_preview1=FILE.mjs --import host=FILE.mjs',
      ]
        .map((line) => `witness: ${line}\n`)
        .join(''),
    });
  });

  test('an import of the wrong kind gives 125', async () => {
    const env = space.file('wrong.mjs', 'export const base = 1; export const log = 5;');
    const { status, stderr } = await bare('--import', `env=${env}`, caller());
    expect(status).toBe(125);
    expect(stderr).toMatch(/^witness: cannot link .*caller\.wasm: .*function/);
  });
});

describe('a program that cannot be started gives 125', () => {
  test.each([
    ['text.wasm', '(module)', /is WebAssembly text, not a binary; convert it first/],
    ['shell.wasm', '#!/bin/sh\n', /is not a WebAssembly binary: it does not start with \\0asm/],
    ['empty.bin', '', /is not a WebAssembly binary/],
    ['short.wasm', '\0asm', /has an unknown WebAssembly version \(at offset 0x4\)/],
    ['v2.wasm', '\0asm\x02\0\0\0', /has an unknown WebAssembly version \(at offset 0x4\)/],
    ['component.wasm', '\0asm\x0d\0\x01\0', /is a component; witness run takes core modules/],
    ['cut.wasm', '\0asm\x01\0\0\0\x01\x7f', /cannot load .*cut\.wasm: .*(offset 0x|@\+)/],
  ])('%s', async (name, content, message) => {
    const { status, stdout, stderr } = await bare(space.file(name, content));
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^witness: .*\n$/);
  });

  test('not there, or not a file', async () => {
    const missing = space.path('missing.wasm');
    expect(await bare(missing)).toMatchObject({
      status: 125,
      stderr: `witness: cannot read the program ${missing}: no such file\n`,
    });
    expect(await bare(space.directory)).toMatchObject({
      status: 125,
      stderr: `witness: cannot read the program ${space.directory}: it is a directory\n`,
    });
  });

  test('directories and JavaScript modules that are not there', async () => {
    const program = space.wat('nothing.wasm', '(module (func (export "_start")))');
    expect(await bare('--dir', '/no/such', program)).toMatchObject({
      status: 125,
      stderr: 'witness: --dir /no/such: no such directory\n',
    });
    expect(await bare('--import', 'a=/no/such.mjs', program)).toMatchObject({
      status: 125,
      stderr: 'witness: --import a=/no/such.mjs: no such file\n',
    });
  });
});

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
