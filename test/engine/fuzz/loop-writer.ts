/** Writes one function around a counted loop that accesses memory: the `loops` profile. */
import type { Random } from '../random.ts';
import { type Access, type Counting, countedLoop, type Width } from './loop-shapes.ts';

/** What the functions of a module share. */
export interface LoopModule {
  /** Width of addresses of its memory. */
  readonly address: Width;
  /** Bytes that the memory begins with. */
  readonly memory: bigint;
  readonly shared: boolean;
}

interface Instruction {
  readonly name: string;
  readonly bytes: number;
  /** What it leaves, or takes above the address. */
  readonly type: 'i32' | 'i64' | 'f32' | 'f64' | 'v128';
}

const instruction = (name: string, bytes: number): Instruction => ({
  name,
  bytes,
  type: name.slice(0, name.indexOf('.')) as Instruction['type'],
});

const LOADS: readonly Instruction[] = [
  instruction('i32.load', 4),
  instruction('i32.load8_u', 1),
  instruction('i32.load16_s', 2),
  instruction('i64.load', 8),
  instruction('i64.load32_u', 4),
  instruction('f32.load', 4),
  instruction('f64.load', 8),
  instruction('v128.load', 16),
  instruction('v128.load64_zero', 8),
];

const STORES: readonly Instruction[] = [
  instruction('i32.store', 4),
  instruction('i32.store', 4),
  instruction('i32.store8', 1),
  instruction('i32.store16', 2),
  instruction('i64.store', 8),
  instruction('f64.store', 8),
  instruction('v128.store', 16),
];

const ATOMIC: readonly Instruction[] = [
  instruction('i32.atomic.load', 4),
  instruction('i64.atomic.load', 8),
  instruction('i32.atomic.load8_u', 1),
];

/** Elements of the module's array and table. */
export const ELEMENTS = 5;

export class LoopWriter {
  /** The loop as it was written; calls may give others. */
  readonly counting: Counting;
  /** The accesses of the loop, for choosing bases. */
  readonly accesses: Access[] = [];
  readonly #random: Random;
  readonly #module: LoopModule;
  readonly #lines: string[] = [];
  /** Bytes that the pointer goes on by in each iteration. */
  readonly #stride: bigint;
  /** The end and the step are parameters. */
  readonly #endGiven: boolean;
  readonly #stepGiven: boolean;
  #depth = 0;

  constructor(module: LoopModule, random: Random) {
    this.#module = module;
    this.#random = random;
    const width = module.address === 64 ? this.#pick([64, 64, 32]) : this.#pick([32, 32, 32, 64]);
    this.counting = countedLoop(width as Width, random);
    this.#stride = this.#pick([1n, 4n, 8n, 16n, -4n, -16n, 0x1000n, 0x10000n]);
    this.#endGiven = this.#chance(2);
    this.#stepGiven = this.#chance(6);
  }

  /** The end and the start of another loop may be given in a call. */
  get variable(): boolean {
    return this.#endGiven;
  }

  /** @param name - of the export, and of the function */
  function(name: string): string {
    const { form, start, step } = this.counting;
    const counter = this.#counterType;
    const address = this.#addressType;
    this.#emit(`local.get $start`, `local.set $i`, `local.get $base`, `local.set $p`);
    if (this.#chance(3)) this.#access();
    switch (form) {
      case 'do':
        this.#emit('block $exit', 'loop $again');
        this.#iteration();
        this.#test();
        this.#emit('br_if $again', 'end', 'end');
        break;
      case 'guarded':
        this.#emit('block $exit');
        this.#test();
        this.#emit('i32.eqz', 'br_if $exit', 'loop $again');
        this.#iteration();
        this.#test();
        this.#emit('br_if $again', 'end', 'end');
        break;
      case 'while':
        this.#emit('block $exit', 'loop $again');
        this.#test();
        this.#emit('i32.eqz', 'br_if $exit');
        this.#iteration();
        this.#emit('br $again', 'end', 'end');
        break;
      case 'stack':
        this.#emit('block $exit', 'local.get $i');
        this.#emit(`loop $again (param ${counter})`, 'local.set $i');
        this.#iteration();
        this.#emit('local.get $i');
        this.#test();
        this.#emit('br_if $again', 'drop', 'end', 'end');
    }
    if (this.#chance(3)) this.#access();
    const locals = ['acc i32', 'n i32', 'x64 i64', 'xf f32', 'xd f64', 'v v128', 'j i32'];
    return `(func $${name} (export "${name}")
      (param $base ${address}) (param $start ${counter}) (param $end ${counter})
      (param $step ${counter}) (result i32)
      (local $i ${counter}) (local $p ${address}) (local $q ${address})
      ${locals.map((local) => `(local $${local})`).join(' ')}
      ;; ${this.counting.trips} iterations from ${start} by ${step}
      ${this.#lines.join('\n')}
      local.get $acc)`;
  }

  get #counterType(): 'i32' | 'i64' {
    return this.counting.width === 64 ? 'i64' : 'i32';
  }

  get #addressType(): 'i32' | 'i64' {
    return this.#module.address === 64 ? 'i64' : 'i32';
  }

  #emit(...lines: string[]): void {
    this.#lines.push(...lines);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  /** The body, and then the counter's step: or the other way round. */
  #iteration(): void {
    const early = this.#chance(5);
    if (early) this.#step();
    for (let n = 1 + this.#random.below(3); n > 0; n--) this.#statement();
    if (!early) this.#step();
  }

  #step(): void {
    const { step } = this.counting;
    const type = this.#counterType;
    const address = this.#addressType;
    const down = step < 0n || (!this.#stepGiven && this.#chance(8));
    this.#emit('local.get $i');
    if (this.#stepGiven) this.#emit('local.get $step', `${type}.add`);
    else if (down) this.#emit(`${type}.const ${-step}`, `${type}.sub`);
    else this.#emit(`${type}.const ${step}`, `${type}.add`);
    this.#emit('local.set $i');
    this.#emit('local.get $p', `${address}.const ${this.#stride}`, `${address}.add`);
    this.#emit('local.set $p', 'local.get $n', 'i32.const 1', 'i32.add', 'local.set $n');
  }

  #test(): void {
    const { comparison, end } = this.counting;
    const type = this.#counterType;
    this.#emit('local.get $i');
    if (!this.#endGiven && end === 0n && comparison === 'ne') {
      this.#emit(`${type}.eqz`, 'i32.eqz');
      return;
    }
    this.#emit(this.#endGiven ? 'local.get $end' : `${type}.const ${end}`);
    this.#emit(`${type}.${comparison}`);
  }

  #statement(): void {
    const deep = this.#depth > 1;
    switch (this.#random.below(deep ? 8 : 16)) {
      case 8:
        this.#when(() => this.#access());
        return;
      case 9:
        // Skips the rest of this, in some iterations.
        this.#emit('block');
        this.#someIterations();
        this.#emit('br_if 0');
        this.#nested(() => this.#statement());
        this.#emit('end');
        return;
      case 10:
        this.#when(() => this.#emit(`${this.#sizeType}.const 1`, 'memory.grow', 'drop'));
        return;
      case 11:
        this.#when(() => this.#emit('br $exit'));
        return;
      case 12:
        this.#when(() => this.#moveBase());
        return;
      case 13:
        this.#inner();
        return;
      case 14:
        this.#bulk();
        return;
      case 15:
        this.#element();
        return;
      case 7:
        this.#emit('local.get $acc', 'call $touch', 'local.set $acc');
        return;
      default:
        this.#access();
    }
  }

  #nested(write: () => void): void {
    this.#depth++;
    write();
    this.#depth--;
  }

  /** In some iterations, or up to one, or from one on. */
  #someIterations(): void {
    const at = this.#random.below(4);
    this.#emit('local.get $n', `i32.const ${at}`, this.#pick(['i32.eq', 'i32.lt_u', 'i32.gt_u']));
  }

  #when(write: () => void): void {
    this.#someIterations();
    this.#emit('if');
    this.#nested(write);
    this.#emit('end');
  }

  get #sizeType(): 'i32' | 'i64' {
    return this.#addressType;
  }

  #moveBase(): void {
    const type = this.#addressType;
    const local = this.#pick(['$base', '$p']);
    const by = this.#pick(['16', '-16', '65536', '1']);
    this.#emit(`local.get ${local}`, `${type}.const ${by}`, `${type}.add`, `local.set ${local}`);
  }

  /** Another loop, of a few iterations, with another counter. */
  #inner(): void {
    const label = `$inner${this.#lines.length}`;
    const { address } = this.#module;
    this.#emit('i32.const 0', 'local.set $j', `loop ${label}`);
    this.#emit('local.get $base', 'local.get $j');
    if (address === 64) this.#emit('i64.extend_i32_u');
    const type = this.#addressType;
    this.#emit(`${type}.const ${this.#pick([2, 3])}`, `${type}.shl`, `${type}.add`);
    this.#emit(`i32.load offset=${this.#offset()} align=1`, 'local.set $acc');
    this.#emit('local.get $j', 'i32.const 1', 'i32.add', 'local.tee $j');
    this.#emit(`i32.const ${1 + this.#random.below(3)}`, 'i32.lt_u', `br_if ${label}`, 'end');
  }

  #bulk(): void {
    const type = this.#addressType;
    const size = this.#random.below(20);
    this.#address();
    if (this.#chance(2)) {
      this.#emit('local.get $acc', `${type}.const ${size}`, 'memory.fill');
      return;
    }
    this.#address();
    this.#emit(`${type}.const ${size}`, 'memory.copy');
  }

  /** Of the table or the array, which are short: a few iterations reach their ends. */
  #element(): void {
    const index = () =>
      this.#emit(
        ...this.#pick([
          ['local.get $n'],
          this.#counter32(),
          ['local.get $n', 'i32.const 1', 'i32.add'],
        ]),
      );
    switch (this.#random.below(5)) {
      case 0:
        index();
        this.#emit('table.get $table', 'ref.is_null', 'local.set $acc');
        return;
      case 1:
        index();
        this.#emit('ref.null func', 'table.set $table');
        return;
      case 2:
        this.#emit('ref.null func', 'i32.const 1', 'table.grow $table', 'local.set $acc');
        return;
      case 3:
        this.#emit('global.get $array');
        index();
        this.#emit('array.get $numbers', 'local.set $acc');
        return;
      default:
        this.#emit('global.get $array');
        index();
        this.#emit('local.get $acc', 'array.set $numbers');
    }
  }

  #counter32(): string[] {
    return this.counting.width === 64 ? ['local.get $i', 'i32.wrap_i64'] : ['local.get $i'];
  }

  /** Pushes an address and tells of what kind it is. */
  #address(): Omit<Access, 'offset' | 'bytes'> {
    const type = this.#addressType;
    const constant = this.#chance(4) ? BigInt(this.#pick([4, 8, -8, 64, 65536])) : 0n;
    const add = (): void => {
      if (constant !== 0n) this.#emit(`${type}.const ${constant}`, `${type}.add`);
    };
    switch (this.#random.below(7)) {
      case 0:
      case 1:
        this.#emit('local.get $p');
        add();
        return { scale: 0n, stride: this.#stride, constant };
      case 2:
        this.#emit('local.get $base');
        add();
        return { scale: 0n, stride: undefined, constant };
      case 3: {
        // Into a local, which is used again.
        const scale = this.#scaled();
        this.#emit('local.get $base', `${type}.add`);
        add();
        this.#emit('local.tee $q');
        return { scale, stride: undefined, constant };
      }
      case 4:
        // Whatever it has been set to, in this iteration or the last.
        this.#emit('local.get $q');
        add();
        return { scale: 0n, stride: 0n, constant };
      case 5: {
        this.#emit('local.get $base');
        add();
        const scale = this.#scaled();
        this.#emit(`${type}.sub`);
        return { scale: -scale, stride: undefined, constant };
      }
      default: {
        this.#emit('local.get $base');
        add();
        const scale = this.#scaled();
        this.#emit(`${type}.add`);
        return { scale, stride: undefined, constant };
      }
    }
  }

  /** Pushes the counter, as an address, times the number that is returned. */
  #scaled(): bigint {
    const type = this.#addressType;
    this.#emit('local.get $i');
    if (this.#counterType !== type) {
      this.#emit(type === 'i64' ? 'i64.extend_i32_u' : 'i32.wrap_i64');
    }
    const shift = this.#random.below(4);
    if (shift === 0) return 1n;
    if (this.#chance(4)) this.#emit(`${type}.const ${1 << shift}`, `${type}.mul`);
    else this.#emit(`${type}.const ${shift}`, `${type}.shl`);
    return 1n << BigInt(shift);
  }

  #offset(): bigint {
    const { address } = this.#module;
    if (!this.#chance(12)) return BigInt(this.#pick([0, 0, 0, 4, 8, 12, 64, 1000, 65_532, 65_536]));
    const limit = address === 64 && this.#chance(2) ? 1n << 64n : 1n << 32n;
    return limit - BigInt(1 + this.#random.below(20));
  }

  #access(): void {
    const { scale, stride, constant } = this.#address();
    const offset = this.#offset();
    const load = this.#chance(2);
    const found = this.#pick(load ? (this.#chance(8) ? ATOMIC : LOADS) : STORES);
    const atomic = found.name.includes('atomic');
    const align = atomic ? found.bytes : 1;
    const text = `${found.name} offset=${offset} align=${align}`;
    const local = { i32: '$acc', i64: '$x64', f32: '$xf', f64: '$xd', v128: '$v' }[found.type];
    if (load) this.#emit(text, `local.set ${local}`);
    else this.#emit(`local.get ${local}`, text);
    this.accesses.push({ scale, stride, constant, offset, bytes: BigInt(found.bytes) });
  }
}
