/** Constructs of every shape, left and entered again in every way. */
import { calls } from '../scenario.ts';

export const controlFlow = [
  calls(
    'blocks with results and parameters',
    `(module
      (type $swap (func (param i32 i64) (result i64 i32)))
      (func (export "f") (param $x i32) (result i64 i32)
        local.get $x
        i64.const 7
        block (type $swap)
          (local.set $x (i32.wrap_i64))
          i64.extend_i32_s
          local.get $x
        end
        block (param i64 i32) (result i64 i32)
          (br_if 0 (local.get $x))
          local.set $x
          drop
          i64.const -1
          i32.const 99
        end))`,
    [3],
    [0],
  ),
  calls(
    'operands below constructs',
    `(module (func (export "f") (param $n i32) (result i32) (local $sum i32)
      i32.const 1000
      local.get $n
      (f64.const 2.5)
      (loop $next
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (i64.const 5)
        (block $skip
          (br_if $skip (i32.and (local.get $n) (i32.const 1)))
          (local.set $sum (i32.add (local.get $sum) (i32.const 100))))
        drop
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $next (local.get $n)))
      i32.trunc_f64_s
      i32.add
      i32.add
      local.get $sum
      i32.add))`,
    [4],
  ),
  calls(
    'a local that is written while operands equal it',
    `(module (func (export "f") (param $a i32) (param $b i64) (result i32)
      local.get $a
      local.get $a
      (local.tee $a (i32.const 17))
      local.get $a
      (local.set $a (i32.const 4))
      i32.add
      local.get $b
      (local.set $b (i64.const 1))
      i32.wrap_i64
      i32.add
      i32.mul
      i32.sub
      local.get $a
      i32.add))`,
    [5, 40n],
  ),
  calls(
    'loops with parameters and results',
    `(module (func (export "f") (param $n i32) (result i64) (local $acc i64)
      i64.const 1
      local.get $n
      loop $l (param i64 i32) (result i64)
        local.tee $n
        i64.extend_i32_u
        i64.mul
        (i32.sub (local.get $n) (i32.const 1))
        local.tee $n
        (br_if $l (local.get $n))
        drop
        (local.tee $acc)
      end
      local.get $acc
      i64.add))`,
    [4],
  ),
  calls(
    'loops nested, left and entered again',
    `(module (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $c i32)
      (block $out
        (loop $outer
          (local.set $j (i32.const 0))
          (block $inner_done
            (loop $inner
              (local.set $c (i32.add (local.get $c) (i32.const 1)))
              (br_if $inner_done (i32.eq (local.get $j) (local.get $i)))
              (local.set $j (i32.add (local.get $j) (i32.const 1)))
              (br_if $outer (i32.and (i32.eq (local.get $j) (i32.const 2))
                (block (result i32)
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (i32.lt_u (local.get $i) (local.get $n)))))
              (br_if $out (i32.gt_u (local.get $c) (i32.const 12)))
              (br $inner)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $outer (i32.lt_u (local.get $i) (local.get $n)))))
      local.get $c))`,
    [4],
  ),
  calls(
    'loops that fall out, directly inside each other',
    `(module (func (export "f") (param $n i32) (result i32) (local $k i32)
      (loop $a
        (loop $b
          (loop $c
            (local.set $k (i32.add (local.get $k) (i32.const 1)))
            (br_if $c (i32.lt_u (local.get $k) (i32.const 2))))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br_if $b (i32.gt_s (local.get $n) (i32.const 2))))
        (br_if $a (i32.gt_s (local.get $n) (i32.const 0))))
      local.get $k))`,
    [4],
  ),
  calls(
    'if with and without else, with results and parameters',
    `(module (func (export "f") (param $x i32) (result i32)
      (if (local.get $x) (then (local.set $x (i32.add (local.get $x) (i32.const 1)))))
      (if (i32.eqz (local.get $x)) (then nop) (else (local.set $x (i32.const 50))))
      local.get $x
      i32.const 3
      local.get $x
      if (param i32 i32) (result i32)
        i32.add
      else
        i32.sub
      end
      (if (result i32) (i32.lt_s (local.get $x) (i32.const 10))
        (then (if (result i32) (local.get $x) (then (i32.const 1)) (else (i32.const 2))))
        (else (i32.const 3)))
      i32.add
      (if (i32.const 1) (then) (else))
      (if (i32.const 0) (then) (else))
      (if (i32.const 0) (then))
      local.get $x
      i32.const 1
      if (param i32) (result i32) end
      i32.add))`,
    [0],
    [7],
  ),
  calls(
    'br_table to blocks, loops and the function',
    `(module (func (export "f") (param $i i32) (result i32) (local $n i32)
      (local.set $n (i32.const 2))
      (block $c
        (block $b
          (block $a
            (loop $l
              (local.set $n (i32.sub (local.get $n) (i32.const 1)))
              (i32.const 77)
              (i32.add (local.get $i) (i32.eqz (local.get $n)))
              (br_table $a $b $l $c $a)
            ))
          (return (i32.const 10)))
        (return (i32.const 20)))
      i32.const 33
      local.get $i
      br_table 0 0))`,
    [0],
    [1],
    [2],
    [9],
  ),
  calls(
    'br_table with operands',
    `(module (func (export "f") (param $i i32) (result i32)
      (i32.add (i32.const 1000)
        (block $a (result i32)
          (i32.add (i32.const 100)
            (block $b (result i32)
              (i64.const 9)
              (i32.const 5)
              (br_table $a $b (local.get $i))))))))`,
    [0],
    [1],
  ),
  calls(
    'branches that drop operands',
    `(module (func (export "f") (param $x i32) (result i32)
      (i32.const 1)
      (block $out (result i32)
        (i64.const 2)
        (f32.const 3)
        (block
          (i32.const 5)
          (br_if $out (i32.const 6) (local.get $x))
          drop
          (br $out (i32.const 8)))
        unreachable)
      i32.add))`,
    [0],
    [1],
  ),
  calls(
    'dead code',
    `(module (func $g (param i32) (result i32)
        (local.get 0)
        (return)
        (i32.add)
        (block (result f32) (loop (br 0)) (f32.const 1) (return (i32.const 2)))
        (drop)
        (if (then (nop)) (else (unreachable))))
      (func $h (param i32) (result i32)
        (block (br 0) (drop (i32.const 1)) (br 0))
        (loop (br_if 1 (i32.const 9) (local.get 0)) (drop) (return (i32.const 8)) (br 0))
        (unreachable))
      (func (export "f") (param i32) (result i32)
        (i32.add (call $g (local.get 0)) (call $h (local.get 0)))))`,
    [0],
    [1],
  ),
  calls(
    'an if whose arms both leave, and code behind it',
    `(module (func (export "f") (param i32) (result i32)
      (block $a
        (if (local.get 0) (then (br $a)) (else (return (i32.const 4))))
        (i32.const 1) (drop))
      (i32.const 5)))`,
    [0],
    [1],
  ),
  calls(
    'nop, drop, select, return in the middle of operands',
    `(module (func (export "f") (param i32) (result i32)
      nop
      (i32.const 1)
      (i64.const 2)
      nop
      (select (f64.const 1) (f64.const -0) (local.get 0))
      drop
      drop
      (select (result i32) (i32.const 6) (i32.const 7) (local.get 0))
      return
      nop))`,
    [0],
    [1],
  ),
  calls(
    'blocks at the beginning and at the end of a function',
    `(module (func $g (block (block (block))))
      (func $h (loop))
      (func $i)
      (func (export "f") (result i32) (block (call $g) (call $h)) (call $i) (block (result i32) (i32.const 1))))`,
    [],
  ),
  calls(
    'unreachable traps in a nested block',
    `(module (func $g (param i32) (i32.const 7) (block (if (local.get 0) (then unreachable))) drop)
      (func (export "f") (param i32) (result i32) (i32.const 3) (call $g (local.get 0))))`,
    [0],
    [1],
    [0],
  ),
];
