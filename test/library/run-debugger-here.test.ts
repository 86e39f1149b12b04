/** A component in this thread, over a debuggee that is not Witness's engine. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import {
  connectDebugger,
  createConnection,
  DebuggerFailed,
  runDebugger,
  runDebuggerHere,
  takeInterrupt,
} from '../../src/index.ts';
import { debuggerComponent } from '../support/component.ts';
import { PCS, ScriptedDebugger } from '../support/scripted-debugger.ts';
import { createWorkspace } from '../support/workspace.ts';
import { cComponent } from '../support/worlds.ts';

const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

describe('a component over an OpaqueDebugger of one’s own', () => {
  it('runs, and polls for events', async () => {
    const component = await cComponent('stepper.c', 'import wasi:cli/stdout@0.2.12;');
    const fd = openSync(space.path('out'), 'w');
    const debuggee = new ScriptedDebugger();
    await runDebuggerHere(component, debuggee, { stdout: { fd, prefix: '> ' } });
    closeSync(fd);
    const lines = PCS.slice(0, 3).map((pc) => `> pc ${pc}\n`);
    expect(readFileSync(space.path('out'), 'utf8')).toBe(lines.join(''));
    expect(debuggee.finished).toBe(1);
  });

  it('runs in a Worker, with the debuggee in another', async () => {
    const connection = createConnection();
    const worker = new Worker(new URL('../support/scripted-debuggee-worker.ts', import.meta.url), {
      workerData: { buffers: connection.channel, words: new Int32Array(new SharedArrayBuffer(4)) },
    });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await runDebugger(await debuggerComponent(''), { connection });
    expect(await ended).toBe(0);
  });

  it('is told of an interrupt once', () => {
    const connection = createConnection();
    expect(takeInterrupt(connection)).toBe(false);
    connectDebugger(connection).interrupt();
    expect(takeInterrupt(connection)).toBe(true);
    expect(takeInterrupt(connection)).toBe(false);
  });

  it('fails with what made it fail', async () => {
    const debuggee = new ScriptedDebugger();
    const traps = runDebuggerHere(await debuggerComponent('unreachable'), debuggee);
    await expect(traps).rejects.toThrow(DebuggerFailed);
    await expect(runDebuggerHere('nowhere.wasm', debuggee)).rejects.toThrow(
      'nowhere.wasm: cannot be read: no such file',
    );
    expect(debuggee.finished).toBe(0);
  });
});
