/** Components for programs: core modules and WIT in text form, and preview1 commands with an adapter. */
import { readFileSync } from 'node:fs';
import { preview1AdapterCommandPath } from '@bytecodealliance/jco';
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** A core module that is a command of preview1, as a component that exports `wasi:cli/run`. */
export function commandComponent(core: Uint8Array): Promise<Uint8Array> {
  const adapter = readFileSync(preview1AdapterCommandPath());
  return componentNew(core, [['wasi_snapshot_preview1', adapter]]);
}

const ECHOES_WIT = `package local:echoes@1.2.0;
interface types {
  record order { item-count: u32, name: string, size: option<u8> }
  enum color { red, dark-blue }
  flags access { read, write-once }
}
interface more-math {
  sum-of: func(a: u32, b: u32) -> u32;
  crash: func();
}
world echoes {
  use types.{order, color, access};
  export more-math;
  export add: func(a: u32, b: u32) -> u32;
  export negate: func(n: s64) -> s64;
  export half: func(f: f32) -> f32;
  export to-color: func(c: color) -> color;
  export rights: func(a: access) -> access;
  export is-it: func(b: bool) -> bool;
  export letter: func(c: char) -> char;
  export text: func(s: string) -> string;
  export numbers: func(l: list<u16>) -> list<u16>;
  export two: func(t: tuple<u32, s32>) -> tuple<u32, s32>;
  export place-order: func(o: order) -> order;
  export divide: func(a: u32, b: u32) -> result<u32, string>;
}`;

const ECHOES = `(module $code
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 4096))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $free (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (local.get 3))))
  (func (export "add") (export "local:echoes/more-math@1.2.0#sum-of") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "negate") (param i64) (result i64) (i64.sub (i64.const 0) (local.get 0)))
  (func (export "half") (param f32) (result f32) (f32.mul (local.get 0) (f32.const 0.5)))
  (func (export "to-color") (export "rights") (export "is-it") (export "letter")
    (param i32) (result i32) (local.get 0))
  (func (export "text") (export "numbers") (export "two") (param i32 i32) (result i32)
    (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.const 0))
  (func (export "place-order") (param i32 i32 i32 i32 i32) (result i32)
    (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1))
    (i32.store (i32.const 8) (local.get 2)) (i32.store8 (i32.const 12) (local.get 3))
    (i32.store8 (i32.const 13) (local.get 4)) (i32.const 0))
  (func (export "divide") (param i32 i32) (result i32)
    (i32.store8 (i32.const 0) (i32.eqz (local.get 1)))
    (if (local.get 1)
      (then (i32.store (i32.const 4) (i32.div_u (local.get 0) (local.get 1))))
      (else (i32.store (i32.const 4) (i32.const 64)) (i32.store (i32.const 8) (i32.const 8))))
    (i32.const 0))
  (func (export "local:echoes/more-math@1.2.0#crash") unreachable)
  (data (i32.const 64) "by zero!"))`;

/** Functions of many types, most of which give what they get. Memory is never given back. */
export async function echoesComponent(): Promise<Uint8Array> {
  const binary = await parse(ECHOES);
  return componentNew(await componentEmbed({ binary, witSource: ECHOES_WIT, world: 'echoes' }));
}

/** A component with another inside: `twice` calls the inner \`add\` through the component model. */
export const NESTED = `(component $outer
  (component $inner
    (core module $adder
      (func $add (export "add") (param i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 1))))
    (core instance $core (instantiate $adder))
    (func (export "add") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $core "add"))))
  (instance $calculator (instantiate $inner))
  (alias export $calculator "add" (func $add))
  (core func $lowered (canon lower (func $add)))
  (core module $doubler
    (import "calculator" "add" (func $add (param i32 i32) (result i32)))
    (func $twice (export "twice") (param i32) (result i32)
      (call $add (local.get 0) (local.get 0))))
  (core instance $imports (export "add" (func $lowered)))
  (core instance $main (instantiate $doubler (with "calculator" (instance $imports))))
  (func (export "twice") (param "n" u32) (result u32) (canon lift (core func $main "twice"))))`;
