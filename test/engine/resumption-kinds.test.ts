/** Every resumption at every kind of stop that has a frame (contract: resumption). */
import { describe, expect, test } from 'vitest';
import { type Debuggee, i32, type Onward, pcOf, type Stop } from './debuggee.ts';
import { early, inject, load, number, throwing } from './resumptions.ts';

/** `f` stops in `$inner` in all ways that there are; a handler of `$inner` adds 1000 to what $t has. */
const PROGRAM = `(module
  (import "host" "ask" (func $ask))
  (import "host" "fail" (func $fail))
  (tag $t (param i32))
  (tag $u (param i32))
  (func $inner (param $n i32) (param $how i32) (result i32)
    (local $kept i32)
    (local.set $kept (i32.mul (local.get $n) (i32.const 3)))
    (block $caught (result i32)
      (try_table (catch $t $caught)
        (call $ask)
        (loop nop)
        (if (i32.eq (local.get $how) (i32.const 1))
          (then (drop (i32.div_u (local.get $n) (i32.const 0)))))
        (if (i32.eq (local.get $how) (i32.const 2)) (then (throw $u (i32.const 4))))
        (if (i32.eq (local.get $how) (i32.const 3)) (then (call $fail))))
      (return (local.get $kept)))
    (i32.add (i32.const 1000)))
  (func (export "twice") (param i32) (result i32) (i32.mul (i32.const 2) (local.get 0)))
  (func (export "f") (param i32 i32) (result i32)
    (block $uncaught
      (try_table (catch_all $uncaught)
        (return (i32.sub (call $inner (local.get 0) (local.get 1)) (i32.const 1)))))
    (i32.const -1)))`;

interface Kind {
  /** The second argument of `f`. */
  readonly how: number;
  /** What `f` gives if nothing is done; its message if it throws. */
  readonly normally: unknown;
  /** The stop at which something is done. */
  isIt(stop: Stop): boolean;
}

const KINDS: Readonly<Record<string, Kind>> = {
  breakpoint: { how: 0, normally: 14, isIt: ({ event }) => event === 'breakpoint' },
  step: { how: 0, normally: 14, isIt: ({ top }) => top.at === 'nop' },
  interrupt: { how: 0, normally: 14, isIt: ({ event }) => event === 'interrupted' },
  trap: { how: 1, normally: 'divide by zero', isIt: ({ event }) => event === 'trap' },
  exception: { how: 2, normally: -1, isIt: ({ event }) => event === 'exception' },
  'error of the host': { how: 3, normally: -1, isIt: ({ event }) => event === 'trap' },
};

describe.each(Object.entries(KINDS))('at a stop for: %s', (name, { how, normally, isIt }) => {
  /** Calls `f` and does something at the first stop of the kind; runs on afterwards. */
  async function run(
    act: (stop: Stop) => Onward,
  ): Promise<{ result: unknown; debuggee: Debuggee; at: Stop }> {
    let at: Stop | undefined;
    const onStop = (stop: Stop): Onward => {
      if (at !== undefined) return 'run';
      if (!isIt(stop)) return name === 'step' ? 'step' : 'run';
      at = stop;
      return act(stop);
    };
    const host = {
      ask: () => {
        if (name === 'interrupt') debuggee.engine.interrupt();
      },
      fail: () => {
        throw new Error('of the host');
      },
    };
    const { debuggee, module, instance } = await load(PROGRAM, onStop, { host });
    if (name === 'breakpoint') debuggee.engine.addBreakpoint(module, pcOf(module, 'nop'));
    if (name === 'step') debuggee.engine.resume('step');
    let result: unknown;
    try {
      result = debuggee.call(instance, 'f', 5, how);
    } catch (error) {
      result = (error as Error).message;
    }
    expect(at!.activations[0]!.map(({ func, locals }) => `${func} ${locals.at(-1)}`)).toEqual([
      `2 ${i32(15)}`,
      `4 ${i32(how)}`,
    ]);
    return { result, debuggee, at: at! };
  }

  test('nothing', async () => {
    expect((await run(() => 'run')).result).toBe(normally);
  });

  test('early-return', async () => {
    const { result } = await run(() => ['run', early(number(42))]);
    expect(result).toBe(41);
  });

  test('throw-exception, caught in the frame, with no event of its own', async () => {
    const { result, debuggee } = await run(({ top }) => [
      'run',
      throwing(top.instance, 0, number(7)),
    ]);
    expect(result).toBe(1006);
    const thrown = debuggee.stops.filter(({ event }) => event === 'exception');
    expect(thrown).toHaveLength(name === 'exception' ? 1 : 0);
  });

  test('throw-exception, caught by the caller', async () => {
    const { result } = await run(({ top }) => ['run', throwing(top.instance, 1, number(7))]);
    expect(result).toBe(-1);
  });

  test('inject-call, and then what it would have been', async () => {
    const { result, debuggee, at } = await run(({ top }) => [
      'run',
      inject(top.instance, 'twice', number(21)),
    ]);
    const returned = debuggee.stops[debuggee.stops.indexOf(at) + 1]!;
    expect(returned.event).toBe('injected-call-return');
    expect(returned.detail).toMatchObject({ values: [number(42)] });
    expect(returned.activations).toEqual(at.activations);
    expect(result).toBe(normally);
  });
});
