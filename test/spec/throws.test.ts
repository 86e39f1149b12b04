/** That exceptions are followed, and that it is noticed when one goes elsewhere than it should. */
import { describe, expect, test } from 'vitest';
import type { Engine, Resumption, StopEvent } from '../../src/engine/runtime/engine.ts';
import type { ThrownException } from '../../src/engine/runtime/exceptions.ts';
import { assemble } from './assemble.ts';
import { Cruise, type Debugger, Stepping } from './debuggers.ts';
import { EngineTarget } from './target.ts';
import { Throws } from './throws.ts';

const THROWER = `(func $throw (param i32) (result i32)
  (if (local.get 0) (then (throw $a (i32.const 7))))
  (throw $b))`;

const MODULE = `(module
  (tag $a (param i32)) (tag $b)
  ${THROWER}
  (func (export "values") (result i32)
    (block $other
      (block $h (result i32)
        (try_table (catch $b $other) (catch $a $h) (drop (call $throw (i32.const 1))))
        (i32.const 0))
      return)
    unreachable)
  (func (export "reference") (result i32)
    (block $h (result i32 exnref)
      (try_table (catch_ref $a $h) (drop (call $throw (i32.const 1))))
      unreachable)
    drop)
  (func $loop (export "loop") (result i32) (local $n i32)
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (if (i32.lt_u (local.get $n) (i32.const 3))
        (then (try_table (catch_all $again) (drop (call $throw (i32.const 0)))))))
    (local.get $n))
  (func $own (result i32) (try_table (catch $a 0) (drop (call $throw (i32.const 1)))) (i32.const 0))
  (func (export "own label") (result i32) (i32.add (call $own) (i32.const 1)))
  (func (export "again") (result i32)
    (block $outer (result i32)
      (try_table (catch $a $outer)
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (drop (call $throw (i32.const 1))))
          unreachable)
        throw_ref)
      unreachable))
  (func (export "uncaught with values") (result i32) (call $throw (i32.const 1)))
  (func (export "uncaught") (result i32)
    (block $h (result i32)
      (try_table (catch $a $h) (drop (call $throw (i32.const 0))))
      unreachable)))`;

const LEGACY = `(module
  (tag $a (param i32)) (tag $b)
  ${THROWER}
  (func (export "handler") (result i32)
    (try (result i32)
      (do (call $throw (i32.const 1)))
      (catch $b (i32.const 0))
      (catch $a)))
  (func (export "rethrow") (result i32)
    (try (result i32)
      (do (try (result i32)
        (do (call $throw (i32.const 1)))
        (catch_all (rethrow 0))))
      (catch $a)))
  (func (export "delegate") (result i32)
    (try $outer (result i32)
      (do (try (result i32)
        (do (try (result i32) (do (call $throw (i32.const 0))) (delegate $outer)))
        (catch_all (i32.const 0))))
      (catch $b (i32.const 1)))))`;

/** Steps, but does something else at a throw. */
class Disturbing extends Stepping {
  readonly #instead: (exception: ThrownException) => Resumption;

  constructor(instead: (exception: ThrownException) => Resumption) {
    super();
    this.#instead = instead;
  }

  override stopped(engine: Engine, event: StopEvent): void {
    super.stopped(engine, event);
    if (event.kind === 'exception') engine.resume('step', this.#instead(event.exception));
  }
}

const earlyReturn = (): Resumption => ({
  kind: 'early-return',
  values: [{ type: 'i32', bits: 1 }],
});

/** What came of a call under a debugger. */
async function run(made: Debugger, text: string, name: string) {
  const target = new EngineTarget(made, 'exact');
  const instantiate = target.load(await assemble(text));
  const exports = target.enter(() => instantiate({}));
  let outcome: unknown;
  try {
    outcome = target.enter(() => (exports[name] as () => unknown)());
  } catch (error) {
    outcome = error;
  }
  return { outcome, throws: target.throws, complaints: target.complaints() };
}

describe.each([
  ['values', MODULE, 7, 1],
  ['reference', MODULE, 7, 1],
  ['loop', MODULE, 3, 2],
  ['own label', MODULE, 8, 1],
  ['again', MODULE, 7, 2],
  ['handler', LEGACY, 7, 1],
  ['rethrow', LEGACY, 7, 2],
  ['delegate', LEGACY, 1, 1],
] as const)('caught: %s', (name, text, result, throws) => {
  test('stepped', async () => {
    const found = await run(new Stepping(), text, name);
    expect(found).toEqual({ outcome: result, throws, complaints: [] });
  });

  test('not stepped', async () => {
    const found = await run(new Cruise(), text, name);
    expect(found).toEqual({ outcome: result, throws: 0, complaints: [] });
  });

  test('an early return in place of the throw is noticed', async () => {
    const { complaints } = await run(new Disturbing(earlyReturn), text, name);
    expect(complaints[0]).toMatch(/an exception arrived at \d+, not at \d+/);
  });
});

test('not caught', async () => {
  const { outcome, throws, complaints } = await run(new Stepping(), MODULE, 'uncaught');
  expect(outcome).toBeInstanceOf(WebAssembly.Exception);
  expect({ throws, complaints }).toEqual({ throws: 1, complaints: [] });
});

test('what goes on behind a throw that nothing catches is noticed', async () => {
  const { complaints } = await run(new Disturbing(earlyReturn), MODULE, 'uncaught');
  expect(complaints[0]).toMatch(/stopped at \d+ after an exception that nothing catches/);
});

test.each([
  ['values', MODULE],
  ['reference', MODULE],
  ['handler', LEGACY],
])('other values than were thrown are noticed: %s', async (name, text) => {
  const other = (exception: ThrownException): Resumption => ({
    kind: 'throw-exception',
    exception: { ...exception, values: [{ type: 'i32', bits: 8 }], identity: {} },
  });
  const { outcome, complaints } = await run(new Disturbing(other), text, name);
  expect(outcome).toBe(8);
  expect(complaints[0]).toMatch(/operands at \d+ are i32:8/);
});

/** Says other things of the exceptions than the engine does. */
async function reportOf(change: (event: StopEvent) => StopEvent | undefined): Promise<string> {
  const throws = new Throws();
  let report = '';
  const noting = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      report ||= (error as Error).message;
    }
  };
  class Lying extends Cruise {
    override stopped(engine: Engine, event: StopEvent): void {
      const changed = change(event);
      if (changed !== undefined) noting(() => throws.stopped(engine, changed));
      engine.resume('run');
    }
  }
  throws.begin();
  const { outcome } = await run(new Lying(), MODULE, 'uncaught with values');
  noting(() => throws.ended(outcome));
  return report;
}

test.each<[string, RegExp, (exception: ThrownException) => Partial<ThrownException> | undefined]>([
  ['nothing wrong', /^$/, () => ({})],
  ['no report', /not reported/, () => undefined],
  ['no values', /has $/, () => ({ values: [] })],
  ['values of another type', /has i64$/, () => ({ values: [{ type: 'i64', bits: 7n }] })],
  ['other values', /operands at \d+ are i32:7/, () => ({ values: [{ type: 'i32', bits: 8 }] })],
  [
    'a tag of nobody',
    /that no instance has/,
    () => ({ tag: new WebAssembly.Tag({ parameters: ['i32'] }) }),
  ],
])('a report is held against the program: %s', async (_, expected, change) => {
  const report = await reportOf((event) => {
    if (event.kind !== 'exception') return event;
    const changes = change(event.exception);
    return changes && { kind: 'exception', exception: { ...event.exception, ...changes } };
  });
  expect(report).toMatch(expected);
});
