/** The program cannot tell that it is debugged: values, and functions of the host. */
import { describe } from 'vitest';
import { type Callable, outcome, transparent } from './transparency.ts';

describe('values', () => {
  transparent(
    'arguments are converted, and results are, to the last bit',
    `(module
      (func (export "i32") (param i32) (result i32) (local.get 0))
      (func (export "i64") (param i64) (result i64) (local.get 0))
      (func (export "f32") (param f32) (result f32) (local.get 0))
      (func (export "f64") (param f64) (result f64) (local.get 0))
      (func (export "any") (param externref) (result externref) (local.get 0))
      (func (export "func") (param funcref) (result funcref) (local.get 0))
      (func (export "v128") (param v128))
      (func (export "exn") (result exnref) (ref.null exn))
      (func (export "bits") (param f64 f32) (result i64 i32)
        (i64.reinterpret_f64 (local.get 0)) (i32.reinterpret_f32 (local.get 1))))`,
    (realm, see) => {
      const exports = realm.instantiate(0);
      const symbol = Symbol('x');
      const given = [
        ...[0, -0, 1.9, -1.9, 2 ** 31, 2 ** 32 + 5, Number.NaN, Number.POSITIVE_INFINITY, 1e40],
        ...[5n, -1n, 2n ** 64n + 3n, 2n ** 63n, '12', 'text', '', true, null, undefined, symbol],
        ...[{ valueOf: () => 7 }, { valueOf: () => 8n }, [], exports['i32'], () => 1],
      ];
      for (const name of ['i32', 'i64', 'f32', 'f64', 'any', 'func', 'v128', 'exn']) {
        const f = exports[name] as Callable;
        for (const value of given) {
          const text = outcome(() => {
            const result = f(value);
            return typeof result === 'symbol' || Object(result) === result
              ? result === value
              : result;
          });
          see(name, text);
        }
        see(
          name,
          outcome(() => f()),
          outcome(() => f(1, 2, 3)),
          outcome(() => f(1n, 2n)),
        );
      }
      for (const [a, b] of [
        [Number.NaN, Number.NaN],
        [-0, -0],
        [1e-310, 1e-40],
        [0.1, 0.1],
      ]) {
        see((exports['bits'] as Callable)(a, b));
      }
    },
  );

  transparent(
    'NaNs keep their payload, or not, as they do in V8',
    `(module (memory (export "m") 1)
      (func (export "f32") (param i32) (result i32)
        (f32.store (i32.const 0) (f32.reinterpret_i32 (local.get 0)))
        (i32.reinterpret_f32 (f32.neg (f32.load (i32.const 0)))))
      (func (export "f64") (param i64) (result i64)
        (i64.reinterpret_f64 (f64.copysign (f64.reinterpret_i64 (local.get 0)) (f64.const 1))))
      (func (export "add") (param i64) (result i64)
        (i64.reinterpret_f64 (f64.add (f64.reinterpret_i64 (local.get 0)) (f64.const 1))))
      (func (export "demote") (param i64) (result i32)
        (i32.reinterpret_f32 (f32.demote_f64 (f64.reinterpret_i64 (local.get 0))))))`,
    (realm, see) => {
      const { f32, f64, add, demote } = realm.instantiate(0) as Record<string, Callable>;
      for (const bits of [0x7fa0_0001, 0xffc1_2345 | 0, 0x7f80_0001]) see(f32!(bits));
      for (const bits of [0x7ff4_0000_0000_0001n, -1n, 0x7ff8_dead_beef_0000n]) {
        see(f64!(bits), add!(bits), demote!(bits));
      }
    },
  );

  transparent(
    'several results, given and taken',
    `(module
      (import "host" "pair" (func $pair (param i32) (result i32 i64)))
      (func (export "f") (param i32) (result i64 i32 f64 externref)
        (local i32 i64)
        (call $pair (local.get 0)) (local.set 2) (local.set 1)
        (local.get 2) (local.get 1) (f64.const -0) (ref.null extern)))`,
    (realm, see) => {
      const results: unknown[] = [
        [1, 2n],
        new Set([3, 4n]),
        [1],
        [1, 2n, 3],
        [1, 2],
        5,
        undefined,
        'ab',
        {
          [Symbol.iterator]: () => {
            throw new Error('no iterator');
          },
        },
      ];
      const { f } = realm.instantiate(0, {
        host: { pair: (i: number) => results[i] },
      }) as Record<string, Callable>;
      for (const [i] of results.entries()) see(outcome(() => f!(i)));
    },
  );
});

describe('functions of the host', () => {
  transparent(
    'are called with no receiver and exactly their arguments',
    `(module
      (import "host" "strict" (func $strict (param i32 i64 f32 f64 externref funcref)))
      (import "host" "sloppy" (func $sloppy (result i32)))
      (import "host" "proxy" (func $proxy (param i32) (result i32)))
      (import "host" "bound" (func $bound (param i32) (result i32)))
      (import "host" "class" (func $class))
      (func $own (export "own"))
      (func (export "strict") (param externref)
        (call $strict (i32.const -1) (i64.const -1) (f32.const 0.1) (f64.const -0)
          (local.get 0) (ref.func $own)))
      (func (export "sloppy") (result i32) (call $sloppy))
      (func (export "proxy") (result i32) (call $proxy (i32.const 3)))
      (func (export "bound") (result i32) (call $bound (i32.const 3)))
      (func (export "class") (call $class)))`,
    (realm, see) => {
      const object = {};
      const host = {
        strict: function (this: unknown, ...args: unknown[]): void {
          see(typeof this, new.target, args.length, ...args.slice(0, 4));
          see(args[4] === object, args[5] === exports['own']);
        },
        sloppy: new Function('return (this === globalThis) * 10 + arguments.length'),
        proxy: new Proxy((n: number) => n + 1, {
          apply: (target, receiver, args: [number]) => {
            see('proxy', typeof receiver, args.length);
            return target(...args) * 2;
          },
        }),
        bound: function (this: { n: number }, n: number): number {
          return this.n + n;
        }.bind({ n: 40 }),
        class: class {},
      };
      const exports = realm.instantiate(0, { host }) as Record<string, Callable>;
      exports['strict']!(object);
      see(exports['sloppy']!(), exports['proxy']!(), exports['bound']!());
      see(outcome(() => exports['class']!()));
    },
  );

  transparent(
    'may return what cannot be converted, and throw anything',
    `(module
      (import "host" "i32" (func $i32 (result i32)))
      (import "host" "i64" (func $i64 (result i64)))
      (import "host" "func" (func $func (result funcref)))
      (import "host" "none" (func $none))
      (import "host" "v128" (func $v128 (param v128)))
      (func (export "i32") (result i32) (call $i32))
      (func (export "i64") (result i64) (call $i64))
      (func (export "func") (result funcref) (call $func))
      (func (export "none") (call $none))
      (func (export "v128") (call $v128 (v128.const i64x2 0 0))))`,
    (realm, see) => {
      let give: () => unknown;
      const any = (): unknown => give();
      const host = { i32: any, i64: any, func: any, none: any, v128: any };
      const exports = realm.instantiate(0, { host }) as Record<string, Callable>;
      const gives: (() => unknown)[] = [
        () => 5,
        () => 5n,
        () => 'text',
        () => null,
        () => undefined,
        () => ({
          valueOf: () => {
            throw new RangeError('no value');
          },
        }),
        () => any,
        () => Symbol('s'),
        () => {
          throw new TypeError('thrown');
        },
        () => {
          throw 'a string';
        },
        () => {
          throw undefined;
        },
        () => {
          throw 12n;
        },
      ];
      for (const next of gives) {
        give = next;
        for (const name of ['i32', 'i64', 'func', 'none', 'v128']) {
          see(
            name,
            outcome(() => exports[name]!()),
          );
        }
      }
      const error = new Error('the same');
      give = () => {
        throw error;
      };
      try {
        exports['i32']!();
      } catch (caught) {
        see(caught === error);
      }
    },
  );
});
