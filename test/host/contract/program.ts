/**
 * The program that the contract's cases debug: it has an entity of every kind and type, and one
 * entry for each way in which a program can stop.
 */

import { InstructionReader } from '../../../src/wasm/instructions.ts';
import { decodeModule } from '../../../src/wasm/module.ts';
import { decodeNames } from '../../../src/wasm/names.ts';
import { assemble } from '../../engine/debuggee.ts';
import type { Symbols } from './script.ts';

/** The program's exports that cases call. */
export type Entry =
  | 'calls'
  | 'references'
  | 'throws'
  | 'throws-extern'
  | 'traps'
  | 'spins'
  | 'fails'
  | 'many';

const TEXT = `(module
  (type $none (func))
  (import "host" "fail" (func $fail))
  (import "host" "call" (func $host-call (param i32) (result i32)))

  (tag $number (param i32))
  (tag $all (param i64 f32 f64 v128 funcref))
  (tag $extern (param externref))

  (memory $small 1 3)
  ;; More than 4 GiB.
  (memory $large i64 65537 65540)
  (memory $shared 1 2 shared)
  (data (memory $small) (i32.const 0) "\\00\\00\\00\\00\\05\\06\\07\\08\\80\\81\\82\\83\\84\\85\\86\\87")

  (global $i32 (mut i32) (i32.const -2))
  (global $i64 (mut i64) (i64.const -3))
  (global $f32 (mut f32) (f32.const nan:0x7fabcd))
  (global $f64 (mut f64) (f64.const -0))
  (global $v128 (mut v128) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 255))
  (global $funcref (mut funcref) (ref.func $add))
  (global $exnref (mut exnref) (ref.null exn))
  (global $constant i32 (i32.const 42))
  (global $externref (mut externref) (ref.null extern))
  (global $typed (mut (ref $none)) (ref.func $nothing))

  (table $funcs 4 8 funcref)
  (table $externs 2 externref)
  (table $exns 2 exnref)
  (table $wide i64 3 funcref)
  (table $typed-funcs 2 (ref $none) (ref.func $nothing))
  (elem (table $funcs) (i32.const 0) func $add)
  (elem declare func $add $nothing)

  (func $add (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.add)
  (func $nothing)
  (func $echo (param i32 i64 f32 f64 v128 funcref exnref)
              (result i32 i64 f32 f64 v128 funcref exnref)
    local.get 0 local.get 1 local.get 2 local.get 3 local.get 4 local.get 5 local.get 6)
  (func $with-extern (param externref) (result externref)
    local.get 0
    nop)
  (func $divide (param i32 i32) (result i32)
    local.get 0
    local.get 1
    i32.div_s)
  (func $throw (param i32)
    local.get 0
    throw $number)
  ;; Until memory 0 says that it is enough: or after a second or so, for who lets it go.
  (func $spin (local i64)
    loop
      local.get 0
      i64.const 1
      i64.add
      local.tee 0
      i64.const 1000000000
      i64.ge_u
      if
        return
      end
      i32.const 0
      i32.load
      i32.eqz
      br_if 0
    end)

  (func $calls (export "calls") (local i32)
    i32.const 7
    i32.const 40
    i32.const 2
    call $add
    local.set 0
    local.get 0
    call $host-call
    drop
    drop)
  ;; Called by the host: another activation.
  (func $called (export "called") (param i32) (result i32)
    local.get 0
    i32.const 1
    i32.add)
  (func $references (export "references")
    i32.const -1
    i64.const -2
    f32.const nan:0x7fabcd
    f64.const -0
    v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 255
    ref.func $add
    ref.null exn
    call $echo
    drop drop drop drop drop drop drop
    ref.null extern
    call $with-extern
    drop)
  (func $throws (export "throws")
    block (result i32)
      try_table (catch $number 0)
        i32.const 5
        call $throw
      end
      i32.const 0
    end
    drop
    i64.const -2
    f32.const nan:0x7fabcd
    f64.const -0
    v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 255
    ref.func $add
    throw $all)
  (func $throws-extern (export "throws-extern")
    ref.null extern
    throw $extern)
  (func $make-extern (result externref)
    ref.null extern)
  (func $traps (export "traps")
    i32.const 1
    i32.const 0
    call $divide
    drop)
  (func $spins (export "spins")
    call $spin)
  (func $fails (export "fails")
    call $fail)
  (func $many (export "many") (local i32)
    loop
      nop
      local.get 0
      i32.const 1
      i32.add
      local.tee 0
      i32.const 1000000
      i32.lt_u
      br_if 0
    end)
)`;

export interface Program {
  readonly bytes: Uint8Array;
  /**
   * For scripts: `add` is the index of the function, `add.2` the pc of its third instruction,
   * `add.header` an offset in front of its first one, `size` that of the binary.
   */
  readonly symbols: Symbols;
}

export async function assembleProgram(): Promise<Program> {
  const bytes = await assemble(TEXT);
  const module = decodeModule(bytes.slice());
  const symbols: Record<string, number> = { size: bytes.length };
  for (const [index, name] of decodeNames(module).functions) symbols[name] = index;
  const names = new Map(Object.entries(symbols).map(([name, index]) => [index, name]));
  for (const { funcIndex, codeStart, end } of module.bodies) {
    const name = names.get(funcIndex)!;
    symbols[`${name}.header`] = codeStart - 1;
    const reader = new InstructionReader(bytes, codeStart, end);
    for (let i = 0; reader.read(); i++) symbols[`${name}.${i}`] = reader.pc;
  }
  return { bytes, symbols };
}

/** What the program imports. */
export function hostImports(exports: () => WebAssembly.Exports): WebAssembly.Imports {
  return {
    host: {
      fail: () => {
        throw new Error('a failure of the host');
      },
      call: (n: number) => (exports()['called'] as (n: number) => number)(n),
    },
  };
}
