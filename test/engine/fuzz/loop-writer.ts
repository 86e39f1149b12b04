/** Writes one function around a counted loop that accesses memory: the `loops` profile. */
import { LoopAccessWriter } from './loop-access-writer.ts';

/** Elements of the module's array and table. */
export const ELEMENTS = 5;

export class LoopWriter extends LoopAccessWriter {
  #depth = 0;

  /** The end and the start of another loop may be given in a call. */
  get variable(): boolean {
    return this.endGiven;
  }

  /** @param name - of the export, and of the function */
  function(name: string): string {
    const { form, start, step } = this.counting;
    const counter = this.counterType;
    const address = this.addressType;
    this.emit(`local.get $start`, `local.set $i`, `local.get $base`, `local.set $p`);
    for (const local of ['$p', '$base']) if (this.chance(2)) this.accessBy(local);
    switch (form) {
      case 'do':
        this.emit('block $exit', 'loop $again');
        this.#iteration();
        this.#test();
        this.emit('br_if $again', 'end', 'end');
        break;
      case 'guarded':
        this.emit('block $exit');
        this.#test();
        this.emit('i32.eqz', 'br_if $exit', 'loop $again');
        this.#iteration();
        this.#test();
        this.emit('br_if $again', 'end', 'end');
        break;
      case 'while':
        this.emit('block $exit', 'loop $again');
        this.#test();
        this.emit('i32.eqz', 'br_if $exit');
        this.#iteration();
        this.emit('br $again', 'end', 'end');
        break;
      case 'stack':
        this.emit('block $exit', 'local.get $i');
        this.emit(`loop $again (param ${counter})`, 'local.set $i');
        this.#iteration();
        this.emit('local.get $i');
        this.#test();
        this.emit('br_if $again', 'drop', 'end', 'end');
    }
    if (this.chance(3)) this.access();
    const locals = ['acc i32', 'n i32', 'x64 i64', 'xf f32', 'xd f64', 'v v128', 'j i32'];
    return `(func $${name} (export "${name}")
      (param $base ${address}) (param $start ${counter}) (param $end ${counter})
      (param $step ${counter}) (result i32)
      (local $i ${counter}) (local $p ${address}) (local $q ${address})
      ${locals.map((local) => `(local $${local})`).join(' ')}
      ;; ${this.counting.trips} iterations from ${start} by ${step}
      ${this.lines.join('\n')}
      local.get $acc)`;
  }

  /** The body, and then the counter's step: or the other way round. */
  #iteration(): void {
    const early = this.chance(5);
    if (early) this.#step();
    for (let n = 1 + this.random.below(3); n > 0; n--) this.#statement();
    if (!early) this.#step();
  }

  #step(): void {
    const { step } = this.counting;
    const type = this.counterType;
    const address = this.addressType;
    const down = step < 0n || (!this.stepGiven && this.chance(8));
    this.emit('local.get $i');
    if (this.stepGiven) this.emit('local.get $step', `${type}.add`);
    else if (down) this.emit(`${type}.const ${-step}`, `${type}.sub`);
    else this.emit(`${type}.const ${step}`, `${type}.add`);
    this.emit('local.set $i');
    this.emit('local.get $p', `${address}.const ${this.stride}`, `${address}.add`);
    this.emit('local.set $p', 'local.get $n', 'i32.const 1', 'i32.add', 'local.set $n');
  }

  #test(): void {
    const { comparison, end } = this.counting;
    const type = this.counterType;
    this.emit('local.get $i');
    if (!this.endGiven && end === 0n && comparison === 'ne') {
      this.emit(`${type}.eqz`, 'i32.eqz');
      return;
    }
    this.emit(this.endGiven ? 'local.get $end' : `${type}.const ${end}`);
    this.emit(`${type}.${comparison}`);
  }

  #statement(): void {
    const deep = this.#depth > 1;
    switch (this.random.below(deep ? 8 : 16)) {
      case 8:
        this.#when(() => this.access());
        return;
      case 9:
        // Skips the rest of this, in some iterations.
        this.emit('block');
        this.#someIterations();
        this.emit('br_if 0');
        this.#nested(() => this.#statement());
        this.emit('end');
        return;
      case 10:
        this.#when(() => this.emit(`${this.#sizeType}.const 1`, 'memory.grow', 'drop'));
        return;
      case 11:
        this.#when(() => this.emit('br $exit'));
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
        this.emit('local.get $acc', 'call $touch', 'local.set $acc');
        return;
      case 6:
      case 5:
        this.#run();
        return;
      default:
        this.access();
    }
  }

  /** Accesses by one local, one behind the other, which changes now and then in between. */
  #run(): void {
    const type = this.addressType;
    const local = this.pick(['$p', '$p', '$base', '$q']);
    for (let n = 2 + this.random.below(3); n > 0; n--) {
      this.accessBy(local);
      if (this.chance(2)) continue;
      const by = this.pick([4, 8, 16, -8, 65_536]);
      this.emit(`local.get ${local}`, `${type}.const ${by}`, `${type}.add`);
      if (this.chance(2)) this.emit(`local.set ${local}`);
      else this.emit(`local.tee ${local}`, 'drop');
    }
  }

  #nested(write: () => void): void {
    this.#depth++;
    write();
    this.#depth--;
  }

  /** In some iterations, or up to one, or from one on. */
  #someIterations(): void {
    const at = this.random.below(4);
    this.emit('local.get $n', `i32.const ${at}`, this.pick(['i32.eq', 'i32.lt_u', 'i32.gt_u']));
  }

  #when(write: () => void): void {
    this.#someIterations();
    this.emit('if');
    this.#nested(write);
    this.emit('end');
  }

  get #sizeType(): 'i32' | 'i64' {
    return this.addressType;
  }

  #moveBase(): void {
    const type = this.addressType;
    const local = this.pick(['$base', '$p']);
    const by = this.pick(['16', '-16', '65536', '1']);
    this.emit(`local.get ${local}`, `${type}.const ${by}`, `${type}.add`, `local.set ${local}`);
  }

  /** Another loop, of a few iterations, with another counter. */
  #inner(): void {
    const label = `$inner${this.lines.length}`;
    const { address } = this.module;
    this.emit('i32.const 0', 'local.set $j', `loop ${label}`);
    this.emit('local.get $base', 'local.get $j');
    if (address === 64) this.emit('i64.extend_i32_u');
    const type = this.addressType;
    this.emit(`${type}.const ${this.pick([2, 3])}`, `${type}.shl`, `${type}.add`);
    this.emit(`i32.load offset=${this.offset()} align=1`, 'local.set $acc');
    this.emit('local.get $j', 'i32.const 1', 'i32.add', 'local.tee $j');
    this.emit(`i32.const ${1 + this.random.below(3)}`, 'i32.lt_u', `br_if ${label}`, 'end');
  }

  #bulk(): void {
    const type = this.addressType;
    const size = this.random.below(20);
    this.address();
    if (this.chance(2)) {
      this.emit('local.get $acc', `${type}.const ${size}`, 'memory.fill');
      return;
    }
    this.address();
    this.emit(`${type}.const ${size}`, 'memory.copy');
  }

  /** Of the table or the array, which are short: a few iterations reach their ends. */
  #element(): void {
    const index = () =>
      this.emit(
        ...this.pick([
          ['local.get $n'],
          this.#counter32(),
          ['local.get $n', 'i32.const 1', 'i32.add'],
        ]),
      );
    switch (this.random.below(5)) {
      case 0:
        index();
        this.emit('table.get $table', 'ref.is_null', 'local.set $acc');
        return;
      case 1:
        index();
        this.emit('ref.null func', 'table.set $table');
        return;
      case 2:
        this.emit('ref.null func', 'i32.const 1', 'table.grow $table', 'local.set $acc');
        return;
      case 3:
        this.emit('global.get $array');
        index();
        this.emit('array.get $numbers', 'local.set $acc');
        return;
      default:
        this.emit('global.get $array');
        index();
        this.emit('local.get $acc', 'array.set $numbers');
    }
  }

  #counter32(): string[] {
    return this.counting.width === 64 ? ['local.get $i', 'i32.wrap_i64'] : ['local.get $i'];
  }
}
