/**
 * Random programs of small functions that call nothing, as compilers make them with and without
 * optimization, and of functions that call those in loops, with addresses near the ends of memory, in
 * the caller's frame and in the callee's.
 */
import { Random } from './random.ts';

const PAGE = 65_536;
const OFFSETS = [0, 0, 4, 8, 12, 40];
const POINTERS = [0, 16, 1024, PAGE - 4, PAGE - 16, PAGE - 3, PAGE, -4, -16, 0x7fff_fff0];

export function bareProgram(seed: number): string {
  return new Writer(new Random(seed)).module();
}

class Writer {
  readonly #random: Random;
  readonly #leaves = 4;

  constructor(random: Random) {
    this.#random = random;
  }

  module(): string {
    const leaves = Array.from({ length: this.#leaves }, (_, i) =>
      this.#one() ? this.#unoptimized(i) : this.#optimized(i),
    );
    return `(module
      (import "host" "f" (func $host (param i32)))
      (memory (export "memory") 1 ${this.#pick(['', '1', '3'])})
      (global $sp (mut i32) (i32.const ${this.#pick([1024, 1024, 1024, 40, 20, 12, 65536, 65540])}))
      (global $g (mut i32) (i32.const ${this.#pick([64, 65532, 100])}))
      (type $leaf (func (param i32 i32) (result i32)))
      (table $one ${this.#pick(['', '(export "table")'])} 3 3 funcref) (elem (table $one) (i32.const 0) func
        ${this.#pick(['$leaf0 $leaf1', '$leaf0 $leaf0', '$leaf1 $leaf1'])})
      (table $other 2 2 funcref) (elem (table $other) (i32.const 0) func $leaf3 $other)
      ${leaves.join('\n')}
      (func $other (param $p i32) (result i32)
        (call $host (local.get $p))
        (call $leaf1 (i32.const 3) (local.get $p)))
      (func $run (export "run") (param $p i32) (param $n i32) (result i32)
        (local $fp i32) (local $a i32) (local $b i32)
        (local.set $fp (i32.sub (global.get $sp) (i32.const 16)))
        (global.set $sp (local.get $fp))
        (local.set $a (i32.const 5))
        (loop $next
          ${this.#callers(4)}
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          ${this.#callers(2)}
          (br_if $next (i32.gt_s (local.get $n) (i32.const 0))))
        (global.set $sp (i32.add (local.get $fp) (i32.const 16)))
        (i32.add (local.get $a) (local.get $b)))
      ${this.#one() ? '(start $start) (func $start (drop (call $leaf0 (i32.const 8) (i32.const 1))))' : ''}
      (export "leaf" (func $leaf2)))`;
  }

  #callers(count: number): string {
    return Array.from({ length: count }, () => this.#caller()).join('\n');
  }

  #caller(): string {
    const a = this.#pick(['$a', '$b']);
    switch (this.#random.below(12)) {
      case 0:
        return `(if (i32.and (local.get $n) (i32.const 1)) (then ${this.#caller()}))`;
      case 1:
        return `(local.set ${a} (i32.xor (local.get ${a}) (call $other (local.get $a))))`;
      case 2:
        return `(drop (memory.grow (i32.const ${this.#random.below(2)})))`;
      case 3:
        return `(block $out (br_if $out (i32.and (local.get $n) (i32.const 2))) ${this.#caller()}
          ${this.#caller()})`;
      case 4:
        return '(call $host (local.get $a))';
      case 5:
        return `(global.set $g (i32.and (local.get $a) (i32.const 0xfff)))`;
      case 6:
        return `(local.set $p (i32.add (local.get $p) (i32.const 4)))`;
      default:
        // Operands below the arguments, which have to be in their places.
        return `(local.set ${a} (i32.add (i32.mul (local.get $a) (i32.const 7))
          (i32.add (local.get $b) ${this.#call()})))`;
    }
  }

  #call(): string {
    const pointer = this.#pointer();
    const value = this.#pick([
      '(local.get $n)',
      '(local.get $a)',
      '(i32.const 9)',
      this.#pointer(),
    ]);
    switch (this.#random.below(8)) {
      case 0:
        return `(call_indirect $other (type $leaf) ${pointer} ${value} (i32.const 0))`;
      case 1:
      case 2:
        return `(call_indirect $one (type $leaf) ${pointer} ${value}
          (i32.and (local.get $n) (i32.const 1)))`;
      case 3:
        // Seldom null, or beyond the end.
        return `(call_indirect $one (type $leaf) ${pointer} ${value}
          (i32.eq (local.get $n) (i32.const 5))
          (i32.mul (i32.const ${2 + this.#random.below(2)}))
          (i32.add (i32.const ${this.#random.below(2)})))`;
      default:
        return `(call $leaf${this.#random.below(this.#leaves)} ${pointer} ${value})`;
    }
  }

  #pointer(): string {
    switch (this.#random.below(12)) {
      case 0:
        return `(i32.const ${this.#pick(POINTERS)})`;
      case 1:
        return `(i32.sub (local.get $fp) (i32.const ${this.#pick([4, 8, 12, 16, 20])}))`;
      case 2:
      case 3:
        return `(i32.add (local.get $fp) (i32.const ${this.#pick([0, 4, 8])}))`;
      case 4:
        return '(i32.and (local.get $a) (i32.const 0xfff))';
      default:
        return '(local.get $p)';
    }
  }

  /** Its arguments are in memory, from where it loads them again. */
  #unoptimized(index: number): string {
    return `(func $leaf${index} (param $q i32) (param $v i32) (result i32) (local $fp i32)
      (local.set $fp (i32.sub (global.get $sp) (i32.const 16)))
      (i32.store offset=12 (local.get $fp) (local.get $q))
      (i32.store offset=8 (local.get $fp) (local.get $v))
      ${this.#statements(1 + this.#random.below(4), () => this.#loaded())}
      (i32.add (i32.load offset=8 (local.get $fp)) ${this.#value(() => this.#loaded())}))`;
  }

  #loaded(): string {
    return this.#pick([
      '(i32.load offset=12 (local.get $fp))',
      '(i32.load offset=12 (local.get $fp))',
      '(local.get $fp)',
      '(i32.load (i32.add (local.get $fp) (i32.const 12)))',
    ]);
  }

  #optimized(index: number): string {
    const address = (): string =>
      this.#pick([
        '(local.get $q)',
        '(local.get $q)',
        '(i32.add (local.get $q) (i32.const -8))',
        '(global.get $g)',
        '(i32.const 2048)',
        '(local.tee $fp (i32.add (i32.const 8) (local.get $q)))',
      ]);
    return `(func $leaf${index} (param $q i32) (param $v i32) (result i32) (local $fp i32)
      ${this.#statements(this.#random.below(4), address)}
      ${this.#value(address)})`;
  }

  #statements(count: number, address: () => string): string {
    return Array.from({ length: count }, () => this.#statement(address)).join('\n');
  }

  #statement(address: () => string): string {
    const at = `offset=${this.#pick(OFFSETS)} ${address()}`;
    const value = this.#value(address);
    switch (this.#random.below(9)) {
      case 0:
      case 1:
        return `(i32.store ${at} ${value})`;
      case 2:
        return `(i64.store16 ${at} (i64.const 77))`;
      case 3:
        return `(if ${value} (then ${this.#statement(address)}) (else ${this.#statement(address)}))`;
      case 4:
        return `(if (local.get $v) (then (return ${value})))`;
      case 5:
        return `(block $b (br_if $b ${value}) ${this.#statement(address)})`;
      case 6:
        return `(local.set $v ${value})`;
      case 7:
        return '(global.set $g (i32.add (global.get $g) (i32.const 4)))';
      default:
        return `(local.set $q ${address()})`;
    }
  }

  #value(address: () => string): string {
    switch (this.#random.below(5)) {
      case 0:
        return `(i32.load offset=${this.#pick(OFFSETS)} ${address()})`;
      case 1:
        return `(i32.load16_s ${address()})`;
      case 2:
        return '(i32.rotl (local.get $v) (i32.const 3))';
      case 3:
        return `(i32.div_s (local.get $v) (i32.const ${this.#pick([3, -2])}))`;
      default:
        return '(local.get $v)';
    }
  }

  #one(): boolean {
    return this.#random.below(2) === 0;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)]!;
  }
}
