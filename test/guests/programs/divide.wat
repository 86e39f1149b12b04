;; Divides by smaller and smaller numbers, until it is zero.
(module
  (memory 1)
  (func $divide (param $divisor i32) (result i32)
    i32.const 100
    local.get $divisor
    i32.div_s)
  (func $count (param $from i32)
    (loop $next
      local.get $from
      call $divide
      drop
      local.get $from
      i32.const 1
      i32.sub
      local.set $from
      br $next))
  (func (export "_start")
    i32.const 2
    call $count))
