/**
 * The smallest debugger components, written in the text format: what a component does that ends,
 * fails or hangs without ever looking at its debuggee.
 */
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/**
 * @param debug body of `debug` in a core module that has one page of memory; its parameters are
 *   the handle of the debuggee, then address and length of the list of arguments
 * @returns the bytes of a component of the world debug-main
 */
export function debuggerComponent(debug: string): Promise<Uint8Array> {
  return parse(`(component
    (type $imported (instance (export "debuggee" (type (sub resource)))))
    (import "bytecodealliance:wasmtime/debuggee@44.0.0" (instance $host (type $imported)))
    (alias export $host "debuggee" (type $debuggee))

    (core module $code
      (memory (export "memory") 1)
      (global $free (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $free)
        (global.set $free (i32.and
          (i32.add (i32.add (global.get $free) (local.get 3)) (i32.const 7)) (i32.const -8))))
      (func (export "debug") (param i32 i32 i32) ${debug}))
    (core instance $core (instantiate $code))
    (alias core export $core "memory" (core memory $memory))
    (alias core export $core "realloc" (core func $realloc))
    (alias core export $core "debug" (core func $lowered))
    (type $signature (func (param "d" (borrow $debuggee)) (param "args" (list string))))
    (func $debug (type $signature)
      (canon lift (core func $lowered) (memory $memory) (realloc $realloc)))

    ;; An exported interface has to name its types itself: a component around the function does.
    (component $interface
      (import "debuggee" (type $debuggee (sub resource)))
      (type $inner (func (param "d" (borrow $debuggee)) (param "args" (list string))))
      (import "debug" (func $debug (type $inner)))
      (export $named "debuggee" (type $debuggee))
      (type $outer (func (param "d" (borrow $named)) (param "args" (list string))))
      (export "debug" (func $debug) (func (type $outer))))
    (instance $debugger (instantiate $interface
      (with "debuggee" (type $debuggee)) (with "debug" (func $debug))))
    (export "bytecodealliance:wasmtime/debugger@44.0.0" (instance $debugger)))`);
}
