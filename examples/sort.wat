;; A library for JavaScript: sorts numbers in its memory, and asks its host how they compare.
;; examples/sort.mjs uses it; `npm run build` makes examples/out/sort.wasm.
(module $sort
  (import "host" "compare" (func $compare (param i32 i32) (result i32)))
  (memory (export "memory") 1)

  (func $swap (param $a i32) (param $b i32) (local $kept i32)
    (local.set $kept (i32.load (local.get $a)))
    (i32.store (local.get $a) (i32.load (local.get $b)))
    (i32.store (local.get $b) (local.get $kept)))

  ;; Insertion sort of $count numbers from address 0.
  (func $sort (export "sort") (param $count i32) (local $i i32) (local $at i32)
    (local.set $i (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $at (i32.shl (local.get $i) (i32.const 2)))
        (block $placed
          (loop $down
            (br_if $placed (i32.eqz (local.get $at)))
            (br_if $placed (i32.le_s
              (call $compare
                (i32.load (i32.sub (local.get $at) (i32.const 4)))
                (i32.load (local.get $at)))
              (i32.const 0)))
            (call $swap (i32.sub (local.get $at) (i32.const 4)) (local.get $at))
            (local.set $at (i32.sub (local.get $at) (i32.const 4)))
            (br $down)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))))
