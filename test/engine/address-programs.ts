/** Random functions that access memory at sums of a few locals and constants, as compilers make them. */
import { Random } from './random.ts';

/** A kind of memory, by its type in the text format. */
export interface Kind {
  readonly memory: string;
  /** Bytes that it begins with. */
  readonly bytes: number;
  readonly address: 'i32' | 'i64';
  readonly atomic?: boolean;
  /** Immediate that names the memory. */
  readonly index?: string;
}

const POINTERS = ['$p', '$q', '$r'];
const OFFSETS = [0, 0, 1, 4, 8, 12, 16, 40, 5000];
const CONSTANTS = [1, 4, 8, 12, 32, -4, -8, -32, 0x7fff_fff8, -0x8000_0000];
const MASKS = [0xff, 0x3fff, 0x7fff, 0xffff, 0xfff0, -4];
const SHIFTS = [1, 2, 16, 34];
const FACTORS = [3, 4, 5, -1];
const DEEPEST = 3;

/** The text of a module with one function per seed, `f0` and so on: of two addresses, returns a sum. */
export function addressModule(kind: Kind, seeds: readonly number[]): string {
  const functions = seeds.map((seed, i) => new Writer(new Random(seed), kind).func(`f${i}`));
  const other = kind.index === undefined ? '' : '(memory $other 1)';
  return `(module ${other} (memory $memory (export "memory") ${kind.memory})
    (global $sum (mut i32) (i32.const 0))
    (func $grow (param $by ${kind.address}) (drop (memory.grow $memory (local.get $by))))
    ${functions.join('\n')})`;
}

class Writer {
  readonly #random: Random;
  readonly #kind: Kind;
  #depth = 0;

  constructor(random: Random, kind: Kind) {
    this.#random = random;
    this.#kind = kind;
  }

  func(name: string): string {
    const { address } = this.#kind;
    return `(func (export "${name}") (param $p ${address}) (param $q ${address}) (result i32)
      (local $r ${address}) (local $n i32)
      (global.set $sum (i32.const 0))
      ${this.#statements(8)}
      (global.get $sum))`;
  }

  #statements(count: number): string {
    return Array.from({ length: count }, () => this.#statement()).join('\n');
  }

  #statement(): string {
    const choice = this.#random.below(this.#depth < DEEPEST ? 16 : 11);
    if (choice < 8) return this.#access();
    if (choice < 11) return `(local.set ${this.#pointer()} ${this.#sum()})`;
    this.#depth++;
    const text = this.#construct(choice);
    this.#depth--;
    return text;
  }

  #construct(choice: number): string {
    const body = this.#statements(3);
    switch (choice) {
      case 11:
        return `(if ${this.#condition()} (then ${body}) (else ${this.#statements(2)}))`;
      case 12:
        return `(if ${this.#condition()} (then ${body} (return (global.get $sum))))`;
      case 13:
        return `(block $b${this.#depth} ${body} (br_if $b${this.#depth} ${this.#condition()})
          ${this.#statements(2)})`;
      case 14:
        return `(loop $l${this.#depth} ${body}
          (br_if $l${this.#depth} (i32.lt_u (local.tee $n (i32.add (local.get $n)
            (i32.const 1))) (i32.const 7))))`;
      default: {
        const by = `(${this.#kind.address}.const ${this.#random.below(2)})`;
        return this.#random.below(2) === 0
          ? `(call $grow ${by}) ${body}`
          : `(drop (memory.grow $memory ${by})) ${body}`;
      }
    }
  }

  #condition(): string {
    return `(i32.and (global.get $sum) (i32.const ${1 << this.#random.below(3)}))`;
  }

  #access(): string {
    const { atomic, index = '' } = this.#kind;
    const offset = `offset=${this.#pick(OFFSETS)}`;
    const at = `${index} ${offset} ${this.#sum()}`;
    switch (this.#random.below(atomic === true ? 7 : 6)) {
      case 0:
        return `(i32.store ${at} (global.get $sum))`;
      case 1:
        return `(i64.store8 ${at} (i64.const 77))`;
      case 2:
        return this.#add(`(i32.wrap_i64 (i64.load ${at}))`);
      case 3:
        return this.#add(`(i32x4.extract_lane 0 (v128.load ${at}))`);
      case 4:
        // An operand below, which has to be in its place at the trap.
        return `(global.set $sum (i32.mul (i32.add (global.get $sum) (i32.const 3))
          (i32.load16_u ${at})))`;
      case 5:
        return this.#add(`(i32.load ${at})`);
      default:
        return this.#add(`(i32.atomic.load ${at})`);
    }
  }

  #add(value: string): string {
    return `(global.set $sum (i32.add (global.get $sum) ${value}))`;
  }

  #sum(): string {
    const { address } = this.#kind;
    const get = `(local.get ${this.#pointer()})`;
    const constant = `(${address}.const ${this.#pick(CONSTANTS)})`;
    switch (this.#random.below(12)) {
      case 11:
        return `(${address}.add (local.get ${this.#pointer()}) (${address}.shl (${address}.add
          (${address}.and (local.get ${this.#pointer()}) (${address}.const 7))
          ${constant}) (${address}.const 2)))`;
      case 10:
        return `(${address}.add ${get} (${address}.mul (local.get $r) (${address}.const -4)))`;
      case 8:
      case 9:
        return address === 'i32' ? this.#bounded(get) : get;
      case 0:
        return `(${address}.add ${get} ${constant})`;
      case 1:
        return `(${address}.add ${constant} ${get})`;
      case 2:
        return `(${address}.sub ${get} ${constant})`;
      case 3:
        return `(local.tee ${this.#pointer()} (${address}.add ${get}
          (${address}.const ${4 * this.#random.below(4)})))`;
      case 4:
        return this.#random.below(4) === 0 ? constant : get;
      default:
        return get;
    }
  }

  /** An address that cannot be large, or just so large that it may be out of bounds. */
  #bounded(value: string): string {
    const masked = `(i32.and ${value} (i32.const ${this.#pick(MASKS)}))`;
    switch (this.#random.below(7)) {
      case 0:
        return `(i32.shl ${masked} (i32.const ${this.#pick(SHIFTS)}))`;
      case 1:
        return `(i32.shr_u ${value} (i32.const ${16 + this.#random.below(2)}))`;
      case 2:
        return `(i32.mul ${masked} (i32.const ${this.#pick(FACTORS)}))`;
      case 3:
        return `(i32.add ${masked} (i32.and (i32.const ${this.#pick(MASKS)}) ${value}))`;
      case 4:
        return `(i32.rem_u ${value} (i32.const ${65_500 + this.#random.below(48)}))`;
      case 5:
        return `(i32.or (i32.shl (i32.load8_u (i32.const 9)) (i32.const 8)) ${masked})`;
      default:
        return `(i32.xor (i32.load16_u (i32.const 70)) ${masked})`;
    }
  }

  #pointer(): string {
    return this.#pick(POINTERS);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }
}
