/** A program in a Worker, debugged from JavaScript and by components. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ChannelClosedError,
  DebuggeeError,
  DebuggerFailed,
  runDebugger,
  StartError,
  startDebuggee,
} from '../../src/index.ts';
import { debuggerComponent } from '../support/component.ts';
import { commandComponent } from '../support/components.ts';
import { buildProbe } from '../support/probe/build.ts';
import { hello } from '../support/programs.ts';
import { createWorkspace } from '../support/workspace.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

const bytes = (text: string) => readFileSync(space.wat('program.wasm', text));

/** Calls `tick` three times with 0, 1, 2; gives its sum. */
const TICKS = `(module
  (import "env" "tick" (func $tick (param i32) (result i32)))
  (func $ticks (export "ticks") (result i32) (local $i i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $tick (local.get $i))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 3))))
    (local.get $sum)))`;
const imports = (body: string) => ({
  env: pathToFileURL(space.file(`tick-${body.length}.mjs`, `export const tick = ${body};`)),
});

const NORMAL = { kind: 'normal' } as const;

describe('a debuggee in a Worker', () => {
  it('is driven from JavaScript', async () => {
    const options = { invoke: 'ticks', imports: imports('(i) => i + 1') };
    await using debuggee = await startDebuggee(bytes(TICKS), options);
    const d = debuggee.debugger;
    expect(d.state).toBe('paused');
    expect(d.allModules()).toHaveLength(1);
    d.singleStep(NORMAL);
    expect(d.wait()).toEqual({ kind: 'breakpoint' });
    const [frame] = d.exitFrames();
    expect(d.frameFuncAndPc(frame!).func).toBe(1);
    expect(d.frameLocals(frame!)).toEqual([
      { type: 'i32', value: 0 },
      { type: 'i32', value: 0 },
    ]);
    // The debuggee refuses in-band, and is still paused.
    d.continue_({ kind: 'early-return', values: [] });
    expect(() => d.wait()).toThrow(DebuggeeError);
    d.continue_({ kind: 'early-return', values: [{ type: 'i32', value: 41 }] });
    expect(d.wait()).toEqual({ kind: 'complete' });
    d.finish();
    expect(await debuggee.ended).toEqual({ kind: 'exited', status: 0 });
  });

  it('is driven from another thread', async () => {
    const options = { invoke: 'ticks', imports: imports('(i) => i - 1') };
    await using debuggee = await startDebuggee(bytes(TICKS), options);
    const index = new URL('../../src/index.ts', import.meta.url).href;
    const file = space.file(
      'driver.mjs',
      `import { parentPort, workerData } from 'node:worker_threads';
       import { connectDebugger } from ${JSON.stringify(index)};
       const d = connectDebugger(workerData);
       let steps = 0;
       do { d.singleStep({ kind: 'normal' }); steps++; } while (d.wait().kind !== 'complete');
       d.finish();
       parentPort.postMessage(steps);`,
    );
    const worker = new Worker(file, { workerData: debuggee.connection });
    const steps = await new Promise<number>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
    });
    expect(steps).toBeGreaterThan(20);
    expect(await debuggee.ended).toEqual({ kind: 'exited', status: 0 });
  });

  it('tells who waits for it that its thread has died', async () => {
    const options = { invoke: 'ticks', imports: imports('() => process.exit(7)') };
    await using debuggee = await startDebuggee(bytes(TICKS), options);
    debuggee.debugger.continue_(NORMAL);
    expect(() => debuggee.debugger.wait()).toThrow(ChannelClosedError);
    expect(() => debuggee.debugger.allModules()).toThrow(/process\.exit\(7\)/);
    expect(await debuggee.ended).toEqual({ kind: 'process-exit', status: 7 });
  });

  it.each<[string, () => Promise<string | URL | Uint8Array>]>([
    // A component has no other failure to exit with than 1.
    ['a component', async () => commandComponent(bytes(hello(1)))],
    ['a path', async () => space.wat('hello.wasm', hello(1))],
    ['a URL', async () => pathToFileURL(space.wat('hello.wasm', hello(1)))],
    [
      'a JavaScript module',
      async () => {
        space.wat('seven.wasm', '(module (func (export "f") (result i32) (i32.const 7)))');
        return space.file(
          'main.mjs',
          `import { readFileSync } from 'node:fs';
           const bytes = readFileSync(new URL('seven.wasm', import.meta.url));
           const { instance } = await WebAssembly.instantiate(bytes);
           if (instance.exports.f() !== 7) throw new Error();
           process.exitCode = 1;`,
        );
      },
    ],
  ])('is %s', async (_what, program) => {
    await using debuggee = await startDebuggee(await program());
    const d = debuggee.debugger;
    d.singleStep(NORMAL);
    expect(d.wait()).toEqual({ kind: 'breakpoint' });
    expect(d.exitFrames()).toHaveLength(1);
    d.finish();
    expect(await debuggee.ended).toEqual({ kind: 'exited', status: 1 });
  });

  it('can be ended while it runs', async () => {
    const endless = '(module (func (export "_start") (loop $l (br $l))))';
    const debuggee = await startDebuggee(bytes(endless));
    debuggee.debugger.finish();
    await debuggee.terminate();
    expect(await debuggee.ended).toMatchObject({ kind: 'failed' });
  });

  it.each<[string, Uint8Array, object, RegExp]>([
    ['text', Buffer.from('text'), {}, /^program\.wasm is not a WebAssembly binary/],
    ['nothing to run', bytes('(module)'), { name: 'n' }, /^n exports no _start function/],
    [
      'an unknown export',
      bytes('(module)'),
      { invoke: 'f' },
      /^--invoke f: the program exports no/,
    ],
    ['imports that are missing', bytes(TICKS), { invoke: 'ticks' }, /needs imports that nobody/],
    ['a file that is not there', bytes(TICKS), { invoke: 'ticks', imports: { env: 'x' } }, /env=x/],
  ])('is not started with %s', async (_what, program, options, message) => {
    const error = await startDebuggee(program, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('a component', () => {
  const start = () =>
    startDebuggee(bytes(TICKS), { invoke: 'ticks', imports: imports('(i) => i') });

  it('debugs it, from bytes or a path, and lets it run on', async () => {
    const component = await debuggerComponent('');
    for (const source of [component, pathToFileURL(space.file('returns.wasm', component))]) {
      await using debuggee = await start();
      expect(await runDebugger(source, debuggee)).toBe('done');
      expect(await debuggee.ended).toEqual({ kind: 'exited', status: 0 });
    }
  });

  it('exits, and the program is left where it is', async () => {
    await using debuggee = await start();
    const options = { args: ['exit-0'] };
    expect(await runDebugger(await buildProbe(), debuggee, options)).toBe('exited');
  }, 180_000);

  it('fails, and the program is left where it is', async () => {
    await using debuggee = await start();
    const failed = runDebugger(await debuggerComponent('unreachable'), debuggee);
    await expect(failed).rejects.toThrow(DebuggerFailed);
    await expect(failed).rejects.toThrow('unreachable');
  });

  it('is ended by a signal', async () => {
    await using debuggee = await start();
    const signal = AbortSignal.timeout(300);
    const hangs = runDebugger(await debuggerComponent('(loop $l (br $l))'), debuggee, { signal });
    await expect(hangs).rejects.toThrow(/timeout/);
  });
});
