/** The program cannot tell that it is debugged: imports, read and checked as V8 does. */
import { describe } from 'vitest';
import { type Callable, outcome, transparent } from './transparency.ts';

/** What an embedder may give for any import; the same objects for every kind. */
function values(exports: Record<string, unknown>): [name: string, value: unknown][] {
  const { Memory, Table, Global, Tag } = WebAssembly;
  const table = (descriptor: object): unknown =>
    new Table(descriptor as unknown as WebAssembly.TableDescriptor);
  const memory = (descriptor: object): unknown =>
    new Memory(descriptor as unknown as WebAssembly.MemoryDescriptor);
  const global = (value: string, mutable: boolean, init?: unknown): unknown =>
    new Global({ value, mutable } as WebAssembly.GlobalDescriptor, init as number);
  return [
    ['undefined', undefined],
    ['null', null],
    ['a number', 3.5],
    ['a bigint', 2n ** 65n + 7n],
    ['a string', '12'],
    ['a boolean', true],
    ['a symbol', Symbol('s')],
    ['an object', {}],
    ['a function', () => 1],
    ['a class', class {}],
    ['memory 1', memory({ initial: 1 })],
    ['memory 1 2', memory({ initial: 1, maximum: 2 })],
    ['memory 2 9', memory({ initial: 2, maximum: 9 })],
    ['shared memory', memory({ initial: 1, maximum: 2, shared: true })],
    ['64-bit memory', memory({ address: 'i64', initial: 1n, maximum: 2n })],
    ['table of functions 2', table({ element: 'anyfunc', initial: 2 })],
    ['table of functions 1 5', table({ element: 'anyfunc', initial: 1, maximum: 5 })],
    ['table of externref', table({ element: 'externref', initial: 2, maximum: 5 })],
    ['64-bit table', table({ address: 'i64', element: 'anyfunc', initial: 2n, maximum: 3n })],
    ['i32', global('i32', false, 1)],
    ['mutable i32', global('i32', true, 1)],
    ['i64', global('i64', false, 1n)],
    ['mutable f64', global('f64', true, 1)],
    ['anyfunc', global('anyfunc', false, null)],
    ['mutable externref', global('externref', true, 'x')],
    ['tag', new Tag({ parameters: [] })],
    ['tag i32', new Tag({ parameters: ['i32'] })],
    ...Object.entries(exports).map(([name, value]): [string, unknown] => [`export ${name}`, value]),
  ];
}

const EXPORTS = `(module
  (type $t (func (param i32) (result i32)))
  (rec (type $r (func)) (type (struct)))
  (func (export "(i32)->i32") (type $t) (local.get 0))
  (func (export "()") (type 1)) (func $plain (export "plain ()"))
  (global (export "mutable $t") (mut (ref null $t)) (ref.null $t))
  (global (export "v128") v128 (v128.const i64x2 0 0))
  (global (export "mutable v128") (mut v128) (v128.const i64x2 0 0))
  (global (export "exnref") exnref (ref.null exn))
  (global (export "ref func") (ref func) (ref.func $plain))
  (table (export "table $t") 1 (ref null $t))
  (table (export "table exnref") 1 exnref)
  (tag (export "tag ()")) (tag (export "tag i32") (param i32)))`;

const WANTED = [
  '(func)',
  '(func (param i32) (result i32))',
  '(func (param v128))',
  '(func (result exnref))',
  '(memory 1)',
  '(memory 1 3)',
  '(memory 2)',
  '(memory 1 2 shared)',
  '(memory i64 1)',
  '(memory i64 0 2)',
  '(table 1 funcref)',
  '(table 3 funcref)',
  '(table 1 4 funcref)',
  '(table i64 1 funcref)',
  '(table 0 externref)',
  '(table 0 (ref null $t))',
  '(table 0 exnref)',
  '(global i32)',
  '(global i64)',
  '(global f32)',
  '(global f64)',
  '(global v128)',
  '(global funcref)',
  '(global externref)',
  '(global exnref)',
  '(global (ref func))',
  '(global (ref extern))',
  '(global (ref null $t))',
  '(global anyref)',
  '(global i31ref)',
  '(global (mut i32))',
  '(global (mut f64))',
  '(global (mut v128))',
  '(global (mut externref))',
  '(global (mut (ref null $t)))',
  '(tag)',
  '(tag (param i32))',
];

describe('what is given for an import', () => {
  const wanting = WANTED.map(
    (wanted) =>
      `(module (type $t (func (param i32) (result i32))) (import "from here" "that" ${wanted}))`,
  );
  transparent('is taken, or refused in the same words', [EXPORTS, ...wanting], (realm, see) => {
    const given = values(realm.instantiate(0));
    for (const [i, wanted] of WANTED.entries()) {
      for (const [name, that] of given) {
        const text = outcome(() => {
          const exports = realm.instantiate(1 + i, { 'from here': { that } });
          return Object.keys(exports).length;
        });
        see(wanted, name, text);
      }
    }
  });

  transparent(
    'keeps its value',
    `(module
      (import "a" "i32" (global $a i32)) (import "a" "i64" (global $b i64))
      (import "a" "f32" (global $c f32)) (import "a" "f64" (global $d f64))
      (import "a" "ref" (global $e externref))
      (export "i32" (global $a)) (export "i64" (global $b)) (export "f32" (global $c))
      (export "f64" (global $d)) (export "ref" (global $e))
      (func (export "all") (result i32 i64 f32 f64 externref)
        (global.get 0) (global.get 1) (global.get 2) (global.get 3) (global.get 4)))`,
    (realm, see) => {
      for (const [i32, i64, f32, f64, ref] of [
        [2 ** 33 + 3, -1n, 0.1, -0, 'text'],
        [-1.9, 2n ** 64n, 1e300, Number.NaN, null],
        [Number.NaN, 2n ** 63n, -0, 5e-324, undefined],
      ]) {
        const exports = realm.instantiate(0, { a: { i32, i64, f32, f64, ref } });
        see((exports['all'] as Callable)() as unknown[]);
        for (const name of ['i32', 'i64', 'f32', 'f64', 'ref']) {
          const global = exports[name] as WebAssembly.Global;
          see(
            name,
            global.value,
            outcome(() => {
              global.value = 1;
            }),
          );
        }
      }
    },
  );
});

describe('the import object', () => {
  const IMPORTING = `(module
    (import "a" "f" (func)) (import "b" "g" (global i32)) (import "a" "m" (memory 1))
    (import "b" "f" (func)) (import "a" "f" (func (result i32))))`;

  transparent('may be anything', [IMPORTING, '(module)'], (realm, see) => {
    const a = { f: () => 1, m: new WebAssembly.Memory({ initial: 1 }) };
    const b = { f: () => 1, g: 1 };
    const callable = Object.assign(() => undefined, { a, b });
    const objects: unknown[] = [
      undefined,
      null,
      5,
      'text',
      {},
      { a },
      { b },
      { a, b: null },
      { a, b: 4 },
      { a: undefined, b },
      { a, b: { g: 1 } },
      { a: Object.assign(() => 1, a), b },
      { a: { ...a, f: 1 }, b },
      { a: { ...a, m: {} }, b },
      { a: { ...a, m: {} }, b: { ...b, g: 'x', f: 3 } },
      callable,
      Object.create({ a, b }),
      [],
    ];
    for (const module of [0, 1]) {
      for (const [i, imports] of objects.entries()) {
        see(
          module,
          i,
          outcome(() => typeof realm.instantiate(module, imports)),
        );
      }
    }
  });

  transparent('is read in order, as long as it is good', IMPORTING, (realm, see) => {
    const a = { f: () => 1, m: new WebAssembly.Memory({ initial: 1 }) };
    const b = { f: () => 1, g: 1 };
    const told = (name: string, object: object): object =>
      new Proxy(object, {
        get: (target, key) => {
          see(name, String(key));
          const value: unknown = Reflect.get(target, key);
          if (value instanceof Error) throw value;
          return value;
        },
        has: (target, key) => {
          see(name, 'has', String(key));
          return Reflect.has(target, key);
        },
        ownKeys: (target) => {
          see(name, 'keys');
          return Reflect.ownKeys(target);
        },
      });
    for (const imports of [
      { a: told('a', a), b: told('b', b) },
      { a: told('a', a) },
      { a: told('a', a), b: 3 },
      { a: told('a', a), b: told('b', { ...b, g: new RangeError('no g') }) },
      { a: told('a', { ...a, f: 3 }), b: told('b', b) },
      { a: new SyntaxError('no a'), b: told('b', b) },
      { a: told('a', a), b: new SyntaxError('no b') },
    ]) {
      see(outcome(() => typeof realm.instantiate(0, told('imports', imports))));
    }
    let reads = 0;
    const changing = {
      get a() {
        return { ...a, f: reads++ === 0 ? () => 1 : 5 };
      },
      b,
    };
    see(
      outcome(() => typeof realm.instantiate(0, changing)),
      reads,
    );
  });

  transparent(
    'may have the names of what every object has',
    `(module
      (import "__proto__" "__proto__" (func $a (result i32)))
      (import "constructor" "prototype" (func $b (result i32)))
      (import "toString" "name" (func $c (result i32)))
      (import "" "" (func $d (result i32)))
      (import "__proto__" "x" (global i32))
      (func (export "__proto__") (result i32) (i32.add (call $a) (call $b)))
      (func (export "toString") (result i32) (i32.mul (call $c) (call $d)))
      (func (export "constructor") (result i32) (global.get 0)))`,
    (realm, see) => {
      const imports = Object.assign(Object.create(null), {
        constructor: { prototype: () => 2 },
        toString: Object.defineProperty({}, 'name', { value: () => 3 }),
        '': { '': () => 4 },
      });
      const proto = Object.assign(Object.create(null), { x: 7 });
      Object.defineProperty(proto, '__proto__', { value: () => 1 });
      Object.defineProperty(imports, '__proto__', { value: proto });
      const exports = realm.instantiate(0, imports) as Record<string, Callable>;
      for (const name of Object.keys(exports)) see(name, exports[name]!());
      see(outcome(() => typeof realm.instantiate(0, {})));
    },
  );
});

describe('an instantiation that fails', () => {
  transparent(
    'leaves behind what was done before',
    [
      `(module (import "a" "m" (memory 1)) (import "a" "t" (table 4 funcref))
        (func $f (result i32) (i32.load (i32.const 0)))
        (elem (i32.const 0) $f $f) (elem (i32.const 3) $f $f)
        (data (i32.const 0) "abcd"))`,
      `(module (import "a" "m" (memory 1)) (import "a" "t" (table 4 funcref))
        (func $f (result i32) (i32.load (i32.const 0)))
        (elem (i32.const 0) $f $f)
        (data (i32.const 0) "abcd") (data (i32.const 65533) "efgh") (data (i32.const 8) "i"))`,
    ],
    (realm, see) => {
      for (const module of [0, 1]) {
        const m = new WebAssembly.Memory({ initial: 1 });
        const t = new WebAssembly.Table({ element: 'anyfunc', initial: 4 });
        see(outcome(() => typeof realm.instantiate(module, { a: { m, t } })));
        see([...new Uint8Array(m.buffer, 0, 9)], [...new Uint8Array(m.buffer, 65530)]);
        for (let i = 0; i < 4; i++) {
          see(
            i,
            outcome(() => (t.get(i) === null ? 'null' : (t.get(i) as Callable)())),
          );
        }
      }
    },
  );
});
