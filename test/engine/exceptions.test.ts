/** Where exceptions stop the program, and what is seen there (contract: events). */
import { describe, expect, test } from 'vitest';
import { type Debuggee, i32, type Onward, type Stop } from './debuggee.ts';
import { load } from './resumptions.ts';

/** Each function throws 10 more than its parameter, in its own way; `pass` catches what `call` throws. */
const THROWING = `(module
  (tag $t (export "t") (param i32))
  (func $throw (export "throw") (param i32) (result i32)
    (i32.const 7) (i32.add (local.get 0) (i32.const 10)) (throw $t))
  (func $again (export "throw_ref") (param i32) (result i32)
    (block $caught (result i32 exnref)
      (try_table (result i32) (catch_ref $t $caught) (call $throw (local.get 0)))
      (return))
    (throw_ref))
  (func (export "caught by the caller") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (result i32) (catch $t $caught) (call $throw (local.get 0)))))
  (func (export "caught where it is thrown") (param i32) (result i32)
    (block $caught (result i32)
      (try_table (catch $t $caught)
        (throw $t (i32.add (local.get 0) (i32.const 10))))
      (unreachable)))
  (func (export "null") (param i32) (result i32)
    (throw_ref (ref.null exn))))`;

const LEGACY = `(module
  (tag $t (export "t") (param i32))
  (func (export "rethrow") (param i32) (result i32)
    try (result i32)
      (throw $t (i32.add (local.get 0) (i32.const 10)))
    catch $t
      rethrow 0
    end))`;

const catchingAll = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    return error instanceof WebAssembly.Exception ? 'thrown' : `${error}`;
  }
};

/** `exception throw [7 15]`: the event, the instruction, the values of the exception. */
function text({ event, top, detail }: Stop): string {
  if (detail.kind !== 'exception') return `${event} ${top.at}`;
  const values = detail.exception.values.map((value) => `${'bits' in value ? value.bits : '?'}`);
  return `${event} ${top.at} [${values.join(' ')}] ${top.operands.at(-1)}`;
}

describe.each(['run', 'step'] as const)('an exception is a stop where it is thrown: %s', (how) => {
  async function stops(module: string, name: string): Promise<[unknown, string[]]> {
    const { debuggee, instance } = await load(module, () => how);
    debuggee.engine.resume(how);
    const result = catchingAll(() => debuggee.call(instance, name, 5));
    const reported = debuggee.stops.filter(({ event }) => event !== 'breakpoint');
    return [result, reported.map(text)];
  }
  const thrown = `exception throw [15] ${i32(15)}`;

  test('that nobody catches', async () => {
    expect(await stops(THROWING, 'throw')).toEqual(['thrown', [thrown]]);
  });

  test('that a caller catches', async () => {
    expect(await stops(THROWING, 'caught by the caller')).toEqual([15, [thrown]]);
  });

  test('that the same function catches', async () => {
    expect(await stops(THROWING, 'caught where it is thrown')).toEqual([15, [thrown]]);
  });

  test('and again where it is thrown again', async () => {
    expect(await stops(THROWING, 'throw_ref')).toEqual([
      'thrown',
      [thrown, 'exception throw_ref [15] ref'],
    ]);
    const [result, [first, second, ...more]] = await stops(LEGACY, 'rethrow');
    expect([result, first, more]).toEqual(['thrown', thrown, []]);
    // The operands of its handler: the values that it has caught.
    expect(second).toBe(`exception rethrow [15] ${i32(15)}`);
  });

  test('but a null reference is a trap', async () => {
    const [result, reported] = await stops(THROWING, 'null');
    expect(result).toMatch('RuntimeError');
    expect(reported).toEqual(['trap throw_ref']);
  });
});

test('no handler has been looked for at the stop', async () => {
  const seen: string[][] = [];
  const onStop = ({ event, activations }: Stop, _: Debuggee): Onward => {
    if (event === 'exception') {
      seen.push(activations[0]!.map(({ func, at, locals }) => `${func} ${at} ${locals}`));
    }
    return 'run';
  };
  const { debuggee, instance } = await load(THROWING, onStop);
  expect(debuggee.call(instance, 'caught by the caller', 5)).toBe(15);
  // The pc of a caller is that behind its call.
  expect(seen).toEqual([[`0 throw ${i32(5)}`, `2 end ${i32(5)}`]]);
});
