/** A debugger that makes and drops a million handles leaves everything as it was. */

import { afterAll, expect, it } from 'vitest';
import { createDebugMemory } from '../../src/engine/runtime/debug-memory.ts';
import { Engine } from '../../src/engine/runtime/engine.ts';
import { Debuggee } from '../../src/host/resources/debuggee.ts';
import type { Instance } from '../../src/host/resources/instance.ts';
import { WasmException } from '../../src/host/resources/wasm-exception.ts';
import { WasmTag } from '../../src/host/resources/wasm-tag.ts';
import { WasmValue } from '../../src/host/resources/wasm-value.ts';
import { Session } from '../../src/host/session.ts';
import { LocalDebugger } from '../../src/opaque-debugger/local.ts';
import { buildCInterpreter, buildTypeScriptInterpreter } from '../support/contract-guest/build.ts';
import { liveHeap } from '../support/heap.ts';
import { BEGIN, stopAt } from './contract/cases.ts';
import { ComponentRunner } from './contract/component.ts';
import { assembleProgram, hostImports, type Program } from './contract/program.ts';
import { parseScript } from './contract/script.ts';

const MIB = 1 << 20;
/** What the heap may differ by, for reasons of V8's own: 8 bytes a handle, less than any leak. */
const SLACK = 8 * MIB;

const program: Program = await assembleProgram();

function stopped(use: (d: Debuggee, local: LocalDebugger, session: Session) => void): void {
  let done = false;
  const engine: Engine = new Engine({
    memory: createDebugMemory(),
    onStop: (event) => {
      local.stopped(event);
      const session = new Session(local, () => {
        throw new Error('not polled');
      });
      use(new Debuggee(session), local, session);
      session.sweep();
      done = true;
      local.finish();
    },
  });
  const local = new LocalDebugger(engine);
  const module = engine.loadModule(program.bytes);
  local.moduleAddBreakpoint(local.allModules()[0]!, program.symbols['add.1']!);
  const { exports } = engine.instantiate(
    module,
    hostImports(() => exports),
  );
  local.continue_({ kind: 'normal' });
  engine.enter(() => (exports['calls'] as () => void)());
  expect(done).toBe(true);
}

/** One of each; gives how many handles that were. */
function useHandles(d: Debuggee, instance: Instance, tag: WasmTag): number {
  const [frame] = d.exitFrames();
  const global = instance.getGlobal(d, 5);
  const table = instance.getTable(d, 0);
  const value = table.getElement(d, 0n);
  const exception = WasmException.make(d, tag, [WasmValue.makeI32(1)]);
  const all = [
    ...[instance.clone(), instance.getModule(d), instance.getMemory(d, 0), global, table, frame!],
    ...[instance.getFunc(d, 3), value, value.unwrapFunc()!, global.get(d), exception],
    ...[exception.getTag(d), ...exception.getValues(d), ...frame!.getLocals(d), value.clone()],
    ...d.allModules(),
  ];
  for (const resource of all) resource[Symbol.dispose]();
  return all.length;
}

it('in the host, over the engine', () => {
  stopped((d, local, session) => {
    const [instance] = d.allInstances();
    const tag = WasmTag.make(d, [{ tag: 'wasm-i32' }]);
    const run = (count: number) => {
      let made = 0;
      while (made < count) made += useHandles(d, instance!, tag);
    };
    run(50_000);
    const before = [local.held, session.held, liveHeap()] as const;
    run(1_000_000);
    expect(local.held).toBe(before[0]);
    expect(session.held).toBe(before[1]);
    expect(liveHeap() - before[2]).toBeLessThan(SLACK);
    session.sweep();
    expect(local.held).toBe(0);
  });
});

it('tags that were made live as long as somebody holds them', () => {
  stopped((d, local) => {
    const before = local.held;
    const made = Array.from({ length: 500 }, () => WasmTag.make(d, [{ tag: 'wasm-i64' }]));
    expect(new Set(made.map((tag) => tag.uniqueId())).size).toBe(500);
    const exception = WasmException.make(d, made[7]!, [WasmValue.makeI64(1n)]);
    const id = made[7]!.uniqueId();
    for (const tag of made) tag[Symbol.dispose]();
    expect(local.held).toBe(before + 1);
    // The exception has kept it, with the number that it had.
    expect(exception.getTag(d).uniqueId()).toBe(id);
  });
});

it('entities keep their ids when all handles to them are dropped', () => {
  stopped((d) => {
    const [instance] = d.allInstances();
    const memory = instance!.getMemory(d, 0);
    const tag = instance!.getTag(d, 0);
    const ids = [memory.uniqueId(), tag.uniqueId(), instance!.uniqueId()];
    for (const resource of [memory, tag, instance!]) resource[Symbol.dispose]();
    const [again] = d.allInstances();
    expect([
      again!.getMemory(d, 0).uniqueId(),
      again!.getTag(d, 0).uniqueId(),
      again!.uniqueId(),
    ]).toEqual(ids);
  });
});

/** Handles that the host has at hand, and such as are asked for over the channel. */
function script(times: number): string {
  return `
    ${stopAt('add.1')}
    global = instance.get-global instance d 5
    value = global.get global d
    tag = wasm-tag.make d -
    exception = wasm-exception.make d tag -
    repeat ${times} instance.clone instance
    repeat ${times} wasm-value.clone value
    repeat ${times} wasm-value.unwrap-func value
    repeat ${times} wasm-tag.clone tag
    repeat ${times / 250} debuggee.exit-frames d
    repeat ${times / 250} frame.get-locals frame d
    repeat ${times / 250} instance.get-memory instance d 0
    repeat ${times / 250} global.get global d
    repeat ${times / 250} wasm-exception.get-tag exception d
    repeat 100 wasm-tag.make d i32,i64
  `;
}

const COMPONENTS = {
  C: { build: buildCInterpreter, times: 250_000 },
  // Slower by far, and with a collector of its own.
  TypeScript: { build: buildTypeScriptInterpreter, times: 5_000 },
};
/** A million calls and as many drops take seconds, and many on a machine that does other things. */
const PATIENCE_MS = 300_000;
const runners: ComponentRunner[] = [];
afterAll(() => Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]())));

it.each(['C', 'TypeScript'] as const)(
  'in a component in %s',
  async (language) => {
    const { build, times } = COMPONENTS[language];
    const runner = new ComponentRunner(program, await build());
    runners.push(runner);
    const run = async (text: string) => {
      const wires = parseScript(text, program.symbols).map(({ wire }) => wire);
      const end = await runner.run('calls', ['guest', ...wires], { measureHeap: true });
      expect(end.failure).toBeUndefined();
      expect(end.lines).toHaveLength(wires.length);
      expect(end.held).toBe(0);
      return end.heap!;
    };
    await run(script(500));
    const before = await run(script(500));
    expect((await run(script(times))) - before).toBeLessThan(SLACK);
  },
  PATIENCE_MS,
);

it('are swept when a component leaks them', async () => {
  const runner = new ComponentRunner(program, await buildCInterpreter());
  runners.push(runner);
  const leaks = Array.from({ length: 50 }, (_, i) => `m${i} = instance.get-memory instance d 0`);
  const text = [BEGIN, 'tag = wasm-tag.make d i32', ...leaks].join('\n');
  const wires = parseScript(text, program.symbols).map(({ wire }) => wire);
  const end = await runner.run('calls', ['guest', ...wires]);
  expect(end).toMatchObject({ failure: undefined, held: 0 });
});
