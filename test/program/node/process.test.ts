/** JavaScript programs run as Node runs them: arguments, streams, errors, exit statuses. */
import { afterAll, describe, expect, test } from 'vitest';
import { assemble } from '../../engine/debuggee.ts';
import { type Ended, plainNode, type SpawnOptions, witness } from '../../support/witness.ts';
import { createWorkspace } from '../../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

/** Runs it in both ways, without a debugger. */
async function both(name: string, text: string, args: string[] = [], options: SpawnOptions = {}) {
  const words = [space.file(name, text), ...args];
  const cwd = space.directory;
  const plain = await plainNode(words, { cwd, ...options });
  const ours = await witness(['run', '-D', 'none', ...words], { cwd, ...options });
  return { plain, ours };
}

describe('as in Node', () => {
  test.each<[name: string, text: string, args?: string[], stdin?: string]>([
    [
      'about.mjs',
      `import threads, { isMainThread, workerData, parentPort, threadId } from 'node:worker_threads';
       console.log(process.argv, import.meta.main, import.meta.filename, process.execArgv);
       console.log(isMainThread, workerData, parentPort, threadId, threads.isMainThread, process.env.HOME);
       console.log(process.stdin.fd, process.stdout.fd, process.stderr.fd, process.stdout.isTTY);`,
      ['a', '-b', '--invoke'],
    ],
    [
      'about.cjs',
      `console.log(require.main === module, __filename, process.argv.slice(2));
       process.exitCode = 7;`,
    ],
    ['typed.ts', 'const n: number = 4; console.log(n satisfies number);'],
    [
      'lines.mjs',
      `import { createInterface } from 'node:readline';
       for await (const line of createInterface({ input: process.stdin })) console.log('line', line);
       await new Promise((resolve) => setTimeout(resolve, 5));
       process.on('exit', (code) => console.log('exit', code));
       process.exit(3);`,
      [],
      'one\ntwo\nthree',
    ],
    [
      'throws.mjs',
      `process.on('exit', (c) => console.log('exit', c)); throw new TypeError('not today', { cause: 5 });`,
    ],
    [
      'throws.cjs',
      `class Mine extends Error { detail = 1 }\nfunction f() { throw new Mine('no'); }\nsetTimeout(f, 1);`,
    ],
    [
      'rejects.mjs',
      `async function f() { throw new RangeError('too far'); }\nf();\nconsole.log('first');`,
    ],
    [
      'catches.mjs',
      `process.on('uncaughtException', (e, o) => console.log(e.message, o)); setTimeout(() => console.log('on'), 5); throw new Error('caught');`,
    ],
    ['waits.mjs', 'await new Promise(() => {});'],
  ])('%s', async (name, text, args = [], stdin = '') => {
    const { plain, ours } = await both(name, text, args, { stdin });
    expect(ours).toEqual(plain);
  });
});

// Node itself loses what is still in its stream then.
test('what is written just before process.exit arrives whole', async () => {
  const program = space.file(
    'much.mjs',
    `for (let i = 0; i < 300; i++) { process.stdout.write('x'.repeat(10_000)); console.error(i); }
     process.exit();`,
  );
  const { status, stdout, stderr } = await witness(['run', '-D', 'none', program]);
  expect([status, stdout.length, stderr.split('\n').length]).toEqual([0, 3_000_000, 301]);
});

const ADDER =
  '(module $adder (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';

describe('under a debugger', () => {
  test('modules that appear later get their breakpoints, before any of their code runs', async () => {
    space.file('adder.wasm', await assemble(ADDER));
    space.file(
      'first.wasm',
      await assemble('(module $first (func (export "add") (result i32) (i32.const 1)))'),
    );
    const program = space.file(
      'late.mjs',
      `import { readFileSync } from 'node:fs';
       const load = (name) => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(name))).exports;
       console.log(load('first.wasm').add());
       setTimeout(() => console.log(load('adder.wasm').add(1, 2)), 5);`,
    );
    const output = space.path('late.txt');
    const words = [
      '-D',
      'trace',
      '--debugger-arg=--break=add',
      '--debugger-output',
      output,
      program,
    ];
    const ended = await witness(['run', ...words], { cwd: space.directory });
    expect(ended).toEqual({ status: 0, signal: undefined, stdout: '1\n3\n', stderr: '' });
    expect(await lines(output)).toEqual([
      expect.stringMatching(/^1 breakpoint {2}add 0x[0-9a-f]+ {2}locals=\[\]/),
      expect.stringMatching(/^2 breakpoint {2}m1!add 0x[0-9a-f]+ {2}locals=\[i32:1 i32:2\]/),
      'end complete  stops=2',
    ]);
  });

  test('a program without WebAssembly is paused at its end', async () => {
    const program = space.file('none.mjs', 'console.log("no wasm"); process.exitCode = 4;');
    const ended = await witness(['run', '-D', 'trace', '--debugger-output', '-', program]);
    expect(ended).toEqual({
      status: 4,
      signal: undefined,
      stdout: 'no wasm\nend complete  stops=0\n',
      stderr: '',
    });
  });

  test('process.exit under wasm ends both', async () => {
    const exits = space.file(
      'exits.wasm',
      await assemble('(module (import "e" "exit" (func $exit)) (func (export "f") (call $exit)))'),
    );
    const program = space.file(
      'exits.mjs',
      `import { readFileSync } from 'node:fs';
       const module = new WebAssembly.Module(readFileSync(${JSON.stringify(exits)}));
       process.on('exit', () => console.log('goodbye'));
       new WebAssembly.Instance(module, { e: { exit: () => process.exit(9) } }).exports.f();`,
    );
    const words = ['-D', 'trace', '--debugger-arg=--step=9', '--debugger-output', '-', program];
    const { status, stdout } = await witness(['run', ...words]);
    expect(status).toBe(9);
    expect(stdout).toMatch(/^1 start .*\ngoodbye\nend complete {2}stops=1\n$/);
  });

  test('a further Worker runs undebugged, which is said once, if it uses WebAssembly', async () => {
    const adder = JSON.stringify(space.file('adder.wasm', await assemble(ADDER)));
    const program = space.file(
      'workers.mjs',
      `import { readFileSync } from 'node:fs';
       import { Worker } from 'node:worker_threads';
       const module = new WebAssembly.Module(readFileSync(${adder}));
       const run = (code) => new Promise((resolve) => {
         const worker = new Worker(code, { eval: true, workerData: module });
         worker.on('message', console.log).on('exit', resolve);
       });
       await run('require("worker_threads").parentPort.postMessage(process.execArgv.length);');
       const uses = \`const { parentPort, workerData } = require("worker_threads");
         parentPort.postMessage(new WebAssembly.Instance(workerData).exports.add(1, 2));\`;
       await run(uses);
       await run(uses);
       console.log(new WebAssembly.Instance(module).exports.add(3, 4));`,
    );
    const words = [
      '-D',
      'trace',
      '--debugger-arg=--break=add',
      '--debugger-output',
      '/dev/null',
      program,
    ];
    expect(await witness(['run', ...words])).toEqual({
      status: 0,
      signal: undefined,
      stdout: '0\n3\n3\n7\n',
      stderr:
        'witness: a further Worker of the program runs WebAssembly; what runs there is not debugged\n',
    } satisfies Ended);
  });

  test('a module from another thread runs undebugged, which is said once', async () => {
    const adder = JSON.stringify(space.file('adder.wasm', await assemble(ADDER)));
    const program = space.file(
      'posted.mjs',
      `import { readFileSync } from 'node:fs';
       const { port1, port2 } = new MessageChannel();
       port2.postMessage(new WebAssembly.Module(readFileSync(${adder})));
       const { data } = await new Promise((resolve) => { port1.onmessage = resolve; });
       port1.close();
       for (const n of [1, 2]) console.log(new WebAssembly.Instance(data).exports.add(n, n));`,
    );
    expect(await witness(['run', '-D', 'none', program])).toEqual({
      status: 0,
      signal: undefined,
      stdout: '2\n4\n',
      stderr:
        'witness: a module that came from another thread is not debugged: its bytes are not known here\n',
    } satisfies Ended);
  });

  test.each([
    [['--dir', '.'], /^witness: --dir has no use with .*program in JavaScript/],
    [['--invoke', 'f'], /^witness: --invoke has no use with/],
    [['--network'], /^witness: --network has no use with/],
  ])('%j is refused', async (options, message) => {
    const program = space.file('refused.mjs', 'console.log("runs");');
    expect(await witness(['run', ...options, program])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});

async function lines(path: string): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  return (await readFile(path, 'utf8')).trimEnd().split('\n');
}
