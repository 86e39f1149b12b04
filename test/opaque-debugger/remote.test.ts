/**
 * What a debugger sees of a debuggee is the same in its thread and through the channel: the same
 * scenarios run against the scripted debuggee itself and against one in a Worker.
 */

import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { closeChannel, createChannel } from '../../src/channel/buffers.ts';
import {
  DebuggeeError,
  DebuggeeTrap,
  type FrameHandle,
  type FuncHandle,
  type OpaqueDebugger,
  type Resumption,
} from '../../src/opaque-debugger/opaque-debugger.ts';
import { RemoteDebugger } from '../../src/opaque-debugger/remote.ts';
import { BYTECODE, LOCALS, PCS, ScriptedDebugger } from '../support/scripted-debugger.ts';

const ENTRY = new URL('../support/scripted-debuggee-worker.ts', import.meta.url);
const NORMAL: Resumption = { kind: 'normal' };

interface End {
  finished: number;
  released: number[];
}

interface Remote {
  debuggee: RemoteDebugger;
  /** What the debuggee's thread says when it ends. */
  end: Promise<End | number>;
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function startRemote(refusesAtOnce = true): Remote {
  const buffers = createChannel();
  const words = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(ENTRY, { workerData: { buffers, words, refusesAtOnce } });
  open.push(() => worker.terminate());
  const end = new Promise<End | number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
  return { debuggee: new RemoteDebugger(buffers, () => Atomics.store(words, 0, 1)), end };
}

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

function code(action: () => unknown): string {
  const error = errorOf(action);
  expect(error).toBeInstanceOf(DebuggeeError);
  return (error as DebuggeeError).code;
}

describe.each<[string, () => OpaqueDebugger]>([
  ['in the same thread', () => new ScriptedDebugger()],
  ['in another thread', () => startRemote().debuggee],
  ['in another thread, that refuses late', () => startRemote(false).debuggee],
])('a debuggee %s', (_where, start) => {
  it('starts paused, with modules and no frames', () => {
    const d = start();
    expect(d.state).toBe('paused');
    expect(d.exitFrames()).toEqual([]);
    const [module] = d.allModules();
    expect(d.moduleBytecode(module!)).toEqual(BYTECODE);
    expect(d.instanceGetModule(d.allInstances()[0]!)).toBe(module);
  });

  it('steps to its end', () => {
    const d = start();
    const pcs: number[] = [];
    for (;;) {
      d.singleStep(NORMAL);
      expect(d.state).toBe('running');
      const event = d.wait();
      if (event?.kind === 'complete') break;
      expect(event).toEqual({ kind: 'breakpoint' });
      expect(d.state).toBe('paused');
      pcs.push(d.frameFuncAndPc(d.exitFrames()[0]!).pc);
    }
    expect(pcs).toEqual(PCS);
    expect(d.state).toBe('complete');
    expect(d.exitFrames()).toEqual([]);
    expect(d.allModules()).toHaveLength(1);
  });

  it('gives values with all their bits', () => {
    const d = start();
    d.singleStep(NORMAL);
    d.wait();
    expect(d.frameLocals(d.exitFrames()[0]!)).toEqual(LOCALS);
  });

  it('gives in-band errors as what they are', () => {
    const d = start();
    const instance = d.allInstances()[0]!;
    expect(code(() => d.instanceGetMemory(instance, 1))).toBe('invalid-entity');
    expect(code(() => d.frameLocals(77 as FrameHandle))).toBe('invalid-frame');
    const memory = d.instanceGetMemory(instance, 0);
    expect(code(() => d.memoryReadBytes(memory, 2n ** 64n - 1n, 2n))).toBe('out-of-bounds');
    const func = d.instanceGetFunc(instance, 1);
    expect(errorOf(() => d.funcResults(func))).toBeInstanceOf(DebuggeeTrap);
    expect(String(errorOf(() => d.funcResults(func)))).toMatch(/not scripted/);
  });

  it('is paused where it was when a resumption is refused', () => {
    const d = start();
    d.continue_({ kind: 'early-return', values: [] } as Resumption);
    expect(code(() => d.wait())).toBe('invalid-frame');
    expect(d.state).toBe('paused');
    d.singleStep(NORMAL);
    d.wait();
    const frame = d.exitFrames()[0]!;
    d.continue_({ kind: 'early-return', values: [] });
    expect(code(() => d.wait())).toBe('mismatched-type');
    expect(d.frameFuncAndPc(frame).pc).toBe(PCS[0]);
  });

  it('carries resumptions with values, and their events', () => {
    const d = start();
    d.singleStep(NORMAL);
    d.wait();
    const callee = d.instanceGetFunc(d.allInstances()[0]!, 1);
    d.continue_({ kind: 'inject-call', callee, args: [...LOCALS] });
    expect(d.wait()).toEqual({ kind: 'injected-call-return', values: LOCALS });
    const tag = d.tagNew(['i32']);
    const exception = d.exceptionNew(tag, [{ type: 'i32', value: 3 }]);
    d.continue_({ kind: 'throw-exception', exception });
    expect(d.wait()).toEqual({ kind: 'exception', exception });
    expect(d.exceptionTag(exception)).toBe(tag);
  });

  it('stops at a breakpoint as often as it was added', () => {
    const d = start();
    const module = d.allModules()[0]!;
    d.moduleAddBreakpoint(module, PCS[2]!);
    expect(code(() => d.moduleAddBreakpoint(module, 1))).toBe('invalid-pc');
    d.continue_(NORMAL);
    expect(d.wait()).toEqual({ kind: 'breakpoint' });
    expect(d.frameFuncAndPc(d.exitFrames()[0]!)).toEqual({ func: 1, pc: PCS[2] });
    d.moduleRemoveBreakpoint(module, PCS[2]!);
    expect(code(() => d.moduleRemoveBreakpoint(module, PCS[2]!))).toBe('invalid-pc');
  });
});

// The scripted debuggee has these of `LocalDebugger`'s duties on its own terms.
describe('a remote debuggee', () => {
  it('refuses queries while the program runs, without blocking', () => {
    const { debuggee } = startRemote();
    debuggee.singleStep(NORMAL);
    expect(() => debuggee.allModules()).toThrow(DebuggeeTrap);
    expect(() => debuggee.singleStep(NORMAL)).toThrow(DebuggeeTrap);
    debuggee.wait();
    expect(() => debuggee.wait()).toThrow(DebuggeeTrap);
    expect(debuggee.allModules()).toHaveLength(1);
  });

  it('refuses to go on after the end', () => {
    const { debuggee } = startRemote();
    debuggee.continue_(NORMAL);
    expect(debuggee.wait()).toEqual({ kind: 'complete' });
    expect(() => debuggee.continue_(NORMAL)).toThrow(/complete/);
  });

  it('is interrupted, in spite of running', () => {
    const { debuggee } = startRemote();
    debuggee.interrupt();
    debuggee.continue_(NORMAL);
    expect(debuggee.wait()).toEqual({ kind: 'interrupted' });
  });

  it.each([
    ['before its start', () => {}],
    ['when paused', (d: RemoteDebugger) => [d.singleStep(NORMAL), d.wait()]],
    ['when running', (d: RemoteDebugger) => d.singleStep(NORMAL)],
    ['when complete', (d: RemoteDebugger) => [d.continue_(NORMAL), d.wait()]],
  ])('runs on by itself when let go %s', async (_when, prepare) => {
    const { debuggee, end } = startRemote();
    prepare(debuggee);
    debuggee.finish();
    debuggee.finish();
    expect(await end).toMatchObject({ finished: 1 });
    expect(() => debuggee.allModules()).toThrow(/let the program go/);
  });

  it('learns which handles were dropped', async () => {
    const { debuggee, end } = startRemote();
    debuggee.release(5 as FuncHandle);
    debuggee.release(6 as FuncHandle);
    debuggee.allModules();
    debuggee.release(7 as FuncHandle);
    debuggee.finish();
    expect(((await end) as End).released).toEqual([5, 6, 7]);
  });

  it('reports the death of the program’s thread instead of waiting for it', async () => {
    const buffers = createChannel();
    const words = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(ENTRY, { workerData: { buffers, words, dieAtStop: 1 } });
    const debuggee = new RemoteDebugger(buffers, () => {});
    const died = new Promise((resolve) => worker.once('exit', resolve));
    debuggee.continue_(NORMAL);
    expect(await died).toBe(3);
    closeChannel(buffers, 'the program ended with status 3');
    expect(() => debuggee.wait()).toThrow('the program ended with status 3');
  });
});
