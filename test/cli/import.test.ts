/** `witness run --import`: JavaScript modules that provide a program's imports. */
import { afterAll, describe, expect, test } from 'vitest';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

/** Without a debugger, so that nothing but the program and the command itself is tested. */
const bare = (...words: string[]) => witness(['run', '-D', 'none', ...words]);

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
