/** The program cannot tell that it is debugged: exports, memories, the start function. */
import { describe } from 'vitest';
import { type Callable, outcome, transparent } from './transparency.ts';

describe('exports', () => {
  transparent(
    'have their names, order, lengths and identities',
    [
      `(module
        (import "host" "f" (func $host (param i32 i32 i32)))
        (import "host" "n" (global $n i32))
        (func $f (export "z") (export "a") (param i32 i64) (result i32) (i32.const 1))
        (func (export "") (export "1") (export "0") (export "__proto__") (export "constructor"))
        (export "host again" (func $host)) (export "host" (func $host))
        (memory (export "memory") 1) (export "memory again" (memory 0))
        (table (export "table") 3 funcref) (elem (i32.const 0) $host $f)
        (global (export "global") (mut i32) (i32.const 5)) (export "global again" (global 1))
        (global (export "ref") funcref (ref.func $f)) (global (export "ref2") funcref (ref.func $host))
        (export "n" (global $n))
        (tag (export "tag") (param i32)) (export "tag again" (tag 0)))`,
      `(module
        (import "a" "z" (func $f (param i32 i64) (result i32)))
        (import "a" "host" (func $host (param i32 i32 i32)))
        (import "a" "memory" (memory 1)) (import "a" "table" (table 1 funcref))
        (import "a" "global" (global (mut i32))) (import "a" "tag" (tag (param i32)))
        (import "a" "n" (global i32))
        (export "f" (func $f)) (export "host" (func $host)) (export "memory" (memory 0))
        (export "table" (table 0)) (export "global" (global 0)) (export "tag" (tag 0))
        (export "n" (global 1))
        (global (export "ref") funcref (ref.func $f)) (elem (table 0) (i32.const 2) func $host))`,
    ],
    (realm, see) => {
      const given = (..._: number[]): void => undefined;
      const a = realm.instantiate(0, { host: { f: given, n: 3 } });
      const b = realm.instantiate(1, { a });
      for (const [name, exports] of Object.entries({ a, b })) {
        see(Reflect.ownKeys(exports) as string[]);
        see(Object.isFrozen(exports), Object.getPrototypeOf(exports));
        for (const [key, value] of Object.entries(exports)) {
          see(name, key, Object.prototype.toString.call(value));
          if (typeof value === 'function') {
            see(value.name, value.length, String(value), value instanceof Function);
            see(Reflect.ownKeys(value).map(String));
            see(
              'prototype' in value,
              outcome(() => new (value as new () => unknown)()),
            );
          }
          see(outcome(() => Object.assign(exports, { [key]: 1 })).slice(0, 30));
        }
      }
      // Which are the same object, pair by pair.
      const all = [...Object.entries(a), ...Object.entries(b)];
      const table = a['table'] as WebAssembly.Table;
      for (let i = 0; i < 3; i++) all.push([`element ${i}`, table.get(i)]);
      for (const exports of [a, b]) {
        all.push(['value of ref', (exports['ref'] as WebAssembly.Global).value]);
      }
      all.push(['value of ref2', (a['ref2'] as WebAssembly.Global).value], ['given', given]);
      for (const [i, [name, value]] of all.entries()) {
        const same = all.findIndex(([, other]) => other === value);
        if (same < i) see(`${name} ${i} is ${all[same]![0]} ${same}`);
      }
    },
  );

  transparent(
    'globals and tables behave as objects of JavaScript',
    `(module
      (global (export "i64") (mut i64) (i64.const 5)) (global (export "const") f32 (f32.const 0.1))
      (global (export "v128") (mut v128) (v128.const i64x2 0 0))
      (global (export "func") (mut funcref) (ref.null func))
      (global (export "extern") (mut externref) (ref.null extern))
      (table (export "t") 2 4 funcref)
      (table (export "typed") 1 (ref null $t))
      (type $t (func (result i32)))
      (func (export "f") (type $t) (i64.store (i32.const 0) (global.get 0)) (i32.load (i32.const 0)))
      (func (export "g") (param i32)) (memory 1)
      (func (export "call") (param i32) (result i32) (call_indirect (type $t) (local.get 0))))`,
    (realm, see) => {
      const exports = realm.instantiate(0);
      for (const name of ['i64', 'const', 'v128', 'func', 'extern']) {
        const global = exports[name] as WebAssembly.Global;
        see(
          outcome(() => global.value),
          outcome(() => global.valueOf()),
        );
        for (const value of [1, 2n, null, undefined, 'text', exports['f'], () => 1]) {
          const text = outcome(() => {
            global.value = value;
            return global.value === value;
          });
          see(name, text);
        }
      }
      (exports['i64'] as WebAssembly.Global).value = 77n;
      see((exports['f'] as Callable)());
      for (const name of ['t', 'typed']) {
        const table = exports[name] as WebAssembly.Table;
        see(table.length);
        for (const value of [exports['f'], exports['g'], null, undefined, () => 1, 4]) {
          see(
            outcome(() => table.set(0, value)),
            outcome(() => table.get(0) === value),
          );
        }
        see(
          outcome(() => table.get(9)),
          outcome(() => table.set(9, null)),
        );
        see(
          outcome(() => table.grow(1, exports['f'])),
          table.length,
        );
        see(outcome(() => table.grow(100_000_000)));
      }
      const call = exports['call'] as Callable;
      for (const i of [0, 1, 2, 3, -1]) see(outcome(() => call(i)));
    },
  );
});

describe('memories', () => {
  transparent(
    'growing detaches the buffers that were given out',
    `(module (memory (export "m") 1 4) (export "again" (memory 0))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "size") (result i32) (memory.size))
      (func (export "store") (param i32) (i32.store (local.get 0) (i32.const 7))))`,
    (realm, see) => {
      const exports = realm.instantiate(0) as Record<string, Callable>;
      const memory = exports['m'] as unknown as WebAssembly.Memory;
      let { buffer } = memory;
      const look = (): void => {
        see(memory.buffer === buffer, buffer.byteLength, memory.buffer.byteLength);
        see(exports['size']!(), Object.isExtensible(memory.buffer));
        ({ buffer } = memory);
      };
      look();
      for (const pages of [0, 1, 5, 2, 1, 0, -1]) {
        see(exports['grow']!(pages));
        look();
      }
      see(
        outcome(() => memory.grow(1)),
        outcome(() => memory.grow(0)),
      );
      look();
      see(outcome(() => structuredClone(memory.buffer, { transfer: [memory.buffer] })));
      see(
        outcome(() => exports['store']!(4 * 65536 - 4)),
        new Uint8Array(memory.buffer).at(-4),
      );
      see(outcome(() => exports['store']!(4 * 65536 - 3)));
      see((exports['again'] as unknown) === memory, String(memory.buffer));
    },
  );

  transparent(
    'imported and shared',
    `(module (import "a" "m" (memory 1 4)) (import "a" "s" (memory 1 3 shared))
      (memory (export "own") 2 3 shared)
      (export "m" (memory 0)) (export "s" (memory 1))
      (func (export "grow") (result i32 i32 i32)
        (memory.grow 0 (i32.const 1)) (memory.grow 1 (i32.const 1)) (memory.grow 2 (i32.const 1)))
      (func (export "store") (i32.store 1 (i32.const 65536) (i32.const 3))))`,
    (realm, see) => {
      const m = new WebAssembly.Memory({ initial: 1, maximum: 3 });
      const s = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
      const before = [m.buffer, s.buffer];
      const exports = realm.instantiate(0, { a: { m, s } }) as Record<string, Callable>;
      see(exports['m'] === (m as unknown), exports['s'] === (s as unknown));
      see(m.buffer === before[0], s.buffer === before[1]);
      see(exports['grow']!() as number[], before[0]!.byteLength, before[1]!.byteLength);
      exports['store']!();
      const own = (exports['own'] as unknown as WebAssembly.Memory).buffer;
      see(new Int32Array(s.buffer)[16384], String(own), Object.isFrozen(own), own.byteLength);
      see(exports['grow']!() as number[], exports['grow']!() as number[], m.buffer.byteLength);
    },
  );

  transparent(
    'with and without a maximum, up to the limits',
    [
      '(module (memory (export "m") 0))',
      '(module (memory (export "m") 1 65536))',
      '(module (memory (export "m") i64 1))',
      '(module (memory (export "m") i64 1 262144))',
      '(module (memory (export "m") i64 2 3))',
    ],
    (realm, see) => {
      for (const module of [0, 1, 2, 3, 4]) {
        const memory = realm.instantiate(module)['m'] as WebAssembly.Memory;
        const grow = memory.grow.bind(memory) as Callable;
        see(
          module,
          memory.buffer.byteLength,
          outcome(() => grow(2)),
          outcome(() => grow(1n)),
        );
        see(
          outcome(() => grow(300_000)),
          outcome(() => grow(2n ** 40n)),
        );
        see(memory.buffer.byteLength);
      }
    },
  );
});

describe('the start function', () => {
  const START = `(module
    (import "a" "t" (table 4 funcref)) (import "a" "m" (memory 1))
    (import "a" "now" (func $now (param i32)))
    (global $n (mut i32) (i32.const 10))
    (func $next (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (global.get $n))
    (func $start
      (i32.store (i32.const 0) (i32.const 99))
      (call $now (call $next))
      (call $now (i32.div_u (i32.const 1) (i32.load (i32.const 4)))))
    (elem (i32.const 1) $next) (data (i32.const 8) "abc")
    (start $start)
    (func (export "n") (result i32) (global.get $n)))`;

  transparent(
    'runs when segments are there, can be called into, and its trap ends the instantiation',
    START,
    (realm, see) => {
      for (const divisor of [1, 0]) {
        const m = new WebAssembly.Memory({ initial: 1 });
        const t = new WebAssembly.Table({ element: 'anyfunc', initial: 4 });
        new Int32Array(m.buffer)[1] = divisor;
        const now = (n: number): void => {
          // Before the embedder has any export of the instance.
          see('now', n, new Int32Array(m.buffer)[0], new Uint8Array(m.buffer)[9]);
          see((t.get(1) as Callable)());
        };
        see(outcome(() => (realm.instantiate(0, { a: { m, t, now } })['n'] as Callable)()));
        // The instance lives on, reachable through the table.
        see(
          outcome(() => t.get(1)()),
          outcome(() => t.get(0)),
        );
      }
    },
  );

  transparent(
    'may be an import, and may throw',
    [
      '(module (import "a" "f" (func $f)) (start $f))',
      '(module (import "a" "f" (func)) (tag $t (export "t") (param i32)) (func $s (throw $t (i32.const 3))) (start $s))',
      '(module (import "a" "f" (func $f)) (func $s (call $f) unreachable) (start $s))',
    ],
    (realm, see) => {
      const error = new Error('from the host');
      const quiet = function (this: unknown, ...args: unknown[]): void {
        see('called', typeof this, args.length);
      };
      const loud = (): void => {
        throw error;
      };
      for (const module of [0, 1, 2]) {
        for (const f of [quiet, loud]) {
          try {
            see(Object.keys(realm.instantiate(module, { a: { f } })));
          } catch (thrown) {
            if (thrown instanceof WebAssembly.Exception) see('an exception');
            else see(thrown, thrown === error);
          }
        }
      }
    },
  );
});
