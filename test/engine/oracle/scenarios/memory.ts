/** Memories, globals and tables, and what a compiler makes of a small program. */
import { calls, exported, outcome, type Scenario } from '../scenario.ts';

const compiled: Scenario = {
  name: 'examples/out/fib.wasm',
  modules: [{ file: 'examples/out/fib.wasm' }],
  stops: 1200,
  run(world) {
    const written: string[] = [];
    const arguments_ = ['fib', '4'].map((text) => `${text}\0`);
    const memory = () => (exports['memory'] as WebAssembly.Memory).buffer;
    const setString = (at: number, text: string): void => {
      new TextEncoder().encodeInto(text, new Uint8Array(memory(), at));
    };
    const preview1: Record<string, (...args: number[]) => number> = {
      args_sizes_get: (count, size) => {
        const view = new DataView(memory());
        view.setUint32(count!, arguments_.length, true);
        view.setUint32(size!, arguments_.join('').length, true);
        return 0;
      },
      args_get: (argv, buffer) => {
        let at = buffer!;
        arguments_.forEach((text, i) => {
          new DataView(memory()).setUint32(argv! + 4 * i, at, true);
          setString(at, text);
          at += text.length;
        });
        return 0;
      },
      fd_write: (_, vectors, count, written_) => {
        const view = new DataView(memory());
        let total = 0;
        for (let i = 0; i < count!; i++) {
          const at = view.getUint32(vectors! + 8 * i, true);
          const length = view.getUint32(vectors! + 8 * i + 4, true);
          written.push(new TextDecoder().decode(new Uint8Array(memory(), at, length).slice()));
          total += length;
        }
        view.setUint32(written_!, total, true);
        return 0;
      },
      proc_exit: (status) => {
        throw new Error(`exit ${status}`);
      },
    };
    const imports = new Proxy(preview1, {
      get: (target, name: string) => target[name] ?? (() => 52),
    });
    const exports: WebAssembly.Exports = world.instantiate(0, {
      wasi_snapshot_preview1: imports as unknown as WebAssembly.ModuleImports,
    });
    return [outcome(() => exported(exports, '_start')()), written.join('')];
  },
};

const grownByHost: Scenario = {
  name: 'a memory that the host and the program grow',
  modules: [
    `(module
      (import "host" "grow" (func $grow))
      (memory (export "memory") 1 3)
      (func (export "f") (result i32)
        (i32.store (i32.const 65532) (memory.size))
        (call $grow)
        (i32.store offset=65536 (i32.const 0) (memory.size))
        (memory.grow (i32.const 1))
        (memory.grow (i32.const 1))
        (i32.add (i32.load (i32.const 65532)) (i32.load (i32.const 65536)))
        i32.add
        i32.add))`,
  ],
  run(world) {
    const exports: WebAssembly.Exports = world.instantiate(0, {
      host: { grow: () => (exports['memory'] as WebAssembly.Memory).grow(1) },
    });
    return exported(exports, 'f')();
  },
};

export const memoryAndState: readonly Scenario[] = [
  compiled,
  grownByHost,
  calls(
    'loads and stores of every width',
    `(module (memory 1)
      (func (export "f") (param $p i32) (result i64)
        (i64.store offset=3 align=1 (local.get $p) (i64.const 0x8182838485868788))
        (i32.load8_s offset=3 (local.get $p))
        (i32.load8_u offset=4 (local.get $p))
        (i32.load16_s offset=5 (local.get $p))
        (i32.load16_u offset=6 (local.get $p))
        (i32.store8 (local.get $p) (i32.const 511))
        (i32.store16 offset=40 (local.get $p) (i32.const -2))
        (drop) (drop) (drop) (drop)
        (i64.load8_s offset=3 (local.get $p))
        (i64.load16_u offset=3 (local.get $p))
        (i64.load32_s offset=3 (local.get $p))
        (i64.load32_u offset=3 (local.get $p))
        (f32.load offset=3 (local.get $p))
        (f64.load offset=3 (local.get $p))
        (f64.store offset=100 (local.get $p))
        (f32.store offset=108 (local.get $p))
        (i64.store8 (local.get $p))
        (i64.store16 (local.get $p))
        (i64.store32 (local.get $p))
        drop
        (i64.load (local.get $p))))`
      .replace(
        /\((f64|f32|i64)\.store(\d*)( offset=\d+)? \(local\.get \$p\)\)/g,
        (_, type: string, width: string, offset = '') =>
          `(local.set $${type}) (${type}.store${width}${offset} (local.get $p) (local.get $${type}))`,
      )
      .replace('(result i64)', '(result i64) (local $f64 f64) (local $f32 f32) (local $i64 i64)'),
    [0],
    [1000],
  ),
  calls(
    'accesses out of bounds',
    `(module (memory 1)
      (func $get (param i32) (result i32) (i32.load offset=4 (local.get 0)))
      (func (export "f") (param i32) (result i32) (local f32)
        (local.set 1 (f32.const 2))
        (i32.const 6)
        (i32.add (call $get (i32.const 0)) (call $get (local.get 0)))
        (i64.store offset=0xfffffff0 (i32.const 65520) (i64.const 1))
        i32.add))`,
    [65532],
    [65528],
    [-1],
  ),
  calls(
    'bulk memory',
    `(module (memory 1)
      (func (export "f") (param $n i32) (result i32)
        (i32.const 3)
        (memory.fill (i32.const 10) (i32.const 0x5a) (i32.const 4))
        (memory.copy (i32.const 12) (i32.const 10) (i32.const 4))
        (memory.fill (i32.const 65530) (i32.const 1) (local.get $n))
        (i32.load (i32.const 12))
        i32.add))`,
    [6],
    [7],
  ),
  calls(
    'globals of every type',
    `(module
      (global $i (mut i32) (i32.const 1))
      (global $l (mut i64) (i64.const 2))
      (global $f (mut f32) (f32.const nan:0x200003))
      (global $d (mut f64) (f64.const -0))
      (global $v (mut v128) (v128.const i32x4 1 2 3 4))
      (global $c i32 (i32.const 9))
      (func (export "f") (param $x i32) (result i32)
        global.get $c
        (global.set $i (i32.add (global.get $i) (local.get $x)))
        (global.set $l (i64.extend_i32_s (global.get $i)))
        global.get $l
        global.get $f
        global.get $d
        global.get $v
        (global.set $v (i32x4.splat (local.get $x)))
        drop
        (global.set $d)
        (global.set $f)
        i32.wrap_i64
        (i32.add (global.get $i))
        i32.add))`,
    [4],
    [5],
  ),
  calls(
    'atomics on a shared memory',
    `(module (memory 1 1 shared)
      (func (export "f") (param $n i32) (result i64)
        (i32.atomic.store offset=8 (i32.const 0) (local.get $n))
        (i64.const 1)
        (i32.atomic.rmw.add (i32.const 8) (i32.const 5))
        (i32.atomic.rmw8.cmpxchg_u (i32.const 8) (i32.const 12) (i32.const 255))
        (i32.atomic.load (i32.const 8))
        atomic.fence
        (memory.atomic.notify (i32.const 8) (i32.const 1))
        i32.add
        i32.add
        i32.add
        i64.extend_i32_u
        i64.add
        (drop (i64.atomic.load (local.get $n)))))`,
    [8],
    [12],
  ),
  calls(
    'several memories, one of them 64-bit',
    `(module (memory $a 1) (memory $b i64 2)
      (func (export "f") (param $p i64) (result i32)
        (i32.store $a (i32.const 4) (i32.const 77))
        (i32.store $b offset=16 (local.get $p) (i32.const 5))
        (memory.copy $b $a (i64.const 100) (i32.const 4) (i32.const 4))
        (i32.load $b (i64.const 100))
        (i32.wrap_i64 (memory.size $b))
        (drop (memory.grow $b (i64.const 1)))
        i32.add
        (i32.add (i32.load $b offset=16 (local.get $p)))))`,
    [8n],
    [0x1_0000_0000_0000n],
  ),
];
