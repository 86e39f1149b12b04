/** Data and element segments, copied by instructions and dropped. */
import { calls, exported, outcome, type Scenario } from '../scenario.ts';

const startAndSegments: Scenario = {
  name: 'a start function that uses the segments of its module',
  modules: [
    `(module
      (import "host" "seen" (func $seen (param i32)))
      (memory (export "m") 1)
      (data (i32.const 4) "\\01\\02\\03\\04")
      (data $passive "\\05\\06\\07\\08")
      (func $start (local $at i32)
        (local.set $at (i32.const 8))
        (memory.init $passive (local.get $at) (i32.const 0) (i32.const 4))
        (data.drop $passive)
        (call $seen (i32.load (local.get $at))))
      (start $start)
      (func (export "f") (result i64) (i64.load (i32.const 4))))`,
  ],
  run(world) {
    const seen: number[] = [];
    const exports = world.instantiate(0, { host: { seen: (n: number) => seen.push(n) } });
    return [...seen, exported(exports, 'f')()];
  },
};

const twice: Scenario = {
  name: 'segments that one instance has dropped and another has not',
  modules: [
    `(module
      (memory 1)
      (data $d "abcdef")
      (func (export "drop") (data.drop $d))
      (func (export "f") (param $n i32) (result i32)
        (memory.init $d (i32.const 0) (i32.const 1) (local.get $n))
        (i32.load (i32.const 0))))`,
  ],
  run(world) {
    const first = world.instantiate(0);
    const second = world.instantiate(0);
    const before = exported(first, 'f')(4);
    exported(first, 'drop')();
    const both = [first, second].flatMap((exports) =>
      [0, 5, 6].map((n) => outcome(() => exported(exports, 'f')(n))),
    );
    return [before, ...both];
  },
};

export const segments: readonly Scenario[] = [
  startAndSegments,
  twice,
  calls(
    'memory.init, data.drop and their traps',
    `(module (memory 1)
      (data $a "\\01\\02\\03\\04\\05\\06\\07\\08")
      (data $empty "")
      (func (export "f") (param $to i32) (param $from i32) (param $count i32) (result i64)
        (i64.const -1)
        (memory.init $a (local.get $to) (local.get $from) (local.get $count))
        (memory.init $empty (local.get $to) (i32.const 0) (i32.const 0))
        (if (i32.eq (local.get $to) (i32.const 9)) (then (data.drop $a)))
        (i64.xor (i64.load (local.get $to)))))`,
    [8, 0, 8],
    [8, 4, 5],
    [65532, 0, 4],
    [65533, 0, 4],
    [9, 2, 2],
    [8, 0, 1],
    [8, 0, 0],
  ),
  calls(
    'table.init, elem.drop and their traps',
    `(module
      (type $op (func (result i32)))
      (table $t 4 funcref)
      (table $typed 4 (ref null $op))
      (func $one (type $op) (i32.const 1))
      (func $two (type $op) (i32.const 2))
      (elem $e func $two $one $two)
      (elem $typed (ref null $op) (ref.func $one) (item ref.null $op))
      (func (export "f") (param $to i32) (param $from i32) (param $count i32) (result i32)
        (i32.const 100)
        (table.init $t $e (local.get $to) (local.get $from) (local.get $count))
        (table.init $typed $typed (i32.const 0) (i32.const 0) (i32.const 2))
        (i32.add (call_indirect $t (type $op) (local.get $to)))
        (elem.drop $typed)
        (i32.add (call_ref $op (table.get $typed (i32.const 0))))
        (elem.drop $e)))`,
    [0, 0, 3],
    [1, 0, 0],
  ),
  calls(
    'arrays from segments',
    `(module
      (type $op (func (result i32)))
      (type $longs (array (mut i64)))
      (type $funcs (array (mut funcref)))
      (data $d "\\01\\00\\00\\00\\00\\00\\00\\00\\ff\\ff\\ff\\ff\\ff\\ff\\ff\\ff")
      (elem $e func $f $private)
      (func $private (type $op) (i32.const 9))
      (func $f (export "f") (param $from i32) (param $count i32) (result i64)
        (local $l (ref $longs)) (local $f (ref $funcs))
        (local.set $l (array.new_data $longs $d (local.get $from) (local.get $count)))
        (local.set $f (array.new_elem $funcs $e (i32.const 0) (local.get $count)))
        (array.init_data $longs $d (local.get $l) (i32.const 0) (i32.const 8) (i32.const 1))
        (array.init_elem $funcs $e (local.get $f) (i32.const 0) (i32.const 1) (i32.const 1))
        (call_ref $op (ref.cast (ref $op) (array.get $funcs (local.get $f) (i32.const 0))))
        i64.extend_i32_u
        (i64.add (array.get $longs (local.get $l) (i32.const 0)))))`,
    [0, 2],
    [8, 1],
    [0, 3],
    [9, 1],
    [0, 0],
  ),
];
