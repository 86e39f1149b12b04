/** Exceptions as they were before Wasm 3.0: try, catch, catch_all, rethrow, delegate. */
import { calls, type Scenario } from '../scenario.ts';

export const legacyExceptions: readonly Scenario[] = [
  calls(
    'try and catch, with values, over calls',
    `(module
      (tag $a (param i32 f64))
      (tag $b)
      (func $thrower (param $n i32)
        (if (i32.eq (local.get $n) (i32.const 1)) (then (throw $a (i32.const 6) (f64.const 0.5))))
        (if (i32.eq (local.get $n) (i32.const 2)) (then (throw $b))))
      (func (export "f") (param $n i32) (result i32) (local $f f64)
        (i32.const 10)
        try (result i32)
          (call $thrower (local.get $n))
          (i32.const 0)
        catch $a
          (local.set $f)
          (i32.const 1)
          i32.add
        catch_all
          (i32.const 9)
        end
        i32.add))`,
    [0],
    [1],
    [2],
  ),
  calls(
    'rethrow, from the inner and from the outer handler',
    `(module
      (tag $a (param i32))
      (tag $b (param i32))
      (func $again (param $n i32) (result i32)
        try (result i32)
          (throw $a (i32.const 3))
        catch $a
          try (result i32)
            (throw $b (i32.const 4))
          catch $b
            (if (local.get $n) (then (rethrow 1)))
            (rethrow 1)
          end
          i32.add
        end)
      (func (export "f") (param $n i32) (result i32)
        try (result i32)
          (call $again (local.get $n))
        catch $a
          (i32.const 100)
          i32.add
        catch $b
          (i32.const 200)
          i32.add
        end))`,
    [0],
    [1],
  ),
  calls(
    'delegate to an outer handler and to the caller',
    `(module
      (tag $a (param i32))
      (func $out (param $n i32)
        try
          (throw $a (local.get $n))
        delegate 0)
      (func (export "f") (param $n i32) (result i32)
        try $outer (result i32)
          try (result i32)
            try (result i32)
              (call $out (local.get $n))
              (i32.const 1)
            delegate $outer
          catch_all
            (i32.const -1)
          end
        catch $a
          (i32.const 50)
          i32.add
        end))`,
    [4],
  ),
];
