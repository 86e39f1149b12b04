/** Code of V8's optimizing compiler, which short programs never get by themselves. */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { FIRST_FREE_SLOT } from '../../src/engine/instrument/layout.ts';
import type { DebugInstance } from '../../src/engine/runtime/instance.ts';
import { optimize } from '../../src/engine/runtime/optimize.ts';
import { assemble, Debuggee, instructions, pcOf } from './debuggee.ts';

/** Optimizes the code of all functions of a module: what is at the index of an exported one forwards to it. */
function optimizeAll(instance: DebugInstance): void {
  const { original, instrumented } = instance.module;
  for (const { funcIndex } of original.bodies) {
    optimize(instance.codeFunction(instrumented.bodies.of(funcIndex) ?? funcIndex));
  }
}

describe('a continuation', () => {
  const HOT = `(module (memory 1)
    (func (export "f") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 1))
      (loop
        (i32.store (i32.const 4) (local.get 0))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.load (i32.const 0))))`;
  setFlagsFromString('--allow-natives-syntax');
  const isOptimized = new Function('f', 'return %IsTurboFanFunction(f)') as (f: unknown) => boolean;
  const isBaseline = new Function('f', 'return %IsLiftoffFunction(f)') as (f: unknown) => boolean;

  /** What V8 has made of the continuation in which `f` goes on from its `n`-th `i32.store` or load. */
  async function continuationAt(n: number): Promise<unknown> {
    const debuggee = new Debuggee();
    const module = debuggee.engine.loadModule(await assemble(HOT));
    const accesses = instructions(module).filter(({ name }) => /store|load/.test(name));
    debuggee.engine.addBreakpoint(module, accesses[n]!.pc);
    const instance = debuggee.engine.instantiate(module);
    expect(debuggee.call(instance, 'f', 3)).toBe(1);
    // One to reach the breakpoint, which goes on after it.
    return instance.continuations.get(FIRST_FREE_SLOT);
  }

  test('with a loop ahead is optimized from the beginning', async () => {
    expect(isOptimized(await continuationAt(0))).toBe(true);
    expect(isOptimized(await continuationAt(1))).toBe(true);
  });

  test('leaves other modules as they are', async () => {
    await continuationAt(0);
    const bytes = (await assemble('(module (func (export "f")))')) as Uint8Array<ArrayBuffer>;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    const f = exports['f'] as () => void;
    expect(isOptimized(f) || isBaseline(f)).toBe(false);
    f();
    expect(isBaseline(f)).toBe(true);
  });
});

describe('frames of calls in protected bodies', () => {
  const BODIES: Readonly<Record<string, string>> = {
    try_table: '(block $h (try_table (catch_all $h) (i32.store (local.get 0) (i32.const 2)) CALL))',
    'legacy try': 'try (i32.store (local.get 0) (i32.const 2)) CALL catch_all end',
    'a block in a try_table':
      '(block $h (try_table (catch_all $h) (block (i32.load (local.get 0)) drop CALL)))',
  };

  test.each(Object.entries(BODIES))('%s', async (_, body) => {
    const text = `(module
      (import "e" "g" (func $g (param i32)))
      (memory 1)
      (func $h (param i32) (call $g (local.get 0)))
      (func (export "f") (param i32)
        ${body.replace('CALL', '(call $h (local.get 0))')}
        ${body.replace('CALL', '(call $g (local.get 0))')}))`;
    const debuggee = new Debuggee();
    const { engine } = debuggee;
    const module = engine.loadModule(await assemble(text));
    const all = instructions(module);
    const calls = all.filter(({ func, name }) => func === 2 && name === 'call');
    const g = () => {
      throw new Error('of the host');
    };
    const instance = engine.instantiate(module, { e: { g } });
    optimizeAll(instance);
    engine.addBreakpoint(module, all[0]!.pc);
    debuggee.call(instance, 'f', 8);
    const frames = debuggee.stops.map(({ activations: [newest] }) =>
      newest!.map(({ func, pc }) => `${func}@${pc}`),
    );
    // In `h`, at its first instruction and in its call; then in the other call of `f`.
    expect(frames[0]).toEqual([`1@${all[0]!.pc}`, `2@${calls[0]!.next}`]);
    expect(frames[1]).toEqual([`1@${all[2]!.pc}`, `2@${calls[0]!.next}`]);
    expect(frames[2]).toEqual([`2@${calls[1]!.next}`]);
  });
});

test('a tail call leaves no frame, even of what was inlined', async () => {
  const text = `(module
    (import "e" "g" (func $g (param i32)))
    (func $down (param i32)
      (call $g (local.get 0))
      (if (i32.eqz (local.get 0)) (then (return)))
      (return_call $down (i32.sub (local.get 0) (i32.const 1))))
    (func (export "f") (param i32) (call $down (local.get 0)) nop))`;
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  let fails = false;
  const g = (n: number) => {
    if (fails && n === 0) throw new Error('of the host');
  };
  const instance = engine.instantiate(module, { e: { g } });
  for (let n = 0; n < 2000; n++) debuggee.call(instance, 'f', 5);
  optimizeAll(instance);
  fails = true;
  expect(() => debuggee.call(instance, 'f', 5)).toThrow('of the host');
  const { activations } = debuggee.stops[0]!;
  expect(activations[0]!.map(({ func }) => func)).toEqual([1, 2]);
});

test.each([
  ['in a module with tags', '(tag $unused)'],
  ['in one without', ''],
])('frames of calls in a function that is inlined into a protected body, %s', async (_, tag) => {
  const text = `(module
    (import "e" "g" (func $g (param i32)))
    ${tag}
    (memory 1)
    (func $small (param i32)
      (i32.store (local.get 0) (local.get 0))
      (call $g (local.get 0))
      (call $g (i32.const 0)))
    (func (export "f") (param i32)
      (block $h (try_table (catch_all $h) (call $small (local.get 0)) (call $small (i32.const 4))))))`;
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  const calls = instructions(module).filter(({ name }) => name === 'call');
  let failing = -1;
  const g = () => {
    if (failing-- === 0) throw new Error('of the host');
  };
  const instance = engine.instantiate(module, { e: { g } });
  for (let n = 0; n < 2000; n++) debuggee.call(instance, 'f', 8);
  optimizeAll(instance);
  for (failing of [0, 1, 2, 3]) debuggee.call(instance, 'f', 8);
  const frames = debuggee.stops.map(({ activations: [newest] }) => newest!.map(({ pc }) => pc));
  const [first, second, one, other] = calls.map(({ next }) => next);
  expect(frames).toEqual([
    [first, one],
    [second, one],
    [first, other],
    [second, other],
  ]);
});

test('frames of calls in the protected body of a continuation that begins by reading a local', async () => {
  // V8 leaves out what reads the same again: the local is where frames begin.
  const text = `(module
    (import "e" "g" (func $g (param i32)))
    (func $h (param i32) (call $g (local.get 0)))
    (func (export "f") (param i32) (local f64)
      nop
      (block $h (try_table (catch_all $h) (call $h (local.get 0))))
      (drop (local.get 1))
      (loop (br_if 0 (i32.const 0)))))`;
  const debuggee = new Debuggee();
  const { engine } = debuggee;
  const module = engine.loadModule(await assemble(text));
  engine.addBreakpoint(module, pcOf(module, 'nop'));
  const g = () => {
    throw new Error('of the host');
  };
  debuggee.call(engine.instantiate(module, { e: { g } }), 'f', 8);
  const [inner, outer] = instructions(module).filter(({ name }) => name === 'call');
  const { activations } = debuggee.stops[1]!;
  expect(activations[0]!.map(({ pc }) => pc)).toEqual([inner!.next, outer!.next]);
});

describe('no frame of a function that is inlined into a protected body, and was left', () => {
  /** Functions of the newest frames, at a breakpoint at a `nop` that `g` sets. */
  async function framesAtNop(functions: string): Promise<number[]> {
    const text = `(module
      (import "e" "g" (func $g))
      (memory 1)
      (global $address (mut i32) (i32.const 8))
      ${functions}
      (func (export "f") (block $h (try_table (catch_all $h) (call $small)))))`;
    const debuggee = new Debuggee();
    const { engine } = debuggee;
    const module = engine.loadModule(await assemble(text));
    let stops = false;
    const g = () => {
      if (stops) engine.addBreakpoint(module, pcOf(module, 'nop'));
    };
    const instance = engine.instantiate(module, { e: { g } });
    for (let n = 0; n < 2000; n++) debuggee.call(instance, 'f');
    optimizeAll(instance);
    stops = true;
    debuggee.call(instance, 'f');
    return debuggee.stops[0]!.activations[0]!.map(({ func }) => func);
  }

  test('by a tail call', async () => {
    const functions = `
      (func $small
        (i32.store (i32.const 8) (i32.load (global.get $address)))
        (return_call $large))
      (func $large (call $g) nop ${'(global.set $address (i32.const 8))'.repeat(500)})`;
    expect(await framesAtNop(functions)).toEqual([2, 3]);
  });

  test('for a continuation', async () => {
    const functions = `
      (func $small
        (call $g)
        (i32.store (i32.and (global.get $address) (i32.const 255)) (i32.const 1))
        nop)`;
    expect(await framesAtNop(functions)).toEqual([1, 2]);
  });
});

test('a trap of a segment instruction in a protected body of a continuation', async () => {
  const text = `(module (memory 1) (data $abc "abc")
    (func (export "f") (param i32)
      nop
      (block $h (try_table (catch_all $h)
        (i32.store (local.get 0) (i32.load offset=4 (local.get 0)))
        (memory.init $abc (i32.const 8) (i32.const 2) (local.get 0))))
      (loop (br_if 0 (i32.const 0)))))`;
  const debuggee = new Debuggee(() => 'run', { traps: 'native' });
  const module = debuggee.engine.loadModule(await assemble(text));
  debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
  const instance = debuggee.engine.instantiate(module);
  expect(() => debuggee.call(instance, 'f', 8)).toThrow('memory access out of bounds');
  expect(debuggee.stops.map(({ top }) => top.at)).toEqual(['nop', 'memory.init']);
});
