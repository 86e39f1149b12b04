;; No memory, and functions without names.
(module
  (func (param i64) (local f64)
    nop)
  (func (export "_start")
    i64.const 1
    call 0
    i64.const -1
    call 0))
