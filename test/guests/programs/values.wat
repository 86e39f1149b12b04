;; Every type of number that a debugger can be shown, as local and as operand.
(module
  (memory 2)
  (func $show (param $i i32) (param $l i64) (param $f f32) (param $d f64)
    (local $v v128)
    v128.const i32x4 1 2 3 -1
    local.set $v
    local.get $i
    local.get $l
    local.get $f
    local.get $d
    local.get $v
    drop
    drop
    drop
    drop
    drop)
  (func (export "_start")
    i32.const -2147483648
    i64.const -1
    f32.const 0.1
    f64.const -0
    call $show))
