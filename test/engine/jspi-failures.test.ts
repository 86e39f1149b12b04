/** Suspended stacks whose promises are rejected, which trap, or which must not be suspended. */
import { promising, settled, suspending, transparentAsync, turns } from './jspi.ts';
import { type Callable, outcome, plainText } from './transparency.ts';

const WAITING = `(module
  (import "host" "tag" (tag $tag (param i32)))
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (func $keeps (param $n i32) (result i32)
    (local $kept i32)
    (local.set $kept (i32.mul (local.get $n) (i32.const 7)))
    (i32.sub
      (block $caught (result i32)
        (try_table (result i32) (catch $tag $caught)
          (i32.add (call $wait (local.get $n)) (i32.const 1))))
      (local.get $kept)))
  (func (export "catch") (param $n i32) (result i32)
    (i32.add (call $keeps (local.get $n)) (local.get $n)))
  (func (export "all") (param $n i32) (result i32)
    (local $kept i32)
    (local.set $kept (i32.mul (local.get $n) (i32.const 11)))
    (block $caught
      (try_table (catch_all $caught)
        (drop (call $wait (local.get $n)))
        (drop (call $wait (local.get $n)))))
    (i32.add (local.get $kept) (local.get $n)))
  (func (export "rethrow") (param $n i32) (result i32)
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught)
        (return (call $wait (local.get $n))))
      (unreachable))
    (drop (call $wait (i32.const 1000)))
    (throw_ref))
  (func (export "divide") (param $n i32) (result i32)
    (i32.div_u (local.get $n) (call $wait (local.get $n))))
  (func (export "throw") (param $n i32) (result i32)
    (throw $tag (call $wait (local.get $n)))))`;

transparentAsync(
  'promises that are rejected, and functions that throw',
  WAITING,
  async (realm, see) => {
    const tag = new WebAssembly.Tag({ parameters: ['i32'] } as never);
    const { Exception } = WebAssembly as unknown as {
      Exception: new (...args: unknown[]) => Error;
    };
    const error = new TypeError('no');
    const gives: Record<number, () => unknown> = {
      1: () => Promise.reject(error),
      2: () => Promise.reject(new Exception(tag, [21])),
      3: () => Promise.reject('a string'),
      4: () => {
        throw error;
      },
      5: () => {
        throw new Exception(tag, [25]);
      },
      // Not promises, but V8 waits nevertheless.
      6: () => 66,
      // biome-ignore lint/suspicious/noThenProperty: that is what it is about
      7: () => ({ then: (resolve: Callable) => resolve(77) }),
      8: () => Promise.resolve({ valueOf: () => 88 }),
      9: () => Promise.resolve(Symbol('no number')),
      10: async () => {
        await turns(2);
        throw error;
      },
      1000: () => turns(3).then(() => 1000),
    };
    const {
      catch: caught,
      all,
      rethrow,
    } = realm.instantiate(0, {
      host: {
        tag,
        wait: suspending((n) => {
          see('wait', n);
          return gives[n as number]!();
        }),
      },
    }) as Record<string, Callable>;
    for (let n = 1; n <= 10; n++) {
      const exports = { caught, all, rethrow };
      // Alone, and all three at the same time.
      for (const [name, f] of Object.entries(exports)) {
        see(name, n, await settled(promising(f)(n)));
      }
      const results = Object.entries(exports).map(async ([name, f]) => {
        see(name, n, await settled(promising(f)(n)));
      });
      await Promise.all(results);
    }
    await promising(rethrow)(1).catch((e: unknown) => see(e === error));
  },
);

transparentAsync('traps and exceptions when a stack has gone on', WAITING, async (realm, see) => {
  const tag = new WebAssembly.Tag({ parameters: ['i32'] } as never);
  const { divide, throw: throws } = realm.instantiate(0, {
    host: { tag, wait: suspending((n) => turns(n as number).then(() => (n as number) - 3)) },
  }) as Record<string, Callable>;
  const results: Promise<void>[] = [];
  for (let n = 1; n < 7; n++) {
    results.push(settled(promising(divide)(n)).then((text) => see('divide', n, text)));
    const thrown = promising(throws)(n).catch((error: { getArg: Callable }) =>
      see('thrown', n, error.getArg(tag, 0)),
    );
    results.push(thrown as Promise<void>);
  }
  await Promise.all(results);
});

transparentAsync(
  'a trap of another program comes through a promise',
  [WAITING, '(module (func (export "trap") unreachable))'],
  async (realm, see) => {
    const tag = new WebAssembly.Tag({ parameters: ['i32'] } as never);
    const { trap } = realm.instantiate(1) as Record<string, Callable>;
    const { all } = realm.instantiate(0, {
      host: {
        tag,
        wait: suspending(async (n) => {
          await turns(n as number);
          trap!();
        }),
      },
    }) as Record<string, Callable>;
    await Promise.all(
      [1, 2].map(async (n) =>
        see(
          n,
          await settled(promising(all)(n)),
          outcome(() => all!(n)),
        ),
      ),
    );
  },
);

transparentAsync(
  'what cannot be suspended',
  `(module
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (import "host" "between" (func $between (param i32)))
    (func (export "wait") (param i32) (result i32) (local $kept i32)
      (local.set $kept (i32.const 5))
      (block $caught (result exnref)
        (try_table (catch_all_ref $caught)
          (return (i32.add (call $wait (local.get 0)) (local.get $kept))))
        (unreachable))
      (throw_ref))
    (func (export "outer") (param i32) (result i32) (local $kept i32)
      (local.set $kept (i32.const 6))
      (call $between (local.get 0))
      (i32.add (call $wait (local.get 0)) (local.get $kept))))`,
  async (realm, see) => {
    const exports = realm.instantiate(0, {
      host: {
        wait: suspending(async (n) => {
          see('wait', n);
          await turns(1);
          return n;
        }),
        between: (n: number) =>
          see(
            'between',
            outcome(() => exports['wait']!(n)),
          ),
      },
    }) as Record<string, Callable>;
    see(outcome(() => exports['wait']!(1)));
    const both = [2, 3].map((n) => settled(promising(exports['outer'])(n)));
    see(plainText(await Promise.all(both)));
  },
);
