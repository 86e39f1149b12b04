/** Stacks that are suspended while others run (JavaScript Promise Integration): nobody can tell. */
import { promising, suspending, transparentAsync, turns } from './jspi.ts';
import type { Callable } from './transparency.ts';

/**
 * Adds up what it waits for, in locals and operands of all kinds of two frames: constants and copies
 * of locals are operands too.
 */
const ADDER = `(module
  (import "host" "wait" (func $wait (param i32) (result i32)))
  (import "host" "see" (func $see (param i32 i64 f64 externref)))
  (import "host" "begin" (func $begin (param i32)))
  (func (export "all") (param $n i32)
    (loop $again
      (call $begin (local.get $n))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $inner (param $n i32) (result i32)
    (local $i i64) (local $f f64) (local $r externref) (local $v v128)
    (local.set $i (i64.extend_i32_s (local.get $n)))
    (local.set $f (f64.convert_i32_s (local.get $n)))
    (local.set $v (i32x4.splat (local.get $n)))
    (i32.const 10) (local.get $n)
    (i32.mul (local.get $n) (i32.const 3))
    (call $wait (i32.add (local.get $n) (i32.const 100)))
    (call $see (local.get $n) (local.get $i) (local.get $f) (local.get $r))
    (i32.add) (i32.add) (i32.add)
    (i32.add (i32x4.extract_lane 2 (local.get $v))))
  (func (export "f") (param $n i32) (param $r externref) (result i32)
    (local $a i32)
    (local.set $a (i32.mul (local.get $n) (i32.const 1000)))
    (i32.const 7) (local.get $a)
    (call $inner (local.get $n))
    (call $inner (i32.add (local.get $n) (i32.const 1)))
    (i32.add) (i32.add) (i32.add)
    (call $see (local.get $n) (i64.const 1) (f64.const 1) (local.get $r))))`;

transparentAsync('activations that wait at the same time', ADDER, async (realm, see) => {
  const resolvers: ((value: number) => void)[] = [];
  const results: Promise<void>[] = [];
  const { f, all } = realm.instantiate(0, {
    host: {
      wait: suspending((n) => {
        see('wait', n);
        return new Promise((resolve) => resolvers.push(resolve as (value: number) => void));
      }),
      see: (...args: unknown[]) => see('see', ...args.map(String)),
      begin: (n: number) => {
        const result = promising(f)(n * 10, `reference ${n}`);
        results.push(result.then((value) => see('result', n, value)));
      },
    },
  }) as { f: Callable; all: Callable };
  all(3);
  // In another order than they were suspended, and two of them by the same turn.
  resolvers[1]!(5);
  await turns(5);
  see('two at once');
  resolvers[2]!(6);
  resolvers[0]!(7);
  await turns(5);
  see('three at once');
  resolvers[3]!(8);
  resolvers[5]!(9);
  resolvers[4]!(10);
  await Promise.all(results);
});

transparentAsync(
  'calls that go back and forth: wasm, JavaScript that suspends, wasm',
  `(module
    (import "host" "wait" (func $wait (param i32) (result i32)))
    (import "host" "now" (func $now (param i32) (result i32)))
    (func $fac (export "fac") (param $n i32) (result i32)
      (local $kept i32)
      (local.set $kept (i32.add (local.get $n) (i32.const 1)))
      (if (result i32) (i32.eqz (local.get $n))
        (then (i32.const 1))
        (else
          (i32.mul (local.get $n)
            (call $wait (call $now (i32.sub (local.get $kept) (i32.const 2))))))))
    (func (export "sum") (param $n i32) (result i32)
      (local $i i32) (local $sum i32)
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $now (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $again (i32.lt_s (local.get $i) (local.get $n))))
      (local.get $sum)))`,
  async (realm, see) => {
    const others: Promise<unknown>[] = [];
    const exports = realm.instantiate(0, {
      host: {
        // Waits for an activation of its own, and calls in while its caller can not go on yet.
        wait: suspending(async (n) => {
          see('wait', n, (exports['sum'] as Callable)(2));
          const result = await promising(exports['fac'])(n);
          see('waited', n, (exports['sum'] as Callable)(3));
          return result;
        }),
        // Begins an activation that is suspended when this has returned.
        now: (n: number) => {
          if (n > 0 && others.length < 20) {
            others.push(promising(exports['fac'])(n - 1).then((result) => see('other', n, result)));
          }
          return n;
        },
      },
    });
    see(await promising(exports['fac'])(4));
    await Promise.all(others);
  },
);

transparentAsync(
  'ways to call a function that suspends',
  [
    `(module
      (type $t (func (param i32) (result i32)))
      (import "host" "other" (func (param i32)))
      (import "host" "wait" (func $wait (type $t)))
      (table (export "table") 2 funcref)
      (elem (i32.const 0) $wait $tail)
      (elem declare func $wait $tail)
      (func $tail (export "tail") (type $t) (return_call $wait (local.get 0)))
      (func (export "indirect") (type $t)
        (i32.const 40)
        (call_indirect (type $t) (local.get 0) (i32.const 0))
        (call_indirect (type $t) (local.get 0) (i32.const 1))
        i32.add i32.add)
      (func (export "ref") (type $t)
        (i32.const 50) (call_ref $t (local.get 0) (ref.func $wait)) i32.add)
      (func (export "tails") (type $t)
        (i32.const 60) (call $tail (local.get 0)) i32.add)
      (export "wait" (func $wait)))`,
    `(module
      (import "first" "wait" (func $wait (param i32) (result i32)))
      (func (export "second") (param i32) (result i32)
        (i32.mul (i32.const 3) (call $wait (local.get 0))))
      (export "wait" (func $wait)))`,
  ],
  async (realm, see) => {
    const host = {
      other: () => {},
      wait: suspending(async (n) => {
        await turns(3 - ((n as number) % 3));
        see('wait', n);
        return (n as number) + 1;
      }),
    };
    const first = realm.instantiate(0, { host }) as Record<string, Callable>;
    const second = realm.instantiate(1, { first }) as Record<string, Callable>;
    const table = first['table'] as unknown as WebAssembly.Table;
    see(first['wait']!.name, first['wait']!.length, table.get(0) === first['wait']);
    see(first['wait'] === second['wait']);
    const names = ['tail', 'indirect', 'ref', 'tails', 'wait'];
    const all = names.flatMap((name, n) => [
      promising(first[name])(n).then((result) => see(name, result)),
      promising(second['second'])(n).then((result) => see('second', result)),
    ]);
    await Promise.all(all);
  },
);

transparentAsync(
  'references of all kinds',
  `(module
    (type $box (struct (field (mut i32))))
    (type $f (func (param i32) (result i32)))
    (import "host" "wait" (func $wait (param i32 externref) (result externref)))
    (elem declare func $deep)
    (func $deep (export "deep") (param $n i32) (result i32)
      (local $a i64)
      (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
      (local.set $a (i64.extend_i32_s (local.get $n)))
      (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))
    (func $keep (export "keep") (param $n i32) (param $r externref) (result i32 externref)
      (local $box (ref null $box)) (local $f funcref) (local $any anyref)
      (local.set $box (struct.new $box (local.get $n)))
      (local.set $f (ref.func $deep))
      (local.set $any (ref.i31 (local.get $n)))
      (local.get $r)
      (struct.new $box (i32.const 1000))
      (if (i32.gt_s (local.get $n) (i32.const 0))
        (then
          (call $keep (i32.sub (local.get $n) (i32.const 1)) (local.get $r))
          (local.set $r) (drop))
        (else (local.set $r (call $wait (local.get $n) (local.get $r)))))
      (drop (call $wait (local.get $n) (local.get $r)))
      (struct.get $box 0)
      (i32.add (struct.get $box 0 (local.get $box)))
      (i32.add (i31.get_s (ref.cast i31ref (local.get $any))))
      (i32.add (ref.is_null (local.get $f)))
      (local.set $n) (drop)
      (local.get $n) (local.get $r)))`,
  async (realm, see) => {
    const { keep, deep } = realm.instantiate(0, {
      host: {
        wait: suspending(async (n, r) => {
          await turns((n as number) % 3);
          if (n === 5) see('deep', deep!(30));
          return r;
        }),
      },
    }) as Record<string, Callable>;
    const all = ['a', 'b', 'c'].map(async (name, i) => {
      const object = { name };
      const [n, r] = (await promising(keep)(7 + 3 * i, object)) as [number, object];
      see(name, n, r === object);
    });
    await Promise.all(all);
  },
);
