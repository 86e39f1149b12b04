/** Small preview1 programs in text form. */

/** Imports of preview1 that a program names, in the order given. */
const SIGNATURES = {
  fd_write: '(param i32 i32 i32 i32) (result i32)',
  fd_read: '(param i32 i32 i32 i32) (result i32)',
  proc_exit: '(param i32)',
  args_sizes_get: '(param i32 i32) (result i32)',
  args_get: '(param i32 i32) (result i32)',
  environ_sizes_get: '(param i32 i32) (result i32)',
  environ_get: '(param i32 i32) (result i32)',
  fd_prestat_get: '(param i32 i32) (result i32)',
  fd_prestat_dir_name: '(param i32 i32 i32) (result i32)',
  path_open: '(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)',
} as const;

export function wasi(...names: (keyof typeof SIGNATURES)[]): string {
  return names
    .map(
      (name) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${SIGNATURES[name]}))\n`,
    )
    .join('');
}

/**
 * `$print (fd address length)`: writes everything, or traps. Uses the 12 bytes at address 0 and
 * needs `fd_write`.
 */
export const PRINT = `
  (func $print (param $fd i32) (param $at i32) (param $length i32)
    (loop $again
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $length))
      (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
      (local.set $length (i32.sub (local.get $length) (i32.load (i32.const 8))))
      (br_if $again (local.get $length))))
`;

/** Prints "hello" on stdout and "oops" on stderr, and exits with `status`. */
export function hello(status: number): string {
  return `(module ${wasi('fd_write', 'proc_exit')}
    (memory (export "memory") 1)
    (data (i32.const 16) "hello\\noops\\n")
    ${PRINT}
    (func (export "_start")
      (call $print (i32.const 1) (i32.const 16) (i32.const 6))
      (call $print (i32.const 2) (i32.const 22) (i32.const 5))
      (call $proc_exit (i32.const ${status}))))`;
}

/** Writes `mebibytes` MiB to stdout, each 64 KiB filled with one letter, and returns. */
export function bigOutput(mebibytes: number): string {
  return `(module ${wasi('fd_write')}
    (memory (export "memory") 3)
    ${PRINT}
    (func (export "_start") (local $i i32)
      (loop $next
        (memory.fill (i32.const 65536)
          (i32.add (i32.const 97) (i32.rem_u (local.get $i) (i32.const 26)))
          (i32.const 65536))
        (call $print (i32.const 1) (i32.const 65536) (i32.const 65536))
        (br_if $next (i32.lt_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (i32.const ${mebibytes * 16}))))))`;
}

/** Says "looping" on stdout and loops for ever, without calls. */
export const ENDLESS = `(module ${wasi('fd_write')}
  (memory (export "memory") 1)
  (data (i32.const 16) "looping\\n")
  ${PRINT}
  (func (export "_start") (local $n i64)
    (call $print (i32.const 1) (i32.const 16) (i32.const 8))
    (loop $for_ever
      (local.set $n (i64.add (local.get $n) (i64.const 1)))
      (br $for_ever))))`;

/** Prints args, then environ, each entry ended by a zero byte. */
export const ARGS_AND_ENV = `(module
  ${wasi('fd_write', 'args_sizes_get', 'args_get', 'environ_sizes_get', 'environ_get')}
  (memory (export "memory") 1)
  ${PRINT}
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (call $print (i32.const 1) (i32.const 4096) (i32.load (i32.const 20)))
    (drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $environ_get (i32.const 1024) (i32.const 4096)))
    (if (i32.load (i32.const 20))
      (then (call $print (i32.const 1) (i32.const 4096) (i32.load (i32.const 20)))))))`;

/**
 * Prints the name of the first preopened directory and the first bytes of `name` in it, read from
 * there; exits with the WASI errno if there is none.
 */
export function catFile(name: string): string {
  return `(module
    ${wasi('fd_write', 'fd_read', 'proc_exit', 'fd_prestat_get', 'fd_prestat_dir_name', 'path_open')}
    (memory (export "memory") 1)
    (data (i32.const 64) "${name}")
    ${PRINT}
    (func $check (param i32)
      (if (local.get 0) (then (call $proc_exit (local.get 0)))))
    (func (export "_start")
      (call $check (call $fd_prestat_get (i32.const 3) (i32.const 16)))
      (call $check
        (call $fd_prestat_dir_name (i32.const 3) (i32.const 1024) (i32.load (i32.const 20))))
      (i32.store8 (i32.add (i32.const 1024) (i32.load (i32.const 20))) (i32.const 58))
      (call $print (i32.const 1) (i32.const 1024)
        (i32.add (i32.load (i32.const 20)) (i32.const 1)))
      (call $check (call $path_open (i32.const 3) (i32.const 0) (i32.const 64)
        (i32.const ${name.length}) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0)
        (i32.const 24)))
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 4096))
      (call $check
        (call $fd_read (i32.load (i32.const 24)) (i32.const 0) (i32.const 1) (i32.const 8)))
      (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 8)))))`;
}

/** Copies stdin to stdout until its end. */
export const CAT = `(module ${wasi('fd_write', 'fd_read')}
  (memory (export "memory") 1)
  ${PRINT}
  (func (export "_start") (local $n i32)
    (loop $next
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 4096))
      (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8))
        (then unreachable))
      (local.set $n (i32.load (i32.const 8)))
      (if (local.get $n)
        (then
          (call $print (i32.const 1) (i32.const 1024) (local.get $n))
          (br $next))))))`;
