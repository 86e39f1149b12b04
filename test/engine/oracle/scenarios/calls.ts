/** Calls of every kind: direct, indirect, tail, through the host, across instances. */
import { type Callable, calls, exported, outcome, type Scenario } from '../scenario.ts';

const callbacks: Scenario = {
  name: 'callbacks from the host',
  modules: [
    `(module
      (import "host" "twice" (func $twice (param i32) (result i32)))
      (import "host" "nothing" (func $nothing))
      (func $leaf (export "leaf") (param i32) (result i32)
        (i32.add (local.get 0) (i32.const 1)))
      (func $middle (export "middle") (param i32) (result i32) (local i64)
        (local.set 1 (i64.const 12))
        (i32.const 400)
        (call $twice (i32.sub (local.get 0) (i32.const 1)))
        i32.add)
      (func (export "f") (param i32) (result i32)
        (i32.const -1)
        (if (result i32) (local.get 0)
          (then (call $middle (local.get 0)))
          (else (call $leaf (i32.const 5))))
        (call $nothing)
        i32.add))`,
  ],
  run(world) {
    const exports: WebAssembly.Exports = world.instantiate(0, {
      host: {
        twice: (n: number) =>
          (exported(exports, 'leaf')(n) as number) + (exported(exports, 'f')(n) as number),
        nothing: () => undefined,
      },
    });
    return exported(exports, 'f')(2);
  },
};

const trapsCaught: Scenario = {
  name: 'traps that the host catches, before it calls in again',
  modules: [
    `(module
      (import "host" "try" (func $try (param i32) (result i32)))
      (func $deep (param i32) (result i32) (local i64 i64 i64)
        (local.set 1 (i64.extend_i32_s (local.get 0)))
        (if (i32.eqz (local.get 0)) (then unreachable))
        (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1)))))
      (func (export "trap") (param i32) (result i32) (call $deep (local.get 0)))
      (func $leaf (export "leaf") (param i32) (result i32) (local f64)
        (local.set 1 (f64.const 0.5))
        (i32.mul (local.get 0) (i32.const 3)))
      (func (export "f") (param i32) (result i32)
        (i32.const 8)
        (i32.add (call $try (local.get 0)) (call $try (i32.const 1)))
        (call $leaf (i32.const 2))
        i32.add
        i32.add))`,
  ],
  run(world) {
    const exports: WebAssembly.Exports = world.instantiate(0, {
      host: {
        try: (n: number) => {
          const message = outcome(() => exported(exports, 'trap')(n));
          return (exported(exports, 'leaf')(message.length) as number) + 1;
        },
      },
    });
    return [exported(exports, 'f')(3), outcome(() => exported(exports, 'trap')(1))];
  },
};

const hostThrows: Scenario = {
  name: 'a host function that throws through WebAssembly',
  modules: [
    `(module
      (import "host" "throw" (func $throw (param i32)))
      (import "host" "try" (func $try (param i32) (result i32)))
      (func (export "inner") (param i32) (result i32) (local i64)
        (local.set 1 (i64.const 3))
        (call $throw (local.get 0))
        (i32.const 1))
      (func (export "f") (param i32) (result i32)
        (i32.const 9)
        (call $try (local.get 0))
        i32.add
        (call $try (i32.const 0))
        i32.add))`,
  ],
  run(world) {
    const exports: WebAssembly.Exports = world.instantiate(0, {
      host: {
        throw: (n: number) => {
          if (n !== 0) throw new Error(`thrown ${n}`);
        },
        try: (n: number) => outcome(() => exported(exports, 'inner')(n)).length,
      },
    });
    return [exported(exports, 'f')(4), outcome(() => exported(exports, 'inner')(5))];
  },
};

const COUNTER = `(module
  (import "env" "next" (func $next (param i32) (result i32)))
  (global $own (mut i32) (i32.const 0))
  (func (export "init") (param i32) (global.set $own (local.get 0)))
  (func (export "count") (param $n i32) (result i32) (local $mine i32)
    (local.set $mine (global.get $own))
    (global.set $own (i32.add (global.get $own) (i32.const 1)))
    (if (result i32) (local.get $n)
      (then (i32.add (local.get $mine) (call $next (i32.sub (local.get $n) (i32.const 1)))))
      (else (local.get $mine)))))`;

const severalInstances: Scenario = {
  name: 'two instances of one module that call each other',
  modules: [COUNTER],
  run(world) {
    const late: { second?: WebAssembly.Exports } = {};
    const first = world.instantiate(0, {
      env: { next: (n: number) => exported(late.second!, 'count')(n) },
    });
    // Imported as a function of WebAssembly: the call does not go through the host.
    const second = world.instantiate(0, { env: { next: first['count']! } });
    late.second = second;
    exported(first, 'init')(10);
    exported(second, 'init')(2000);
    return [exported(first, 'count')(3), exported(second, 'count')(3)];
  },
};

const severalModules: Scenario = {
  name: 'modules that share a table, a memory and a global',
  modules: [
    `(module
      (type $op (func (param i32) (result i32)))
      (memory (export "memory") 1)
      (table (export "table") 4 funcref)
      (global (export "state") (mut i64) (i64.const 5))
      (elem (i32.const 0) $double)
      (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
      (func (export "f") (param $i i32) (param $x i32) (result i32)
        (i32.store offset=8 (local.get $x) (local.get $i))
        (call_indirect (type $op) (local.get $x) (local.get $i))))`,
    `(module
      (type $op (func (param i32) (result i32)))
      (import "a" "memory" (memory 1))
      (import "a" "table" (table 4 funcref))
      (import "a" "state" (global $state (mut i64)))
      (elem (i32.const 1) $triple $again)
      (func $triple (param i32) (result i32) (local i64)
        (local.set 1 (global.get $state))
        (global.set $state (i64.add (local.get 1) (i64.load32_u offset=8 (local.get 0))))
        (i32.mul (local.get 0) (i32.const 3)))
      (func $again (param i32) (result i32)
        (i32.add (i32.const 1)
          (call_indirect (type $op) (local.get 0) (i32.const 0)))))`,
  ],
  run(world) {
    const a = world.instantiate(0);
    world.instantiate(1, { a });
    const f = exported(a, 'f');
    const results = [0, 1, 2].map((i) => f(i, 21));
    return [...results, (a['state'] as WebAssembly.Global).value, outcome(() => f(3, 1))];
  },
};

const startFunction: Scenario = {
  name: 'start function',
  modules: [
    `(module
      (import "host" "log" (func $log (param i32)))
      (global $n (mut i32) (i32.const 3))
      (func $start (local i32)
        (loop $l
          (call $log (local.tee 0 (global.get $n)))
          (global.set $n (i32.sub (local.get 0) (i32.const 1)))
          (br_if $l (global.get $n))))
      (start $start)
      (func (export "f") (result i32) (global.get $n)))`,
  ],
  run(world) {
    const log: number[] = [];
    const exports = world.instantiate(0, { host: { log: (n: number) => log.push(n) } });
    return [...log, exported(exports, 'f')()];
  },
};

/** The host calls a function that it took out of a table, and puts others in. */
const throughTable: Scenario = {
  name: 'functions that go through a table of the host',
  modules: [
    `(module
      (type $v (func (result i32)))
      (table (export "table") 2 funcref)
      (elem (i32.const 0) $one)
      (func $one (result i32) (i32.const 1))
      (func (export "two") (result i32) (i32.const 2))
      (func (export "f") (result i32)
        (i32.add (call_indirect (type $v) (i32.const 0)) (call_indirect (type $v) (i32.const 1)))))`,
  ],
  run(world) {
    const exports = world.instantiate(0);
    const table = exports['table'] as WebAssembly.Table;
    table.set(1, exports['two'] as Callable);
    const before = exported(exports, 'f')();
    table.set(1, table.get(0));
    return [before, exported(exports, 'f')(), (table.get(0) as Callable)()];
  },
};

export const callPrograms: readonly Scenario[] = [
  callbacks,
  trapsCaught,
  hostThrows,
  severalInstances,
  severalModules,
  startFunction,
  throughTable,
  calls(
    'recursion',
    `(module (func $fib (export "f") (param $n i64) (result i64)
      (if (result i64) (i64.lt_u (local.get $n) (i64.const 2))
        (then (local.get $n))
        (else (i64.add
          (call $fib (i64.sub (local.get $n) (i64.const 1)))
          (call $fib (i64.sub (local.get $n) (i64.const 2))))))))`,
    [5n],
  ),
  calls(
    'calls with operands below, with no, one and many results',
    `(module
      (func $none (param f32 f64))
      (func $many (param $a i32) (param $b i64) (result i32 f32 i64 f64)
        local.get $a
        f32.const 1.5
        local.get $b
        f64.const -0)
      (func (export "f") (param $x i32) (result f64) (local $l i64)
        f64.const 10
        (call $none (f32.const 3) (f64.const 4))
        (call $many (local.get $x) (i64.const 8))
        drop
        local.tee $l
        i64.eqz
        drop
        drop
        local.set $x
        f64.neg
        (call $none (f32.const 5) (f64.convert_i64_s (local.get $l)))))`,
    [6],
  ),
  calls(
    'indirect calls through two tables, and what they trap on',
    `(module
      (type $op (func (param i32 i32) (result i32)))
      (type $other (func (result i64)))
      (table $t 3 funcref)
      (table $u 5 funcref)
      (elem (table $t) (i32.const 0) func $add $sub)
      (elem (table $u) (i32.const 1) func $sub $add $odd)
      (func $add (type $op) (i32.add (local.get 0) (local.get 1)))
      (func $sub (type $op) (i32.sub (local.get 0) (local.get 1)))
      (func $odd (type $other) (i64.const 1))
      (func (export "f") (param $i i32) (result i32)
        (i32.const 1)
        (call_indirect $t (type $op) (i32.const 20) (i32.const 3) (local.get $i))
        (call_indirect $u (type $op) (i32.const 20) (i32.const 3) (i32.add (local.get $i) (i32.const 1)))
        i32.mul
        i32.add))`,
    [0],
    [1],
    [2],
    [9],
  ),
  calls(
    'tail calls, direct and indirect, with other signatures',
    `(module
      (type $two (func (param i32 i64) (result i64)))
      (table 1 funcref)
      (elem (i32.const 0) $odd)
      (func $even (param $n i32) (param $acc i64) (result i64)
        (if (i32.eqz (local.get $n)) (then (return (local.get $acc))))
        (return_call_indirect (type $two)
          (i32.sub (local.get $n) (i32.const 1))
          (i64.add (local.get $acc) (i64.const 1))
          (i32.const 0)))
      (func $odd (param $n i32) (param $acc i64) (result i64) (local $unused f64)
        (local.set $unused (f64.const 1))
        (if (i32.eqz (local.get $n)) (then (return (i64.const -1))))
        (return_call $even
          (i32.sub (local.get $n) (i32.const 1))
          (i64.add (local.get $acc) (i64.const 1))))
      (func $start (param i32) (result i64)
        (return_call $even (local.get 0) (i64.const 100)))
      (func (export "f") (param i32) (result i64)
        (i64.const 1)
        (call $start (local.get 0))
        i64.add))`,
    [4],
    [1],
  ),
];
