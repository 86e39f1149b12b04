;; Calls that come back in every way: recursion, a long loop, a tail call, the host, an exception.
(module
  (import "env" "callback" (func $callback (result i32)))
  (tag $error)
  (func $fib (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else
        (i32.add
          (call $fib (i32.sub (local.get $n) (i32.const 1)))
          (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func $spin (result i32) (local $i i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $i) (i32.const 50000000))))
    (local.get $i))
  (func $tail (param $n i32) (result i32)
    (return_call $fib (local.get $n)))
  (func $thrower (throw $error))
  (func $inside (export "inside") (result i32) (call $fib (i32.const 3)))
  (func (export "main") (result i32)
    (drop (call $spin))
    (drop (call $tail (i32.const 10)))
    (drop (call $callback))
    (block $caught
      (try_table (catch $error $caught) (call $thrower)))
    (call $fib (i32.const 12))))
