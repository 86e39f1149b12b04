/** The part of the `loops` generator that writes accesses to memory, and notes where they are. */
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

export class LoopAccessWriter {
  /** The loop as it was written; calls may give others. */
  readonly counting: Counting;
  /** The accesses of the loop, for choosing bases. */
  readonly accesses: Access[] = [];
  protected readonly random: Random;
  protected readonly module: LoopModule;
  protected readonly lines: string[] = [];
  /** Bytes that the pointer goes on by in each iteration. */
  protected readonly stride: bigint;
  /** The end and the step are parameters. */
  protected readonly endGiven: boolean;
  protected readonly stepGiven: boolean;

  constructor(module: LoopModule, random: Random) {
    this.module = module;
    this.random = random;
    const width = module.address === 64 ? this.pick([64, 64, 32]) : this.pick([32, 32, 32, 64]);
    this.counting = countedLoop(width as Width, random);
    this.stride = this.pick([1n, 4n, 8n, 16n, -4n, -16n, 0x1000n, 0x10000n]);
    this.endGiven = this.chance(2);
    this.stepGiven = this.chance(6);
  }

  protected get counterType(): 'i32' | 'i64' {
    return this.counting.width === 64 ? 'i64' : 'i32';
  }

  protected get addressType(): 'i32' | 'i64' {
    return this.module.address === 64 ? 'i64' : 'i32';
  }

  protected emit(...lines: string[]): void {
    this.lines.push(...lines);
  }

  protected pick<T>(items: readonly T[]): T {
    return items[this.random.below(items.length)]!;
  }

  protected chance(oneIn: number): boolean {
    return this.random.below(oneIn) === 0;
  }

  /** Pushes an address and tells of what kind it is. */
  protected address(): Omit<Access, 'offset' | 'bytes'> {
    const type = this.addressType;
    const constant = this.chance(4) ? BigInt(this.pick([4, 8, -8, 64, 65536])) : 0n;
    const add = (): void => {
      if (constant !== 0n) this.emit(`${type}.const ${constant}`, `${type}.add`);
    };
    switch (this.random.below(7)) {
      case 0:
      case 1:
        this.emit('local.get $p');
        add();
        return { scale: 0n, stride: this.stride, constant };
      case 2:
        this.emit('local.get $base');
        add();
        return { scale: 0n, stride: undefined, constant };
      case 3: {
        // Into a local, which is used again.
        const scale = this.scaled();
        this.emit('local.get $base', `${type}.add`);
        add();
        this.emit('local.tee $q');
        return { scale, stride: undefined, constant };
      }
      case 4:
        // Whatever it has been set to, in this iteration or the last.
        this.emit('local.get $q');
        add();
        return { scale: 0n, stride: 0n, constant };
      case 5: {
        this.emit('local.get $base');
        add();
        const scale = this.scaled();
        this.emit(`${type}.sub`);
        return { scale: -scale, stride: undefined, constant };
      }
      default: {
        this.emit('local.get $base');
        add();
        const scale = this.scaled();
        this.emit(`${type}.add`);
        return { scale, stride: undefined, constant };
      }
    }
  }

  /** Pushes the counter, as an address, times the number that is returned. */
  protected scaled(): bigint {
    const type = this.addressType;
    this.emit('local.get $i');
    if (this.counterType !== type) {
      this.emit(type === 'i64' ? 'i64.extend_i32_u' : 'i32.wrap_i64');
    }
    const shift = this.random.below(4);
    if (shift === 0) return 1n;
    if (this.chance(4)) this.emit(`${type}.const ${1 << shift}`, `${type}.mul`);
    else this.emit(`${type}.const ${shift}`, `${type}.shl`);
    return 1n << BigInt(shift);
  }

  protected offset(): bigint {
    const { address } = this.module;
    if (!this.chance(12)) return BigInt(this.pick([0, 0, 0, 4, 8, 12, 64, 1000, 65_532, 65_536]));
    const limit = address === 64 && this.chance(2) ? 1n << 64n : 1n << 32n;
    return limit - BigInt(1 + this.random.below(20));
  }

  protected access(): void {
    const { scale, stride, constant } = this.address();
    const offset = this.offset();
    const load = this.chance(2);
    const found = this.pick(load ? (this.chance(8) ? ATOMIC : LOADS) : STORES);
    const atomic = found.name.includes('atomic');
    const align = atomic ? found.bytes : 1;
    const text = `${found.name} offset=${offset} align=${align}`;
    const local = { i32: '$acc', i64: '$x64', f32: '$xf', f64: '$xd', v128: '$v' }[found.type];
    if (load) this.emit(text, `local.set ${local}`);
    else this.emit(`local.get ${local}`, text);
    this.accesses.push({ scale, stride, constant, offset, bytes: BigInt(found.bytes) });
  }

  /** Where a local points to. */
  protected accessBy(local: string): void {
    const { name, bytes } = this.pick(LOADS.filter(({ type }) => type === 'i32'));
    const offset = BigInt(this.pick([0, 0, 4, 8]));
    this.emit(`local.get ${local}`, `${name} offset=${offset} align=1`, 'local.set $acc');
    const stride = local === '$p' ? this.stride : undefined;
    this.accesses.push({ scale: 0n, stride, constant: 0n, offset, bytes: BigInt(bytes) });
  }
}
