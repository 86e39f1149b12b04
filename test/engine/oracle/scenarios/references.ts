/** References to functions and to the host, typed function references, and tables of them. */
import { calls, exported, type Scenario } from '../scenario.ts';

const hostReferences: Scenario = {
  name: 'references of the host through locals, operands, globals and tables',
  modules: [
    `(module
      (import "host" "keep" (func $keep (param externref i32) (result externref)))
      (table $t (export "t") 3 externref)
      (global $g (mut externref) (ref.null extern))
      (func $pass (param $a externref) (param $n i64) (param $b externref)
        (result externref i64)
        (table.set $t (i32.const 1) (local.get $b))
        (global.set $g (local.get $a))
        (call $keep (local.get $b) (ref.is_null (local.get $a)))
        (local.get $n))
      (func (export "f") (param $x externref) (result externref) (local $empty externref)
        (local.get $x)
        (i32.const 2)
        (call $pass (local.get $empty) (i64.const 3) (local.get $x))
        drop
        (table.set $t)
        (if (result externref) (ref.is_null (global.get $g))
          (then (table.get $t (i32.const 1)))
          (else (ref.null extern)))
        (select (result externref) (local.get $empty) (i32.const 0))
        (drop (table.grow $t (local.get $x) (i32.const 2)))
        (table.fill $t (i32.const 0) (ref.null extern) (i32.const 2))
        (local.set $empty)))`,
  ],
  run(world) {
    const exports = world.instantiate(0, {
      host: { keep: (value: unknown, isNull: number) => (isNull ? value : null) },
    });
    const table = exports['t'] as WebAssembly.Table;
    const given = [null, undefined, 7, 'text', { an: 'object' }, exports['f'], 2n ** 70n];
    return given.map((value) => {
      const result = exported(exports, 'f')(value);
      return [result === null, result === value, table.length, table.get(2) === value];
    });
  },
};

const functionsBetweenInstances: Scenario = {
  name: 'functions of one instance in the table and globals of another',
  modules: [
    `(module
      (type $op (func (param i32) (result i32)))
      (func $double (export "double") (type $op) (i32.mul (local.get 0) (i32.const 2)))
      (func $private (type $op) (i32.add (local.get 0) (i32.const 100)))
      (global (export "g") (mut funcref) (ref.func $private))
      (table (export "t") 4 funcref)
      (elem (i32.const 1) $private $double))`,
    `(module
      (type $op (func (param i32) (result i32)))
      (import "a" "t" (table $t 4 funcref))
      (import "a" "g" (global $g (mut funcref)))
      (import "a" "double" (func $double (type $op)))
      (func $own (type $op) (call $double (i32.sub (local.get 0) (i32.const 1))))
      (elem declare func $own $double)
      (func (export "f") (param $n i32) (result i32) (local $f (ref null $op))
        (local.set $f (ref.cast (ref null $op) (global.get $g)))
        (call_ref $op (local.get $n) (local.get $f))
        (table.set $t (i32.const 0) (ref.func $own))
        (call_indirect $t (type $op) (local.get $n) (i32.const 0))
        (global.set $g (ref.func $double))
        (call_indirect $t (type $op) (i32.const 1))
        (table.get $t (i32.const 2))
        (local.set $f (ref.cast (ref $op)))
        i32.add
        (call_ref $op (local.get $f))))`,
  ],
  run(world) {
    const a = world.instantiate(0);
    const b = world.instantiate(1, { a: a as WebAssembly.ModuleImports });
    const g = a['g'] as WebAssembly.Global;
    return [5, 6].map((n) => [exported(b, 'f')(n), (g.value as () => void).name]);
  },
};

export const references: readonly Scenario[] = [
  hostReferences,
  functionsBetweenInstances,
  calls(
    'call_ref, its null, and return_call_ref',
    `(module
      (type $op (func (param i32 i64) (result i64)))
      (type $pick (func (param i32) (result (ref null $op))))
      (table $t 3 (ref null $op))
      (elem (table $t) (i32.const 0) (ref null $op)
        (ref.func $add) (item ref.null $op) (ref.func $tail))
      (func $add (type $op) (i64.add (i64.extend_i32_u (local.get 0)) (local.get 1)))
      (func $tail (type $op)
        (return_call_ref $op (local.get 0) (i64.const 40) (ref.as_non_null (table.get $t (i32.const 0)))))
      (func $pick (type $pick) (table.get $t (local.get 0)))
      (elem declare func $pick)
      (func (export "f") (param $n i32) (result i64)
        (i64.const 1000)
        (i32.const 2)
        (i64.const 3)
        (call_ref $pick (local.get $n) (ref.func $pick))
        (call_ref $op)
        i64.add))`,
    [0],
    [1],
    [2],
    [3],
  ),
  calls(
    'br_on_null, br_on_non_null, ref.as_non_null and locals that cannot be null',
    `(module
      (type $op (func (result i32)))
      (func $one (type $op) (i32.const 1))
      (elem declare func $one)
      (func $given (param i32) (result (ref null $op))
        (if (result (ref null $op)) (local.get 0)
          (then (ref.func $one))
          (else (ref.null $op))))
      (func (export "f") (param $n i32) (result i32) (local $set (ref $op)) (local $m i32)
        (local.set $m (i32.const 11))
        (block $null
          (i32.const 5)
          (br_on_null $null (call $given (local.get $n)))
          (local.set $set)
          (local.set $m (i32.add (call_ref $op (local.get $set)))))
        (block $there (result (ref $op))
          (br_on_non_null $there (call $given (local.get $n)))
          (return (local.get $m)))
        (local.tee $set)
        drop
        (ref.as_non_null (call $given (i32.sub (local.get $n) (i32.const 2))))
        (call_ref $op)
        (i32.add (local.get $m))))`,
    [0],
    [1],
    [2],
  ),
  calls(
    'tables of functions: get, set, size, grow, fill, copy, and their traps',
    `(module
      (type $op (func (result i32)))
      (table $a 2 10 funcref)
      (table $b 6 funcref)
      (func $one (type $op) (i32.const 1))
      (func $two (type $op) (i32.const 2))
      (elem declare func $one $two)
      (func $all (param $n i32) (result i32) (local $f funcref)
        (local.set $f (ref.func $two))
        (table.grow $a (ref.func $one) (i32.const 3))
        (table.set $b (local.get $n) (local.get $f))
        (table.fill $b (i32.const 4) (ref.func $one) (i32.const 2))
        (table.copy $a $b (i32.const 0) (local.get $n) (i32.const 2))
        (i32.add (table.size $a))
        (ref.is_null (table.get $a (local.get $n)))
        i32.add)
      (func (export "f") (param $n i32) (result i32)
        (call $all (local.get $n))
        (call_indirect $b (type $op) (i32.const 4))
        i32.add))`,
    [0],
    [1],
    [5],
    [6],
  ),
  calls(
    'references as parameters and results of blocks and loops',
    `(module
      (type $op (func (param i32) (result i32)))
      (type $loop (func (param i32 (ref $op)) (result i32)))
      (type $both (func (param funcref) (result i32 (ref null $op))))
      (func $inc (type $op) (i32.add (local.get 0) (i32.const 1)))
      (elem declare func $inc)
      (func (export "f") (param $n i32) (result i32) (local $f (ref $op))
        (local.get $n)
        (ref.func $inc)
        (loop $again (type $loop)
          (local.set $f)
          (local.set $n (call_ref $op (local.get $f)))
          (br_if $again (local.get $n) (local.get $f) (i32.lt_s (local.get $n) (i32.const 4)))
          drop)
        (ref.func $inc)
        (block (type $both)
          (ref.cast (ref $op))
          (local.set $f)
          (i32.const 8)
          (local.get $f))
        (call_ref $op)
        i32.add))`,
    [2],
    [9],
  ),
];
