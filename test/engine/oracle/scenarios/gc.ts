/** Structs, arrays, i31, casts, and the traps of all of them. */
import { calls, exported, type Scenario } from '../scenario.ts';

const betweenHostAndHeap: Scenario = {
  name: 'conversions between references of the host and of the heap',
  modules: [
    `(module
      (type $s (struct (field i32)))
      (func (export "f") (param $x externref) (result externref) (local $a anyref) (local $e externref)
        (local.set $a (any.convert_extern (local.get $x)))
        (local.get $a)
        (local.set $e (extern.convert_any (struct.new $s (i32.const 5))))
        (local.set $a (any.convert_extern (local.get $e)))
        (drop (ref.test (ref $s) (local.get $a)))
        (if (ref.test (ref i31)) (then (local.set $a (ref.null none))))
        (if (result externref) (ref.is_null (local.get $a))
          (then (local.get $x))
          (else (local.get $e)))))`,
  ],
  run(world) {
    const exports = world.instantiate(0);
    // Small integers are i31 on that side.
    return [null, 1, 2 ** 30, 1.5, 'text', {}].map((value) => {
      const result = exported(exports, 'f')(value);
      return result === value ? 'the same' : typeof result;
    });
  },
};

export const garbageCollected: readonly Scenario[] = [
  betweenHostAndHeap,
  calls(
    'structs: new, get, set, packed fields, null',
    `(module
      (type $point (struct (field $x (mut i32)) (field $y (mut f64))))
      (type $node (struct (field $tag (mut i8)) (field $half (mut i16)) (field $v v128)
        (field $next (mut (ref null $node))) (field $point (ref $point))))
      (global $last (mut (ref null $node)) (ref.null $node))
      (func $make (param $n i32) (result (ref $node))
        (struct.new $node (local.get $n) (i32.const -2)
          (i32x4.splat (local.get $n))
          (global.get $last)
          (struct.new_default $point)))
      (func (export "f") (param $n i32) (result i32) (local $node (ref null $node))
        (loop $more
          (global.set $last (call $make (local.get $n)))
          (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.set $node (global.get $last))
        (struct.set $node $tag (local.get $node) (i32.const 0x1ff))
        (struct.set $point $y (struct.get $node $point (local.get $node)) (f64.const -0))
        (struct.get_s $node $tag (local.get $node))
        (struct.get_u $node $half (local.get $node))
        (struct.get $node $v (local.get $node))
        (drop (struct.get $point $y (struct.get $node $point (local.get $node))))
        (i32x4.extract_lane 0)
        i32.add
        i32.add
        (struct.get $node $next (local.get $node))
        (local.tee $node)
        (struct.get_s $node $half)
        i32.add))`,
    [2],
    [3],
    [1],
  ),
  calls(
    'arrays: new, get, set, len, fill, copy, out of bounds and null',
    `(module
      ;; V8's debugger crashes on references to the type (array (mut i8)) outside of a group.
      (rec
        (type $bytes (array (mut i8)))
        (type $longs (array (mut i64)))
        (type $refs (array (mut (ref null $bytes)))))
      (func (export "f") (param $n i32) (param $empty i32) (result i64)
        (local $b (ref null $bytes)) (local $l (ref $longs)) (local $r (ref $refs))
        (if (i32.eqz (local.get $empty))
          (then (local.set $b (array.new $bytes (i32.const -1) (i32.const 4)))))
        (local.set $l (array.new_fixed $longs 3 (i64.const 1) (i64.const 2) (i64.const 3)))
        (local.set $r (array.new_default $refs (local.get $n)))
        (array.fill $longs (local.get $l) (i32.const 1) (i64.const 9) (i32.const 2))
        (i64.const 50)
        (array.set $refs (local.get $r) (i32.const 1) (local.get $b))
        (array.get $refs (local.get $r) (i32.const 1))
        (array.get_u $bytes (local.get $n))
        (array.set $bytes (local.get $b) (i32.const 0) (i32.const 300))
        (array.copy $bytes $bytes (local.get $b) (i32.const 1) (local.get $b) (i32.const 0) (i32.const 2))
        (array.get_s $bytes (local.get $b) (i32.const 2))
        (array.len (local.get $r))
        i32.add
        i32.add
        i64.extend_i32_s
        i64.add
        (i64.mul (array.get $longs (local.get $l) (i32.const 2)))))`,
    [2, 0],
    [3, 0],
    [4, 0],
    [1, 0],
    [2, 1],
  ),
  calls(
    'i31: new, get, equality, null',
    `(module
      (global $g (mut i31ref) (ref.i31 (i32.const 3)))
      (func (export "f") (param $n i32) (result i32) (local $a i31ref) (local $b eqref)
        (local.set $a (ref.i31 (local.get $n)))
        (local.set $b (local.get $a))
        (i31.get_s (local.get $a))
        (i31.get_u (global.get $g))
        (global.set $g (local.get $a))
        i32.xor
        (ref.eq (local.get $a) (local.get $b))
        (ref.eq (local.get $b) (ref.null i31))
        i32.add
        i32.add
        (if (i32.eqz (local.get $n)) (then (local.set $a (ref.null i31))))
        (i31.get_u (local.get $a))
        i32.xor))`,
    [1],
    [-1],
    [0x4000_0000],
    [0],
  ),
  calls(
    'casts: ref.test, ref.cast, br_on_cast, br_on_cast_fail',
    `(module
      (type $base (sub (struct (field i32))))
      (type $sub (sub $base (struct (field i32) (field i64))))
      (type $other (array i32))
      (func $any (param $n i32) (result anyref)
        (block $d (block $c (block $b (block $a
          (br_table $a $b $c $d (local.get $n)))
          (return (struct.new $base (i32.const 10))))
          (return (struct.new $sub (i32.const 20) (i64.const 7))))
          (return (array.new_fixed $other 2 (i32.const 1) (i32.const 2))))
        (if (result anyref) (i32.eq (local.get $n) (i32.const 3))
          (then (ref.i31 (i32.const 4)))
          (else (ref.null any))))
      (func $kind (param $x anyref) (result i32)
        (block $struct (result (ref null $base))
          (block $not (result anyref)
            (br_on_cast_fail $not anyref (ref null struct) (local.get $x))
            (br_on_cast $struct (ref null struct) (ref null $base))
            drop
            (return (i32.const -1)))
          (return (ref.test (ref array))))
        (struct.get $base 0))
      (func (export "f") (param $n i32) (result i32) (local $x anyref)
        (local.set $x (call $any (local.get $n)))
        (i32.const 7)
        (ref.test (ref null $sub) (local.get $x))
        (ref.test (ref eq) (local.get $x))
        i32.add
        (call $kind (local.get $x))
        i32.add
        (ref.cast (ref null $base) (local.get $x))
        (struct.get $base 0)
        i32.add
        i32.mul))`,
    [0],
    [1],
    [2],
    [3],
    [4],
  ),
  calls(
    'recursive types whose values are kept on the operand stack over calls',
    `(module
      (rec
        (type $tree (struct (field (ref null $tree)) (field (ref null $trees))))
        (type $trees (array (mut (ref null $tree)))))
      (func $build (param $depth i32) (result (ref $tree))
        (if (i32.eqz (local.get $depth))
          (then (return (struct.new_default $tree))))
        (call $build (i32.sub (local.get $depth) (i32.const 1)))
        (array.new_fixed $trees 1 (call $build (i32.const 0)))
        (struct.new $tree))
      (func $depth (param $t (ref null $tree)) (result i32)
        (block $none (result i32)
          (i32.const 0)
          (br_on_null $none (local.get $t))
          (struct.get $tree 0)
          (call $depth)
          i32.add
          (i32.add (i32.const 1))))
      (func (export "f") (param $n i32) (result i32)
        (call $build (local.get $n))
        (call $depth (call $build (i32.const 1)))
        (drop)
        (call $depth)))`,
    [2],
    [0],
  ),
];
