/** Breakpoints (contract: program counters and stops). */
import { describe, expect, test } from 'vitest';
import type { DebugModule } from '../../src/engine/runtime/engine.ts';
import { assemble, Debuggee, i32, instructions, path, pcOf } from './debuggee.ts';

const SUM = `(module (func (export "f") (param $n i32) (result i32) (local $sum i32) (local i64 f32)
  (loop $next
    (local.set $sum (i32.add (local.get $sum) (local.get $n)))
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i32.mul (local.get $sum) (i32.const 1000))))`;

async function load(text: string): Promise<{ debuggee: Debuggee; module: DebugModule }> {
  const debuggee = new Debuggee();
  return { debuggee, module: debuggee.engine.loadModule(await assemble(text)) };
}

test('a breakpoint stops before its instruction, every time', async () => {
  const { debuggee, module } = await load(SUM);
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  const instance = debuggee.engine.instantiate(module);
  expect(debuggee.call(instance, 'f', 3)).toBe(6000);
  expect(debuggee.stops.map(({ top }) => top.operands)).toEqual([
    [i32(3), i32(1)],
    [i32(2), i32(1)],
    [i32(1), i32(1)],
  ]);
  expect(debuggee.stops.map(({ top }) => top.locals[1])).toEqual([i32(3), i32(5), i32(6)]);
});

test('at each instruction of a function there can be one', async () => {
  const { debuggee, module } = await load(SUM);
  for (const { pc } of instructions(module)) {
    expect(debuggee.engine.addBreakpoint(module, pc)).toBe(true);
  }
  debuggee.call(debuggee.engine.instantiate(module), 'f', 1);
  expect(path(debuggee.stops)).toBe(
    'loop local.get local.get i32.add local.set local.get i32.const i32.sub local.tee br_if end ' +
      'local.get i32.const i32.mul end',
  );
});

describe('slipping forward', () => {
  test('from the locals to the first instruction', async () => {
    const { debuggee, module } = await load(SUM);
    const { localsStart, codeStart } = module.original.bodies[0]!;
    for (let pc = localsStart; pc < codeStart; pc++) {
      expect(debuggee.engine.addBreakpoint(module, pc)).toBe(true);
    }
    debuggee.call(debuggee.engine.instantiate(module), 'f', 1);
    expect(path(debuggee.stops)).toBe('loop');
    expect(debuggee.stops[0]!.top.pc).toBe(codeStart);
  });

  test('from the middle of an instruction to the next one', async () => {
    const { debuggee, module } = await load(SUM);
    // The constant 1000 takes two bytes behind its opcode.
    const inside = pcOf(module, 'i32.const', 1) + 2;
    expect(debuggee.engine.addBreakpoint(module, inside)).toBe(true);
    debuggee.call(debuggee.engine.instantiate(module), 'f', 1);
    expect(path(debuggee.stops)).toBe('i32.mul');
    expect(debuggee.engine.removeBreakpoint(module, debuggee.stops[0]!.top.pc)).toBe(false);
    expect(debuggee.engine.removeBreakpoint(module, inside)).toBe(true);
  });

  test('two that slip to one instruction are one event, and both must go', async () => {
    const { debuggee, module } = await load(SUM);
    const { engine } = debuggee;
    const pc = pcOf(module, 'i32.mul');
    engine.addBreakpoint(module, pc);
    engine.addBreakpoint(module, pc - 1);
    const instance = engine.instantiate(module);
    debuggee.call(instance, 'f', 1);
    expect(debuggee.stops).toHaveLength(1);
    engine.removeBreakpoint(module, pc);
    debuggee.call(instance, 'f', 1);
    expect(debuggee.stops).toHaveLength(2);
    engine.removeBreakpoint(module, pc - 1);
    debuggee.call(instance, 'f', 1);
    expect(debuggee.stops).toHaveLength(2);
  });
});

test('outside every function body there is none', async () => {
  const { debuggee, module } = await load(
    '(module (func (export "f") (local i32) nop) (func nop) (func))',
  );
  const { engine } = debuggee;
  const { bodies, bytes } = module.original;
  const inBody = (pc: number): boolean =>
    bodies.some(({ localsStart, end }) => pc >= localsStart && pc < end);
  for (let pc = 0; pc <= bytes.length + 1; pc++) {
    expect(engine.addBreakpoint(module, pc), `at ${pc}`).toBe(inBody(pc));
  }
  for (const pc of [-1, 0.5, Number.NaN, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    expect(engine.removeBreakpoint(module, pc)).toBe(false);
    if (pc !== 0.5) expect(engine.addBreakpoint(module, pc)).toBe(false);
  }
});

test('adding is counted, removing is its inverse', async () => {
  const { debuggee, module } = await load(SUM);
  const { engine } = debuggee;
  const pc = pcOf(module, 'i32.mul');
  const instance = engine.instantiate(module);
  const stopsOfCall = (): number => {
    const before = debuggee.stops.length;
    debuggee.call(instance, 'f', 1);
    return debuggee.stops.length - before;
  };
  expect(engine.removeBreakpoint(module, pc)).toBe(false);
  engine.addBreakpoint(module, pc);
  engine.addBreakpoint(module, pc);
  expect(stopsOfCall()).toBe(1);
  expect(engine.removeBreakpoint(module, pc)).toBe(true);
  expect(stopsOfCall()).toBe(1);
  expect(engine.removeBreakpoint(module, pc)).toBe(true);
  expect(stopsOfCall()).toBe(0);
  expect(engine.removeBreakpoint(module, pc)).toBe(false);
});

test('one on a module holds in all its instances, present and later', async () => {
  const { debuggee, module } = await load(SUM);
  const first = debuggee.engine.instantiate(module);
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
  const second = debuggee.engine.instantiate(module);
  debuggee.call(second, 'f', 1);
  debuggee.call(first, 'f', 1);
  expect(debuggee.stops.map(({ top }) => top.instance)).toEqual([second, first]);
});

test('in code that nothing reaches it never stops', async () => {
  const { debuggee, module } = await load(
    '(module (func (export "f") (result i32) i32.const 1 return nop i32.const 2))',
  );
  expect(debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'))).toBe(true);
  expect(debuggee.call(debuggee.engine.instantiate(module), 'f')).toBe(1);
  expect(debuggee.stops).toEqual([]);
});

test('added while a recursion is deep, callers see it when they are returned to', async () => {
  const text = `(module (func $down (export "f") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 100))))
    (i32.add (call $down (i32.sub (local.get $n) (i32.const 1))) (local.get $n))))`;
  const debuggee = new Debuggee((stop) => {
    if (stop.top.at === 'return') debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.add'));
    return 'run';
  });
  const module = debuggee.engine.loadModule(await assemble(text));
  debuggee.engine.addBreakpoint(module, pcOf(module, 'return'));
  expect(debuggee.call(debuggee.engine.instantiate(module), 'f', 50)).toBe(100 + (50 * 51) / 2);
  expect(debuggee.stops).toHaveLength(51);
  const [, ...returns] = debuggee.stops;
  returns.forEach(({ activations, top }, i) => {
    expect(top.locals).toEqual([i32(i + 1)]);
    expect(activations[0]).toHaveLength(50 - i);
  });
});

test('taken away while many activations of the function are stopped above it, none stops again', async () => {
  const text = `(module (func $down (export "f") (param $n i32) (result i32)
    (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
    (call $down (i32.sub (local.get $n) (i32.const 1)))
    i32.const 1
    i32.add))`;
  const debuggee = new Debuggee((stop) => {
    if (stop.top.at === 'i32.add') debuggee.engine.removeBreakpoint(module, stop.top.pc);
    return 'run';
  });
  const module = debuggee.engine.loadModule(await assemble(text));
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.add'));
  expect(debuggee.call(debuggee.engine.instantiate(module), 'f', 20)).toBe(20);
  expect(debuggee.stops).toHaveLength(1);
});

test('added by a host function that the program called', async () => {
  const text = `(module (import "host" "arm" (func $arm))
    (func (export "f") (param i32) (result i32) (local.get 0) (call $arm) (i32.const 2) i32.mul))`;
  const { debuggee, module } = await load(text);
  const arm = () => debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul'));
  const instance = debuggee.engine.instantiate(module, { host: { arm } });
  expect(debuggee.call(instance, 'f', 21)).toBe(42);
  expect(debuggee.stops.map(({ top }) => top.operands)).toEqual([[i32(21), i32(2)]]);
});
