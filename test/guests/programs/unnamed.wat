;; No memory, functions without names, and a local whose type the debugger world cannot express.
(module
  (func (param i32) (local externref)
    nop)
  (func (export "_start")
    i32.const 1
    call 0
    i32.const 2
    call 0))
