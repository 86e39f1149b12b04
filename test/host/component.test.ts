/** A real component in its Worker over a scripted debuggee in another. */

import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeChannel, createChannel } from '../../src/channel/buffers.ts';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { type DebuggerReport, spawnDebugger } from '../../src/host/spawn.ts';
import { buildProbe } from '../support/probe/build.ts';
import { PCS } from '../support/scripted-debugger.ts';

// Not the user's own cache.
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/witness', import.meta.url));
const DEBUGGEE = new URL('../support/scripted-debuggee-worker.ts', import.meta.url);

let probe: string;
let directory: string;
let runs = 0;

beforeAll(async () => {
  probe = await buildProbe();
  directory = await mkdtemp(join(tmpdir(), 'witness-component-'));
}, 180_000);
afterAll(() => rm(directory, { recursive: true }));

interface Run {
  report: DebuggerReport;
  /** What the debuggee's thread said at its end; undefined if it had to be killed. */
  debuggee: { finished: number; released: number[] } | undefined;
  /** What print-debugger-info gave. */
  lines: string[];
  stdout: string;
}

async function run(
  args: string[],
  debuggeeOptions: { memory?: WebAssembly.Memory } = {},
  prefix = '[p] ',
): Promise<Run> {
  const channel = createChannel();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(DEBUGGEE, {
    workerData: { buffers: channel, words, ...debuggeeOptions },
  });
  let said: Run['debuggee'];
  worker.on('message', (message) => (said = message));
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const files = ['err', 'out'].map((name) => join(directory, `${runs}.${name}`));
  runs++;
  const [stderr, stdout] = files.map((file) => openSync(file, 'w'));
  const debuggee = spawnDebugger({
    component: probe,
    name: 'probe',
    args,
    stdout: { fd: stdout!, prefix },
    stderr: { fd: stderr!, prefix: '' },
    memory: debuggeeOptions.memory ?? createDebugMemory(),
    channel,
    cacheDir: CACHE,
  });
  const report = await debuggee.ended;
  if (report.kind !== 'done') await worker.terminate();
  await ended;
  await debuggee.terminate();
  closeSync(stderr!);
  closeSync(stdout!);
  const [errText, outText] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const lines = errText!.split('\n').filter((line) => line !== '');
  return { report, debuggee: said, lines, stdout: outText! };
}

const DONE: DebuggerReport = { kind: 'done' };

describe('a debugger component', () => {
  it('steps a program to its end', async () => {
    const { report, lines } = await run(['steps']);
    expect(report).toEqual(DONE);
    const stops = PCS.flatMap((pc) => ['breakpoint', `pc ${pc}`]);
    expect(lines).toEqual([...stops, 'complete']);
  });

  it('polls for events beside other pollables', async () => {
    const { report, lines } = await run(['poll']);
    const returned = 'injected-call-return';
    expect(lines).toEqual(['breakpoint', returned, 'breakpoint', returned, 'breakpoint']);
    expect(report).toEqual(DONE);
  });

  it('polls for an event that is not there yet, and interrupts', async () => {
    const memory = createDebugMemory();
    const { report, lines } = await run(['late'], { memory });
    expect(lines).toEqual(['not yet', 'ready', 'complete']);
    expect(report).toEqual(DONE);
  });

  it('gets in-band errors', async () => {
    const { report, lines } = await run(['errors']);
    expect(lines).toEqual(['invalid-entity', 'out-of-bounds', 'invalid-frame', 'breakpoint']);
    expect(report).toEqual(DONE);
  });

  it('gets values', async () => {
    const { lines } = await run(['values']);
    expect(lines).toEqual([
      'wasm-i32 wasm-i64 wasm-f32 wasm-f64 wasm-v128 wasm-funcref',
      '4294967295 9223372036854775809 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15',
      'true undefined',
      '41',
    ]);
  });

  it('fails when it looks at a running program', async () => {
    const { report } = await run(['running']);
    expect(report).toEqual({
      kind: 'failed',
      message: expect.stringMatching(
        /^debuggee\.all-modules: the program is running\. Until event/,
      ),
    });
  });

  it.each(['early', 'half', 'dropped'])('lets the program go on: %s', async (action) => {
    const { report, debuggee } = await run([action]);
    expect(report).toEqual(DONE);
    expect(debuggee).toMatchObject({ finished: 1 });
  });

  it('ends without letting the program go on', async () => {
    const { report, debuggee } = await run(['exit-0']);
    expect(report).toEqual({ kind: 'exited' });
    expect(debuggee).toBeUndefined();
  });

  it.each([
    ['exit-1', 'the debugger exited with status 1'],
    ['throw', 'unreachable'],
    ['no such action', 'unreachable'],
  ])('fails and says why: %s', async (action, message) => {
    const { report, debuggee } = await run([action]);
    expect(report).toEqual({ kind: 'failed', message: expect.stringContaining(message) });
    expect(debuggee).toBeUndefined();
  });

  it('sees nothing of the host’s files, environment and input', async () => {
    const { lines } = await run(['world', 'a b', '']);
    const args = '["probe","world","a b",""]';
    expect(lines).toEqual([
      `args ${args} ${args}`,
      'env []',
      'preopens 0',
      'stdin closed',
      'clock true',
    ]);
  });

  it('has each line of its output marked, the last one too', async () => {
    const { stdout } = await run(['output', '500']);
    const line = `[p] ${'x'.repeat(99)}\n`;
    expect(stdout === `${line.repeat(500)}[p] unfinished\n`).toBe(true);
  });

  it('has its output unchanged when there is no mark', async () => {
    const { stdout } = await run(['output', '2'], {}, '');
    expect(stdout).toBe(`${`${'x'.repeat(99)}\n`.repeat(2)}unfinished`);
  });

  it('has what it leaked released', async () => {
    const { debuggee } = await run(['leak', '1000']);
    // The instance and its memory, which a thousand objects stand for.
    expect(debuggee!.released).toHaveLength(2);
  });

  it('fails when the program’s thread dies', async () => {
    const channel = createChannel();
    const words = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { buffers: channel, words, dieAtStop: 2 };
    const worker = new Worker(DEBUGGEE, { workerData });
    worker.once('exit', (status) => closeChannel(channel, `the program died with ${status}`));
    const nowhere = { fd: openSync('/dev/null', 'w'), prefix: '' };
    const { ended } = spawnDebugger({
      component: probe,
      name: 'probe',
      args: ['steps'],
      stdout: nowhere,
      stderr: nowhere,
      memory: createDebugMemory(),
      channel,
      cacheDir: CACHE,
    });
    expect(await ended).toEqual({
      kind: 'failed',
      message: 'event-future.finish: the program died with 3',
    });
    closeSync(nowhere.fd);
  });
});
