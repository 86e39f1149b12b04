/** `witness run` without a debugger component: statuses, streams, invocation, bad programs. */
import { afterAll, describe, expect, test } from 'vitest';
import { ARGS_AND_ENV, bigOutput, CAT, catFile, hello } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
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
    [['take', '1'], '--invoke take: a value of type v128 cannot be given on the command line'],
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

describe('a program that cannot be started gives 125', () => {
  test.each([
    ['text.wasm', '(module)', /is WebAssembly text, not a binary; convert it first/],
    ['shell.wasm', '#!/bin/sh\n', /is not a WebAssembly binary: it does not start with \\0asm/],
    ['empty.bin', '', /is not a WebAssembly binary/],
    ['short.wasm', '\0asm', /ends within its first 8 bytes/],
    ['v2.wasm', '\0asm\x02\0\0\0', /has an unknown WebAssembly version \(at offset 0x4\)/],
    [
      'component.wasm',
      '\0asm\x0d\0\x01\0\x07\x7f',
      /cannot load .*component\.wasm: (?!WasmError).*(offset 0x|@)/,
    ],
    ['cut.wasm', '\0asm\x01\0\0\0\x01\x7f', /cannot load .*cut\.wasm: .*(offset 0x|@\+)/],
  ])('%s', async (name, content, message) => {
    const { status, stdout, stderr } = await bare(space.file(name, content));
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^witness: .*\n$/);
  });

  test('a component that is no command says what could be invoked', async () => {
    const program = space.file('component.wasm', '\0asm\x0d\0\x01\0');
    expect(await bare(program)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is no command (it does not export wasi:cli/run)'),
    });
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

  test('for LLDB on an address that this machine has not', async () => {
    const program = space.wat('served.wasm', '(module (func (export "_start")))');
    // Reserved for documentation (RFC 5737).
    expect(await witness(['run', '-g', '192.0.2.1:0', program])).toMatchObject({
      status: 125,
      stderr: 'witness: cannot listen on 192.0.2.1:0: this machine has no such address\n',
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
