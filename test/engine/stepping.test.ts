/** Where stepping stops (contract: program counters and stops). */
import { expect, test } from 'vitest';
import { assemble, Debuggee, i32, path, pcOf } from './debuggee.ts';

async function stepped(text: string, ...args: unknown[]): Promise<Debuggee> {
  const debuggee = new Debuggee(() => 'step');
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(await assemble(text)));
  debuggee.engine.resume('step');
  debuggee.call(instance, 'f', ...args);
  return debuggee;
}

test('every operator that is reached is a stop, those without effect and the last end included', async () => {
  const { stops } = await stepped(`(module (func (export "f")
    nop
    block nop end
    loop nop end
    i32.const 1
    if nop else nop end))`);
  expect(path(stops)).toBe('nop block nop end loop nop end i32.const if nop else end');
});

test('else and end are stopped at only when they are fallen into', async () => {
  const text = `(module (func (export "f") (param i32)
    local.get 0
    if nop else block end end
    local.get 0
    if end
    nop))`;
  // The first arm falls into `else`, which goes past `end`; the second arm falls into `end`.
  const taken = 'local.get if nop else local.get if end nop end';
  expect(path((await stepped(text, 1)).stops)).toBe(taken);
  const notTaken = 'local.get if block end end local.get if nop end';
  expect(path((await stepped(text, 0)).stops)).toBe(notTaken);
});

test('a branch goes past the end of its block, and back to just after a loop', async () => {
  const { stops } = await stepped(
    `(module (func (export "f") (param i32)
      loop
        block
          local.get 0
          br_if 0
          return
        end
        i32.const 0
        local.set 0
        br 0
      end))`,
    1,
  );
  expect(path(stops)).toBe(
    'loop block local.get br_if i32.const local.set br block local.get br_if return',
  );
});

test('a breakpoint at an instruction that is stepped to is one event', async () => {
  const debuggee = new Debuggee(() => 'step');
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble('(module (func (export "f") nop nop))'));
  const instance = engine.instantiate(module);
  expect(engine.addBreakpoint(module, pcOf(module, 'nop', 0))).toBe(true);
  expect(engine.addBreakpoint(module, pcOf(module, 'nop', 1))).toBe(true);
  engine.resume('step');
  debuggee.call(instance, 'f');
  expect(path(debuggee.stops)).toBe('nop nop end');
  expect(new Set(debuggee.stops.map(({ event }) => event))).toEqual(new Set(['breakpoint']));
});

test('stepping goes into functions of modules that are instantiated later', async () => {
  const outer = await assemble(`(module
    (import "host" "load" (func $load))
    (table (export "table") 1 funcref)
    (func (export "f") call $load i32.const 0 call_indirect))`);
  const inner = await assemble(`(module
    (import "outer" "table" (table 1 funcref))
    (elem (i32.const 0) $late)
    (func $late (local i32) i32.const 5 local.set 0))`);
  const debuggee = new Debuggee(() => 'step');
  const { engine } = debuggee;
  const first = engine.instantiate(engine.loadModule(outer), {
    host: { load: () => engine.instantiate(engine.loadModule(inner), { outer: first.exports }) },
  });
  engine.resume('step');
  debuggee.call(first, 'f');
  expect(path(debuggee.stops)).toBe('call i32.const call_indirect i32.const local.set end end');
  const inLate = debuggee.stops[4]!;
  expect(inLate.activations[0]!.map(({ instance }) => instance.id)).toEqual([1, 0]);
  expect(inLate.top.operands).toEqual([i32(5)]);
});

test('the start function is stepped, before its module has exports that anyone could call', async () => {
  const debuggee = new Debuggee(() => 'step');
  debuggee.engine.resume('step');
  const bytes = await assemble(`(module
    (global (export "g") (mut i32) (i32.const 1))
    (func $start i32.const 7 global.set 0)
    (start $start))`);
  const instance = debuggee.engine.instantiate(debuggee.engine.loadModule(bytes));
  expect(path(debuggee.stops)).toBe('i32.const global.set end');
  expect((instance.exports['g'] as WebAssembly.Global).value).toBe(7);
});

test('there are no frames before any code has run, nor after', async () => {
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  expect(engine.activations()).toEqual([]);
  const module = engine.loadModule(await assemble('(module (func (export "f") nop))'));
  expect(engine.activations()).toEqual([]);
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  debuggee.call(engine.instantiate(module), 'f');
  expect(debuggee.stops).toHaveLength(1);
  expect(engine.activations()).toEqual([]);
});

test('running goes on from a step, and steps begin again at the next breakpoint', async () => {
  const debuggee = new Debuggee((stop) => (stop.top.at === 'i32.add' ? 'run' : 'step'));
  const { engine } = debuggee;
  const module = engine.loadModule(
    await assemble(`(module (func (export "f") (result i32)
      i32.const 1 i32.const 2 i32.add i32.const 3 i32.mul i32.const 4 i32.sub))`),
  );
  engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
  const instance = engine.instantiate(module);
  engine.resume('step');
  expect(debuggee.call(instance, 'f')).toBe(5);
  expect(path(debuggee.stops)).toBe('i32.const i32.const i32.add i32.mul i32.const i32.sub end');
});
