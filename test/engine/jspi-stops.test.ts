/** What a debugger sees and does when stacks are suspended. */
import { expect, test } from 'vitest';
import { assemble, Debuggee, type FrameView, i32, path, pcOf, type Stop } from './debuggee.ts';
import { EarlySuspending, promising, suspending, turns } from './jspi.ts';
import { early, exception, inject, load, number } from './resumptions.ts';
import type { Callable } from './transparency.ts';

const PROGRAM = `(module
  (import "host" "tag" (tag $tag (param i32)))
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (func $inner (export "inner") (param $n i32) (result i32)
    (local $kept i32)
    (local.set $kept (i32.mul (local.get $n) (i32.const 3)))
    (i32.const 1) (local.get $n) (i32.shl (local.get $n) (i32.const 4))
    (call $wait (local.get $n))
    i32.add i32.add i32.add
    (i32.sub (local.get $kept)))
  (func (export "f") (param $n i32) (result i32)
    (local $mine i32)
    (local.set $mine (i32.mul (local.get $n) (i32.const 100)))
    (i32.add (local.get $n) (i32.const 5))
    (call $inner (local.get $n))
    i32.add)
  (func (export "sync") (param i32) (result i32)
    (i32.mul (local.get 0) (i32.const 2)))
  (func (export "catch") (param $n i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $tag $caught) (call $inner (local.get $n))))))`;

// So that the objects below are known; each test has an engine of its own.
new Debuggee();

const tag = new WebAssembly.Tag({ parameters: ['i32'] } as never) as never;
const plain = (n: number): number => 1 + n + (n << 4) + (n + 1000) - 3 * n;

function frameText({ func, pc, locals, operands }: FrameView): string {
  return `${func}@${pc} [${locals.join()}] ${operands.join(' ')}`;
}

function stopText({ event, activations }: Stop): string {
  return `${event} ${activations.map((frames) => frames.map(frameText).join(' < ')).join(' << ')}`;
}

/** The stops of one activation, wherever they are among those of others: each has its own $n. */
function stopsOf(stops: readonly Stop[], n: number): string[] {
  return stops
    .filter(({ activations }) => activations[0]!.at(-1)!.locals[0] === i32(n))
    .map(stopText);
}

test('every step shows the frames of the stack that runs, as if there were no other', async () => {
  const wait = suspending(async (n) => {
    await turns(3 + ((n as number) % 2));
    return (n as number) + 1000;
  });
  const { debuggee, instance } = await load(PROGRAM, () => 'step', {
    host: { tag, wait } as never,
  });
  debuggee.engine.resume('step');
  const all = [1, 2, 3, 4].map((n) => promising(instance.exports['f'])(n));
  const expected = [1, 2, 3, 4].map((n) => n + 5 + plain(n));
  expect(await Promise.all(all)).toEqual(expected);
  const together = debuggee.stops.splice(0);
  for (const n of [1, 2, 3, 4]) {
    await promising(instance.exports['f'])(n);
    const alone = debuggee.stops.splice(0).map(stopText);
    expect(alone.length).toBeGreaterThan(20);
    expect(stopsOf(together, n)).toEqual(alone);
  }
  expect(new Set(together.map(({ activations }) => activations.length))).toEqual(new Set([1]));
});

/** Three activations wait; `go(n)` lets one of them go on. */
async function waiting(onStop: ConstructorParameters<typeof Debuggee>[0]) {
  const resolvers = new Map<number, (value: unknown) => void>();
  const wait = suspending((n) => new Promise((resolve) => resolvers.set(n as number, resolve)));
  const loaded = await load(PROGRAM, onStop!, { host: { tag, wait } as never });
  const { exports } = loaded.instance;
  const f = [1, 2, 3].map((n) => promising(exports['f'])(n));
  const caught = [11, 12, 13].map((n) => promising(exports['catch'])(n));
  const go = (n: number, value: unknown = n + 1000): void => resolvers.get(n)!(value);
  return { ...loaded, f, caught, go };
}

test('a breakpoint that is added while stacks are suspended holds when they go on', async () => {
  const { debuggee, module, f, go } = await waiting(() => 'run');
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  go(2);
  go(1);
  go(3);
  expect(await Promise.all(f)).toEqual([1, 2, 3].map((n) => n + 5 + plain(n)));
  const tops = debuggee.stops.map(({ activations }) => activations.map((a) => a.map(frameText)));
  expect(tops).toEqual(
    [2, 1, 3].map((n) => [
      [
        `1@${pcOf(module, 'i32.sub')} [${i32(n)},${i32(3 * n)}] ${i32(plain(n) + 3 * n)} ${i32(3 * n)}`,
        `2@${debuggee.stops[0]!.activations[0]![1]!.pc} [${i32(n)},${i32(100 * n)}] ${i32(n + 5)} ${i32(n)}`,
      ],
    ]),
  );
});

test('no frames are shown of stacks that wait', async () => {
  const { debuggee, instance, go, f } = await waiting(() => 'step');
  expect(debuggee.engine.activations()).toEqual([]);
  debuggee.engine.resume('step');
  expect(debuggee.call(instance, 'sync', 4)).toBe(8);
  expect(path(debuggee.stops)).toBe('local.get i32.const i32.mul end');
  for (const { activations } of debuggee.stops)
    expect(activations.map((a) => a.length)).toEqual([1]);
  debuggee.engine.resume('run');
  for (const n of [1, 2, 3]) go(n);
  await Promise.all(f);
});

/** Stops at `i32.sub` of the activation of `n`, once. */
function atSub(n: number, how: (debuggee: Debuggee, stop: Stop) => ReturnType<typeof early>) {
  let done = false;
  return (stop: Stop, debuggee: Debuggee) => {
    if (done || stop.top.at !== 'i32.sub' || stop.top.locals[0] !== i32(n)) return 'run' as const;
    done = true;
    return ['run', how(debuggee, stop)] as const;
  };
}

test('a frame that has gone on returns early', async () => {
  const { debuggee, module, f, go } = await waiting(atSub(2, () => early(number(77))));
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  for (const n of [3, 2, 1]) go(n);
  expect(await Promise.all(f)).toEqual([6 + plain(1), 7 + 77, 8 + plain(3)]);
});

test('an exception is thrown in a frame that has gone on', async () => {
  const { debuggee, module, instance, caught, go } = await waiting(
    atSub(12, () => ({ kind: 'throw-exception', exception: exception(instance, 0, number(99)) })),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  for (const n of [13, 12, 11]) go(n);
  expect(await Promise.all(caught)).toEqual([plain(11), 99, plain(13)]);
});

test('a function is called in a frame that has gone on, and may begin activations itself', async () => {
  const { debuggee, module, instance, f, go } = await waiting(
    atSub(2, () => inject(instance, 'sync', number(21))),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  for (const n of [3, 2, 1]) go(n);
  expect(await Promise.all(f)).toEqual([1, 2, 3].map((n) => n + 5 + plain(n)));
  const returned = debuggee.stops.filter(({ event }) => event === 'injected-call-return');
  expect(returned).toHaveLength(1);
  expect(returned[0]!.detail).toMatchObject({ values: [number(42)] });
  expect(returned[0]!.activations.map((a) => a.map(({ func }) => func))).toEqual([[1, 2]]);
});

test('an injected call cannot be suspended: JavaScript is below it', async () => {
  const { debuggee, module, instance, f, go } = await waiting(
    atSub(2, () => inject(instance, 'inner', number(21))),
  );
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.sub'));
  for (const n of [3, 2, 1]) go(n);
  expect(await Promise.all(f)).toEqual([1, 2, 3].map((n) => n + 5 + plain(n)));
  const failed = debuggee.stops.find(({ event }) => event === 'injected-call-failed');
  const { error } = failed!.detail as { error: Error };
  expect(`${error}`).toMatch('SuspendError: trying to suspend');
  expect(failed!.top.locals).toEqual([i32(2), i32(6)]);
});

test('a promise that is rejected is an event in the frame that waited', async () => {
  const error = new Error('late');
  const { debuggee, f, caught, go } = await waiting(() => 'run');
  go(2, Promise.reject(error));
  go(
    12,
    Promise.reject(
      new (WebAssembly.Exception as unknown as new (...args: unknown[]) => Error)(tag, [5]),
    ),
  );
  for (const n of [1, 3, 11, 13]) go(n);
  await expect(f[1]).rejects.toBe(error);
  expect(await caught[1]).toBe(5);
  expect(debuggee.stops.map(({ event }) => event).sort()).toEqual(['exception', 'trap']);
  const trap = debuggee.stops.find(({ event }) => event === 'trap')!;
  expect(trap.activations.map((a) => a.map(({ func }) => func))).toEqual([[1, 2]]);
  expect(trap.top.locals).toEqual([i32(2), i32(6)]);
  // As in every frame in a call: the arguments are still there.
  expect(trap.top.operands).toEqual([i32(1), i32(2), i32(32), i32(2)]);
  const { detail, top } = debuggee.stops.find(({ event }) => event === 'exception')!;
  expect(detail).toMatchObject({ exception: { values: [number(5)] } });
  expect(top.locals[0]).toBe(i32(12));
});

test.each(['rejected', 'thrown'])(
  'a frame returns early in place of an error that is %s',
  async (how) => {
    const error = new Error('never seen');
    const wait = suspending((n) => {
      if (n !== 2) return (n as number) + 1000;
      if (how === 'rejected') return Promise.reject(error);
      throw error;
    });
    const { debuggee, instance } = await load(
      PROGRAM,
      ({ event }) => {
        return event === 'trap' ? ['run', early(number(50))] : 'run';
      },
      { host: { tag, wait } as never },
    );
    const all = [1, 2, 3].map((n) => promising(instance.exports['f'])(n));
    expect(await Promise.all(all)).toEqual([6 + plain(1), 7 + 50, 8 + plain(3)]);
    expect(debuggee.stops.map(({ event }) => event)).toEqual(['trap']);
  },
);

test('traps are foreseen in frames that have gone on', async () => {
  const text = `(module
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (func (export "f") (param i32) (result i32)
      (i32.div_u (local.get 0) (call $wait (local.get 0)))))`;
  const wait = suspending((n) => (n as number) % 2);
  const { debuggee, instance } = await load(text, () => 'run', { host: { wait } as never });
  const all = [1, 2, 3, 4].map((n) => promising(instance.exports['f'])(n));
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
  ]);
  expect(debuggee.stops.map(({ event, top }) => [event, top.at, ...top.operands])).toEqual([
    ['trap', 'i32.div_u', i32(2), i32(0)],
    ['trap', 'i32.div_u', i32(4), i32(0)],
  ]);
});

test('stops in functions that the host calls while its caller cannot go on yet', async () => {
  let exports: Record<string, Callable> = {};
  const wait = suspending((n) => {
    if ((n as number) < 6) return n;
    exports['sync']!(n);
    // Is suspended when this has returned.
    const other = promising(exports['inner'])((n as number) - 1);
    exports['sync']!((n as number) + 100);
    return other;
  });
  const { debuggee, module, instance } = await load(PROGRAM, () => 'run', {
    host: { tag, wait } as never,
  });
  exports = instance.exports as Record<string, Callable>;
  debuggee.engine.addBreakpoint(module, pcOf(module, 'i32.mul', 2));
  // wait(6) gives inner(5) = 1 + 5 + 80 + 5 - 15.
  expect(await promising(exports['f'])(6)).toBe(11 + (1 + 6 + 96 + 76 - 18));
  const seen = debuggee.stops.map(({ activations }) =>
    activations.map((frames) => frames.map(({ func, locals }) => `${func} ${locals.join()}`)),
  );
  const callers = [`1 ${i32(6)},${i32(18)}`, `2 ${i32(6)},${i32(600)}`];
  expect(seen).toEqual([
    [[`3 ${i32(6)}`], callers],
    [[`3 ${i32(106)}`], callers],
  ]);
});

test('an object that the engine has not seen being made is refused', async () => {
  const debuggee = new Debuggee();
  const module = debuggee.engine.loadModule(await assemble(PROGRAM));
  const imports = { host: { tag, wait: new EarlySuspending(() => 1) } };
  expect(() => debuggee.engine.instantiate(module, imports as never)).toThrow(
    /WebAssembly\.Suspending object that was made before its engine/,
  );
});
