/**
 * Random functions that load and store again and again at a few addresses, as unoptimized code does, in
 * between which there is all that may write to memory: other stores that overlap, calls, bulk
 * instructions, other memories.
 */
import { Random } from './random.ts';

/** A kind of memory, by its type in the text format. */
export interface Kind {
  readonly memory: string;
  /** Bytes that it begins with. */
  readonly bytes: number;
  readonly address: 'i32' | 'i64';
  /** There is another index for it. */
  readonly twice?: boolean;
}

const LOADS: Readonly<Record<string, string>> = {
  'i32.load': '(i64.extend_i32_u X)',
  'i32.load8_u': '(i64.extend_i32_u X)',
  'i32.load8_s': '(i64.extend_i32_u X)',
  'i32.load16_u': '(i64.extend_i32_u X)',
  'i32.load16_s': '(i64.extend_i32_u X)',
  'i64.load': 'X',
  'i64.load32_s': 'X',
  'f32.load': '(i64.extend_i32_u (i32.reinterpret_f32 X))',
  'f64.load': '(i64.reinterpret_f64 X)',
};
const STORES: Readonly<Record<string, 'i32' | 'i64' | 'f32' | 'f64'>> = {
  'i32.store': 'i32',
  'i32.store8': 'i32',
  'i32.store16': 'i32',
  'i64.store': 'i64',
  'i64.store8': 'i64',
  'i64.store32': 'i64',
  'f32.store': 'f32',
  'f64.store': 'f64',
};
/** Two locals of each type. */
const LOCALS = { i32: ['$a', '$b'], i64: ['$x', '$y'], f32: ['$f', '$g'], f64: ['$d', '$e'] };
const CONSTANTS = {
  i32: ['0', '-1', '0x1234_5678'],
  i64: ['7', '-1', '0x1234_5678_9abc'],
  f32: ['1.5', 'nan:0x200001', '-0'],
  f64: ['2.5', 'nan:0x4000000000001', '-0'],
};
interface Variable {
  readonly offset: number;
  readonly loads: readonly string[];
  readonly store: string;
}
type NumType = keyof typeof LOCALS;

/** What is at an offset, most of the time. */
const VARIABLES: readonly Variable[] = [
  { offset: 0, loads: ['i32.load'], store: 'i32.store' },
  { offset: 4, loads: ['f32.load'], store: 'f32.store' },
  { offset: 8, loads: ['i64.load'], store: 'i64.store' },
  { offset: 16, loads: ['f64.load'], store: 'f64.store' },
  { offset: 24, loads: ['i32.load8_u', 'i32.load8_s'], store: 'i32.store8' },
  { offset: 26, loads: ['i32.load16_u', 'i32.load16_s'], store: 'i32.store16' },
];
const OFFSETS = [0, 1, 4, 5, 8, 12, 16, 20, 24, 25, 26, 0xffff_fff8];
const CONSTANTS_ADDED = [4, 4, -4, 8, 1];
const DEEPEST = 3;

/** The text of a module with one function per seed, `f0` and so on: of two addresses, returns a hash. */
export function repeatedLoadModule(kind: Kind, seeds: readonly number[]): string {
  return module(
    kind,
    seeds.map((seed, i) => new Writer(new Random(seed), kind).func(`f${i}`)),
  );
}

/** The same of functions whose loops call nothing: what they load and store can stay in locals. */
export function carriedPlaceModule(kind: Kind, seeds: readonly number[]): string {
  return module(
    kind,
    seeds.map((seed, i) => new Writer(new Random(seed), kind).loops(`f${i}`)),
  );
}

function module({ address, memory, twice }: Kind, functions: readonly string[]): string {
  const imported = (name: string): string => `(import "m" "memory" (memory ${name} ${memory}))`;
  return `(module
    ${twice === true ? `${imported('$memory')} ${imported('$same')}` : ''}
    (tag $tag)
    ${twice === true ? '' : `(memory $memory (export "memory") ${memory})`}
    (data $data "0123456789")
    (global $sum (mut i64) (i64.const 1))
    (func $see (param $x i64)
      (global.set $sum (i64.xor (i64.rotl (global.get $sum) (i64.const 5)) (local.get $x))))
    (func $write (param $p ${address})
      (i32.store (local.get $p) (i32.wrap_i64 (global.get $sum))))
    (func $throw (param $p ${address})
      (call $write (local.get $p))
      (throw $tag))
    ${functions.join('\n')})`;
}

class Writer {
  readonly #random: Random;
  readonly #kind: Kind;
  /** Those that the function is about. */
  readonly #variables: readonly Variable[];
  #depth = 0;
  /** In a loop that calls nothing. */
  #inLoop = false;

  constructor(random: Random, kind: Kind) {
    this.#random = random;
    this.#kind = kind;
    this.#variables = [this.#pick(VARIABLES), this.#pick(VARIABLES)];
  }

  func(name: string): string {
    return this.#func(name, this.#statements(16));
  }

  /** Stores to all that the loops are about, then loops. */
  loops(name: string): string {
    const stores = this.#variables.map(
      ({ store, offset }) =>
        `(${store} offset=${offset} (local.get $p) ${this.#value(STORES[store]!)})`,
    );
    const loops = Array.from({ length: 3 }, () => this.#loop()).join('\n');
    return this.#func(name, `${stores.join('\n')} ${loops}`);
  }

  #func(name: string, body: string): string {
    const { address } = this.#kind;
    const locals = Object.entries(LOCALS).flatMap(([type, names]) =>
      names.map((local) => `(local ${local} ${type})`),
    );
    return `(func (export "${name}") (param $p ${address}) (param $q ${address}) (result i64)
      ${locals.join(' ')} (local $n i32)
      (global.set $sum (i64.const 1))
      ${body}
      (global.get $sum))`;
  }

  /** Nothing but branches, and loads and stores of all kinds, in a few rounds. */
  #loop(): string {
    this.#inLoop = true;
    const again = `(br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
      (i32.const 9)))`;
    const arm = (): string => {
      this.#depth = DEEPEST;
      const body = this.#statements(this.#random.below(3) + 1);
      switch (this.#random.below(5)) {
        case 0:
          return `(if ${this.#condition()} (then ${body}) (else ${this.#statements(2)}))`;
        case 1:
          return `(if ${this.#condition()} (then ${body} ${again}))`;
        case 2:
          return `(block $b ${body} (br_if $b ${this.#condition()}) ${this.#statements(1)})`;
        case 3:
          return `(br_if $end (i32.and ${this.#condition()} ${this.#condition()})) ${body}`;
        default:
          return body;
      }
    };
    const body = Array.from({ length: 4 }, arm).join('\n');
    this.#inLoop = false;
    this.#depth = 0;
    return `(local.set $n (i32.const 0)) (block $end (loop $again ${body} ${again}))`;
  }

  #statements(count: number): string {
    return Array.from({ length: count }, () => this.#statement()).join('\n');
  }

  #statement(): string {
    const choice = this.#random.below(this.#depth < DEEPEST ? 30 : 24);
    if (choice < 9) return this.#see();
    if (choice < 14) return this.#loadLocal();
    if (choice < 20) return this.#store();
    if (choice < 22) return this.#setLocal();
    if (this.#inLoop) return this.#see();
    if (choice < 23) return this.#otherWrite();
    if (choice < 24) return `(local.set ${this.#pointer()} ${this.#address()})`;
    this.#depth++;
    const text = this.#construct(choice);
    this.#depth--;
    return text;
  }

  #construct(choice: number): string {
    const depth = this.#depth;
    const body = this.#statements(4);
    switch (choice) {
      case 24:
        return `(if ${this.#condition()} (then ${body}) (else ${this.#statements(3)}))`;
      case 25:
        return `(if ${this.#condition()} (then ${body} (return (global.get $sum))))`;
      case 26:
        return `(block $b${depth} ${body} (br_if $b${depth} ${this.#condition()})
          ${this.#statements(2)})`;
      case 27:
        return `(block $c${depth} (block $b${depth} (br_table $b${depth} $c${depth}
          ${this.#condition()})) ${body} (br $c${depth})) ${this.#statements(1)}`;
      case 28:
        return `(block $b${depth} (try_table (catch $tag $b${depth}) ${body}
          (call $throw ${this.#address()})))`;
      default:
        return `(loop $l${depth} ${body}
          (br_if $l${depth} (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1)))
            (i32.const 7))))`;
    }
  }

  #condition(): string {
    return `(i32.and (i32.wrap_i64 (global.get $sum)) (i32.const ${1 << this.#random.below(2)}))`;
  }

  #see(): string {
    const [op, place] = this.#load(Object.keys(LOADS));
    const text = LOADS[op]!.replace('X', `(${op} ${place})`);
    if (!this.#inLoop && this.#random.below(6) === 0) return `(call $see ${text})`;
    // Behind a call, nothing would be known.
    return `(global.set $sum (i64.add (i64.mul (global.get $sum) (i64.const 31)) ${text}))`;
  }

  #loadLocal(): string {
    const [op, place] = this.#load(Object.keys(LOADS));
    const load = `(${op} ${place})`;
    const type = op.slice(0, 3) as NumType;
    const local = this.#pick(LOCALS[type]);
    if (this.#random.below(3) > 0) return `(local.set ${local} ${load})`;
    return `(local.set ${this.#pick(LOCALS[type])} (local.tee ${local} ${load}))`;
  }

  #store(): string {
    if (this.#random.below(8) === 0) {
      const op = this.#pick(Object.keys(STORES));
      return `(${op} ${this.#place(this.#pick(OFFSETS))} ${this.#value(STORES[op]!)})`;
    }
    const { store, offset } = this.#pick(this.#variables);
    return `(${store} ${this.#place(offset)} ${this.#value(STORES[store]!)})`;
  }

  #value(type: NumType): string {
    const local = `(local.get ${this.#pick(LOCALS[type])})`;
    switch (this.#random.below(4)) {
      case 0:
        return `(${type}.const ${this.#pick(CONSTANTS[type])})`;
      case 1:
        return `(${type}.add ${local} (${type}.const ${this.#pick(CONSTANTS[type])}))`;
      case 2:
        return `(${type}.load ${this.#load([`${type}.load`])[1]})`;
      default:
        return local;
    }
  }

  #setLocal(): string {
    const type = this.#pick(Object.keys(LOCALS)) as NumType;
    return `(local.set ${this.#pick(LOCALS[type])} ${this.#value(type)})`;
  }

  #otherWrite(): string {
    const { address, twice } = this.#kind;
    const constant = (value: number, type = address): string => `(${type}.const ${value})`;
    const at = this.#address();
    switch (this.#random.below(8)) {
      case 0:
        return `(call $write ${at})`;
      case 1:
        return `(memory.fill $memory ${at} (i32.const 3) ${constant(5)})`;
      case 2:
        return `(memory.copy $memory $memory ${at} ${this.#address()} ${constant(6)})`;
      case 3:
        return `(memory.init $memory $data ${at} (i32.const 2) (i32.const 5))`;
      case 4:
        return `(v128.store ${at} (v128.const i32x4 1 2 3 4))`;
      case 5:
        return `(i32.atomic.store ${at} (i32.const 99))`;
      case 6:
        return `(drop (memory.grow $memory ${constant(this.#random.below(2))}))`;
      default:
        return `(i32.store ${twice === true ? '$same' : ''} ${at} (local.get $a))`;
    }
  }

  /** A load that is one of some, and where. */
  #load(some: readonly string[]): readonly [op: string, place: string] {
    const variables = this.#variables.filter(({ loads }) => some.includes(loads[0]!));
    if (variables.length === 0 || this.#random.below(8) === 0)
      return [this.#pick(some), this.#place(this.#pick(OFFSETS))];
    const { loads, offset } = this.#pick(variables);
    return [this.#pick(loads), this.#place(offset)];
  }

  #place(offset: number): string {
    const index = this.#kind.twice === true && this.#random.below(4) === 0 ? '$same' : '';
    return `${index} offset=${offset} ${this.#address()}`;
  }

  #address(): string {
    const { address } = this.#kind;
    const get = `(local.get ${this.#pointer()})`;
    switch (this.#random.below(20)) {
      case 0:
        return `(${address}.add ${get} (${address}.const ${this.#pick(CONSTANTS_ADDED)}))`;
      case 1:
        return `(${address}.const ${4 * this.#random.below(4)})`;
      default:
        return get;
    }
  }

  #pointer(): string {
    return this.#random.below(9) === 0 ? '$q' : '$p';
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)]!;
  }
}
