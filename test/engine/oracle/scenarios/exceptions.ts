/** Exceptions: try_table, throw, throw_ref, and how they pass through calls and the host. */
import { calls, exported, outcome, type Scenario } from '../scenario.ts';

const throughTheHost: Scenario = {
  name: 'exceptions through the host, and errors of the host through WebAssembly',
  modules: [
    `(module
      (import "host" "call" (func $call (param i32) (result i32)))
      (tag $t (export "t") (param i32))
      (func (export "thrower") (param $n i32) (local i64)
        (local.set 1 (i64.const 5))
        (throw $t (local.get $n)))
      (func (export "f") (param $n i32) (result i32) (local $e exnref)
        (i32.const 1)
        (block $any (result exnref)
          (block $tagged (result i32)
            (try_table (catch $t $tagged) (catch_all_ref $any)
              (return (call $call (local.get $n))))
            unreachable)
          (return (i32.add (i32.const 1000))))
        (local.set $e)
        (if (i32.eq (local.get $n) (i32.const 2)) (then (throw_ref (local.get $e))))
        (i32.const 2000)
        i32.add))`,
  ],
  run(world) {
    const exports: WebAssembly.Exports = world.instantiate(0, {
      host: {
        call: (n: number) => {
          if (n === 0) return 5;
          if (n < 0) return exported(exports, 'thrower')(n);
          throw new Error(`number ${n}`);
        },
      },
    });
    return [0, -4, 1, 2].map((n) => outcome(() => exported(exports, 'f')(n)));
  },
};

const severalTags: Scenario = {
  name: 'an exception with the tag of another instance',
  modules: [
    `(module
      (tag $t (export "t") (param i32 f64))
      (func (export "throw") (param i32) (throw $t (local.get 0) (f64.const nan:0x4000000000001))))`,
    `(module
      (import "a" "t" (tag $t (param i32 f64)))
      (import "a" "throw" (func $throw (param i32)))
      (tag $own (param i32 f64))
      (func $inner (param i32) (result i32 f64)
        (block $mine (result i32 f64)
          (try_table (result i32 f64) (catch $own $mine)
            (call $throw (local.get 0))
            (i32.const 0)
            (f64.const 0))))
      (func (export "f") (param i32) (result i64) (local $f f64)
        (i64.const 2)
        (block $caught (result i32 f64)
          (try_table (catch $t $caught)
            (call $inner (local.get 0))
            unreachable)
          unreachable)
        (local.set $f)
        i64.extend_i32_s
        i64.mul))`,
  ],
  run(world) {
    const a = world.instantiate(0);
    const b = world.instantiate(1, { a: a as WebAssembly.ModuleImports });
    return exported(b, 'f')(21);
  },
};

export const exceptions: readonly Scenario[] = [
  throughTheHost,
  severalTags,
  calls(
    'try_table with every kind of clause, values of all types',
    `(module
      (type $op (func))
      (tag $numbers (param i32 i64 f32 f64 v128))
      (tag $refs (param funcref externref))
      (tag $none)
      (func $self)
      (elem declare func $self)
      (func $thrower (param $n i32)
        (block $c (block $b (block $a
          (br_table $a $b $c (local.get $n)))
          (throw $numbers (i32.const 1) (i64.const 2) (f32.const -0) (f64.const inf)
            (v128.const i32x4 1 2 3 4)))
          (throw $refs (ref.func $self) (ref.null extern)))
        (throw $none))
      (func (export "f") (param $n i32) (result i32) (local $v v128) (local $e exnref)
        (i32.const 4)
        (block $ref (result exnref)
          (block $all
            (block $refs (result funcref externref exnref)
              (block $numbers (result i32 i64 f32 f64 v128)
                (try_table (catch $numbers $numbers) (catch_ref $refs $refs) (catch_all $all)
                  (call $thrower (local.get $n)))
                unreachable)
              (local.set $v)
              drop drop drop
              (return (i32.mul (i32.const 3))))
            (local.set $e)
            drop
            (return (ref.is_null)))
          (try_table (catch_all_ref $ref) (call $thrower (i32.const 2)))
          unreachable)
        (local.tee $e)
        drop
        (i32.add (i32.const 7))))`,
    [0],
    [1],
    [2],
  ),
  calls(
    'nested handlers, the inner throwing again',
    `(module
      (tag $a (param i32))
      (tag $b (param i32 i32))
      (func $deep (param $n i32)
        (if (i32.eqz (local.get $n)) (then (throw $a (i32.const 77))))
        (call $deep (i32.sub (local.get $n) (i32.const 1))))
      (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (block $outer (result i32 i32)
          (try_table (catch $b $outer)
            (block $inner (result i32)
              (try_table (result i32) (catch $a $inner)
                (i32.const 8)
                (call $deep (local.get $n))
                (drop)
                (i32.const 0)))
            (local.set $sum)
            (throw $b (local.get $sum) (i32.const 3)))
          unreachable)
        i32.add))`,
    [0],
    [2],
  ),
  calls(
    'throw_ref: a caught exception again, and null',
    `(module
      (tag $t (param i64))
      (global $kept (mut exnref) (ref.null exn))
      (func $again (throw_ref (global.get $kept)))
      (func $catch (param $n i64) (result exnref)
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $t (local.get $n)))
          unreachable))
      (func (export "f") (param $n i64) (result i64)
        (if (i64.ne (local.get $n) (i64.const 0))
          (then (global.set $kept (call $catch (local.get $n)))))
        (block $h (result i64)
          (try_table (catch $t $h)
            (call $again))
          unreachable)
        (i64.add (i64.const 1))))`,
    [0n],
    [5n],
    [0n],
  ),
  calls(
    'exceptions nobody catches, traps that catch_all does not',
    `(module
      (tag $t (param i32))
      (func $in (param $n i32) (result i32)
        (block $h
          (try_table (catch_all $h)
            (return (i32.div_s (i32.const 8) (local.get $n)))))
        (i32.const -1))
      (func (export "f") (param $n i32) (result i32)
        (if (i32.eq (local.get $n) (i32.const 7))
          (then (block (try_table (throw $t (i32.const 1))))))
        (i32.add (i32.const 1) (call $in (local.get $n)))))`,
    [2],
    [0],
  ),
  calls(
    'try_table in a loop, branches out of it and into it',
    `(module
      (tag $t (param i32))
      (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (loop $next (result i32)
          (block $done
            (block $h (result i32)
              (try_table (catch $t $h)
                (br_if $done (i32.eqz (local.get $n)))
                (throw $t (local.get $n)))
              unreachable)
            (local.set $sum (i32.add (local.get $sum)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br $next))
          (local.get $sum))))`,
    [3],
  ),
];
