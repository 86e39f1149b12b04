/** Components as programs: commands of WASI 0.2, functions by their names in WIT, components inside. */
import { readFileSync } from 'node:fs';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandComponent, echoesComponent, NESTED } from '../support/components.ts';
import { ARGS_AND_ENV, bigOutput, CAT, catFile, hello } from '../support/programs.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const bare = (...words: string[]) => witness(['run', '-D', 'none', ...words]);

async function command(name: string, text: string): Promise<string> {
  const core = readFileSync(space.wat(`core-${name}`, text));
  return space.file(name, await commandComponent(core));
}

describe('a command', () => {
  test('gives its exit status, and writes to both streams', async () => {
    expect(await bare(await command('hello.wasm', hello(1)))).toEqual({
      status: 1,
      signal: undefined,
      stdout: 'hello\n',
      stderr: 'oops\n',
    });
  });

  test('gets its path, its arguments, and the environment that is given', async () => {
    const program = await command('args.wasm', ARGS_AND_ENV);
    const { status, stdout } = await bare('--env', 'A=1', '--env=B=two words', program, '-x', 'y');
    expect(status).toBe(0);
    expect(stdout.split('\0')).toEqual([program, '-x', 'y', 'A=1', 'B=two words', '']);
  });

  test('gets the directories that are given', async () => {
    const program = await command('cat-file.wasm', catFile('in.txt'));
    space.file('in.txt', 'the content\n');
    expect(await bare('--dir', `${space.directory}::/data`, program)).toMatchObject({
      status: 0,
      stdout: '/data:the content\n',
    });
  });

  test('gets standard input, and what it writes arrives whole', async () => {
    const stdin = 'a line of input\n'.repeat(20_000);
    const cat = await command('cat.wasm', CAT);
    const { status, stdout } = await witness(['run', '-D', 'none', cat], { stdin });
    expect({ status, same: stdout === stdin }).toEqual({ status: 0, same: true });
    const big = await bare(await command('big.wasm', bigOutput(4)));
    expect({ status: big.status, length: big.stdout.length }).toEqual({
      status: 0,
      length: 4 << 20,
    });
  });

  test('shows a trap with the pcs of its core modules', async () => {
    const program = await command(
      'trap.wasm',
      '(module $m (memory (export "memory") 1) (func $inner unreachable) (func (export "_start") (call $inner)))',
    );
    const { status, stderr } = await bare(program);
    expect(status).toBe(134);
    expect(stderr).toMatch(/^witness: the program trapped: .*unreachable.*\n/);
    expect(stderr).toMatch(/at inner \(.*trap\.wasm:.*:func\[\d+\] 0x[0-9a-f]+\)\n/);
  });
});

describe('--invoke', () => {
  let echoes: string;
  beforeAll(async () => {
    echoes = space.file('echoes.wasm', await echoesComponent());
  });

  test.each([
    [['add', '2', '3'], '5\n'],
    [['local:echoes/more-math@1.2.0#sum-of', '0x10', '4294967295'], '15\n'],
    [['more-math#sum-of', '1', '1'], '2\n'],
    [['text', 'two "words"\n'], '"two \\"words\\"\\n"\n'],
    [
      ['place-order', '{name: "x", item-count: 3, size: some(7)}'],
      '{item-count: 3, name: "x", size: some(7)}\n',
    ],
    [['divide', '7', '2'], 'ok(3)\n'],
    [['divide', '7', '0'], 'err("by zero!")\n'],
  ])('%j', async ([name, ...args], stdout) => {
    expect(await bare('--invoke', name!, echoes, ...args)).toEqual({
      status: 0,
      signal: undefined,
      stdout,
      stderr: '',
    });
  });

  test.each([
    [
      ['ad', '1', '2'],
      2,
      /^witness: --invoke ad: the component exports no such function; did you mean add\?\n$/,
    ],
    [
      ['add', '1'],
      2,
      /^witness: --invoke add: arguments needed: 2 \(func\(a: u32, b: u32\) -> u32\); given: 1\n$/,
    ],
    [['add', '1', '-1'], 2, /^witness: --invoke add: b: out of the range of u32: -1\n$/],
    [
      ['to-color', 'green'],
      2,
      /^witness: --invoke to-color: c: expected one of red, dark-blue at character 1 of: green\n$/,
    ],
    [['more-math#crash'], 134, /^witness: the program trapped: .*unreachable.*\n/],
  ] as const)('%j fails', async ([name, ...args], status, stderr) => {
    const ended = await bare('--invoke', name, echoes, ...args);
    expect(ended).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  test('is needed for a component that is no command', async () => {
    expect(await bare(echoes)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /is no command \(it does not export wasi:cli\/run\), so say what to run with --invoke; it exports: .*negate/,
      ),
    });
  });
});

test('a component inside a component: breakpoints in both, with pcs of each', async () => {
  const program = space.file('nested.wasm', await parse(NESTED));
  const words = ['--break=twice', '--break=add', '--depth=4'].map((w) => `--debugger-arg=${w}`);
  const output = space.path('nested.txt');
  const ended = await witness([
    'run',
    `--debugger-output=${output}`,
    ...words,
    '--invoke',
    'twice',
    program,
    '21',
  ]);
  expect(ended).toEqual({ status: 0, signal: undefined, stdout: '42\n', stderr: '' });
  const lines = readFileSync(output, 'utf8').split('\n');
  expect(lines).toEqual([
    expect.stringMatching(/^1 breakpoint {2}m\d!twice 0x[0-9a-f]+ {2}locals=\[i32:21\]/),
    expect.stringMatching(/^2 breakpoint {2}m\d!add 0x[0-9a-f]+ {2}locals=\[i32:21 i32:21\]/),
    // What converts between the two is a core module that jco makes.
    expect.stringMatching(/^ {4}m\d!adapter\d 0x[0-9a-f]+ /),
    expect.stringMatching(
      /^ {4}m\d!twice 0x[0-9a-f]+ {2}locals=\[i32:21\] {2}stack=\[i32:21 i32:21\]/,
    ),
    'end complete  stops=2',
    '',
  ]);
});

test('every import that nobody provides is listed, and a JavaScript module can provide it', async () => {
  const program = space.file(
    'imports.wasm',
    await parse(`(component
      (import "local:test/host@1.0.0" (instance $host
        (export "get-number" (func (result u32))) (export "log" (func (param "n" u32)))))
      (import "plain" (func $plain (result u32)))
      (core func $get (canon lower (func $host "get-number")))
      (core func $plain' (canon lower (func $plain)))
      (core module $m
        (import "h" "get" (func $get (result i32)))
        (import "h" "plain" (func $plain (result i32)))
        (func (export "sum") (result i32) (i32.add (call $get) (call $plain))))
      (core instance $h (export "get" (func $get)) (export "plain" (func $plain')))
      (core instance $i (instantiate $m (with "h" (instance $h))))
      (func (export "sum") (result u32) (canon lift (core func $i "sum"))))`),
  );
  const host = space.file(
    'host.mjs',
    'export const getNumber = () => 40; export const log = () => {};',
  );
  const plain = space.file('plain.mjs', 'export default () => 2;');
  const given = ['--import', `local:test/host=${host}`, '--import', `plain=${plain}`];
  expect(await bare(...given, '--invoke', 'sum', program)).toMatchObject({
    status: 0,
    stdout: '42\n',
  });
  expect(await bare('--invoke', 'sum', program)).toMatchObject({
    status: 125,
    stderr: [
      `${program} needs imports that nobody provides:`,
      '  local:test/host@1.0.0',
      '  plain',
      'a JavaScript module that exports them can: --import local:test/host=FILE.mjs --import plain=FILE.mjs',
    ]
      .map((line) => `witness: ${line}\n`)
      .join(''),
  });
});
