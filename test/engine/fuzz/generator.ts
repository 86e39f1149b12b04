/**
 * Random modules that end: every function entry and loop header takes from a supply of fuel, and
 * traps when there is none. Written in the stack form of the text format, where operands can lie
 * below every kind of construct. Own code instead of a translation of random bytes by `wasm-opt`:
 * a process for each module is slow, and shapes that are hard for the engine can be made common here.
 */
import { Random } from '../random.ts';
import { constants, LOADS, OPERATIONS, STORES, TYPES, type Type } from './expressions.ts';

interface Signature {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

interface Label {
  /** What a branch to it carries. */
  readonly types: readonly Type[];
}

const NUMBERS: readonly Type[] = ['i32', 'i64', 'f32', 'f64'];
const LOCALS_OF_EACH = 2;

export function randomModule(seed: number): string {
  return new Generator(seed).module();
}

class Generator {
  readonly #random: Random;
  readonly #functions: Signature[] = [];
  #lines: string[] = [];
  #labels: Label[] = [];
  #current: Signature = { params: [], results: [] };
  /** Instructions that the function may still have; then only small ones come. */
  #budget = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  module(): string {
    const count = 2 + this.#random.below(5);
    // The first is what the host calls back with a number.
    this.#functions.push({ params: ['i32'], results: ['i32'] });
    while (this.#functions.length < count) {
      this.#functions.push({ params: this.#types(3), results: this.#types(3) });
    }
    this.#functions.push({ params: ['i32', 'i64'], results: this.#types(2, NUMBERS) });
    const bodies = this.#functions.map((signature, i) => this.#function(signature, i));
    return `(module
      (import "host" "log" (func $log_i32 (param i32)))
      (import "host" "log" (func $log_i64 (param i64)))
      (import "host" "log" (func $log_f32 (param f32)))
      (import "host" "log" (func $log_f64 (param f64)))
      (import "host" "back" (func $back (param i32) (result i32)))
      (memory (export "memory") 1 2)
      (data (i32.const 8) "\\01\\23\\45\\67\\89\\ab\\cd\\ef\\00\\ff\\80\\7f")
      (global $fuel (export "fuel") (mut i32) (i32.const 0))
      ${TYPES.map((type) => {
        const exported = type === 'v128' ? '' : `(export "${type}")`;
        return `(global $g_${type} ${exported} (mut ${type}) (${constants(type)[1]!}))`;
      }).join('\n')}
      (table ${count + 3} funcref)
      (elem (i32.const 0) ${this.#functions.map((_, i) => `$f${i}`).join(' ')})
      ${bodies.join('\n')}
      (export "back" (func $f0))
      (export "f" (func $f${this.#functions.length - 1})))`;
  }

  #function(signature: Signature, index: number): string {
    this.#lines = [];
    this.#current = signature;
    this.#labels = [{ types: signature.results }];
    this.#budget = 30 + this.#random.below(120);
    this.#fuel();
    this.#statements(1 + this.#random.below(6));
    for (const type of signature.results) this.#expression(type, 3);
    const locals = TYPES.flatMap((type) => [
      `(local $c_${type} ${type})`,
      ...Array.from({ length: LOCALS_OF_EACH }, (_, i) => `(local $${type}_${i} ${type})`),
    ]);
    return `(func $f${index} ${signatureText(signature)} ${locals.join(' ')}
      ${this.#lines.join('\n')})`;
  }

  #types(most: number, from: readonly Type[] = TYPES): Type[] {
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#pick(from));
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)]!;
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0;
  }

  #emit(...lines: string[]): void {
    this.#lines.push(...lines);
    this.#budget -= lines.length;
  }

  #fuel(): void {
    this.#emit('global.get $fuel', 'i32.eqz', 'if', 'unreachable', 'end');
    this.#emit('global.get $fuel', 'i32.const 1', 'i32.sub', 'global.set $fuel');
  }

  #local(type: Type): string {
    const params = this.#current.params.flatMap((param, i) => (param === type ? [`${i}`] : []));
    const own = Array.from({ length: LOCALS_OF_EACH }, (_, i) => `$${type}_${i}`);
    return this.#pick([...params, ...own]);
  }

  /** One value of a type. */
  #expression(type: Type, depth: number): void {
    if (depth <= 0 || this.#budget <= 0) {
      this.#emit(this.#chance(2) ? this.#pick(constants(type)) : `local.get ${this.#local(type)}`);
      return;
    }
    switch (this.#random.below(14)) {
      case 0:
        this.#emit(this.#pick(constants(type)));
        return;
      case 1:
        this.#emit(`local.get ${this.#local(type)}`);
        return;
      case 2:
        this.#expression(type, depth - 1);
        this.#emit(`local.tee ${this.#local(type)}`);
        return;
      case 3:
        this.#emit(`global.get $g_${type}`);
        return;
      case 4:
        this.#address();
        this.#emit(memoryAccess(this.#pick(LOADS[type]), this.#random.below(20)));
        this.#canonical(type);
        return;
      case 5:
        this.#construct([type], depth - 1);
        return;
      case 6:
        this.#call([type], depth - 1);
        return;
      case 7:
        this.#expression(type, depth - 1);
        this.#expression(type, depth - 1);
        this.#expression('i32', depth - 1);
        this.#emit('select');
        return;
      case 8:
        if (type === 'i32') {
          this.#expression('i32', depth - 1);
          this.#emit('call $back');
          return;
        }
        this.#operation(type, depth);
        return;
      default:
        this.#operation(type, depth);
    }
  }

  #operation(type: Type, depth: number): void {
    const { name, operands, makesNan } = this.#pick(OPERATIONS[type]);
    // Instructions that can trap would end most programs early.
    const rare = /div|rem|trunc_f/.test(name) && !this.#chance(4);
    if (rare) {
      this.#expression(type, depth - 1);
      return;
    }
    for (const operand of operands) this.#expression(operand, depth - 1);
    this.#emit(name);
    if (makesNan === true) this.#canonical(type);
  }

  /** The bits of a NaN that arithmetic makes are the engine's choice: one choice for all. */
  #canonical(type: Type): void {
    if (type !== 'f32' && type !== 'f64') return;
    const copy = `$c_${type}`;
    this.#emit(`local.tee ${copy}`, `${type}.const nan`);
    this.#emit(`local.get ${copy}`, `local.get ${copy}`, `${type}.eq`, 'select');
  }

  #address(): void {
    this.#expression('i32', 1);
    if (!this.#chance(12)) this.#emit('i32.const 0xfff0', 'i32.and');
  }

  /** A block, loop or if that leaves values of these types. */
  #construct(results: readonly Type[], depth: number): void {
    const params = this.#types(2);
    for (const type of params) this.#expression(type, depth - 1);
    const shape = signatureText({ params, results });
    const kind = this.#pick(['block', 'loop', 'if'] as const);
    if (kind === 'if') this.#expression('i32', depth - 1);
    this.#emit(`${kind} ${shape}`);
    this.#labels.push({ types: kind === 'loop' ? params : results });
    this.#arm(kind === 'loop', params, results, depth);
    if (kind === 'if') {
      this.#emit('else');
      this.#arm(false, params, results, depth);
    }
    this.#labels.pop();
    this.#emit('end');
  }

  #arm(loop: boolean, params: readonly Type[], results: readonly Type[], depth: number): void {
    if (loop) this.#fuel();
    for (const type of [...params].reverse()) {
      this.#emit(this.#chance(3) ? 'drop' : `local.set ${this.#local(type)}`);
    }
    this.#statements(this.#random.below(3));
    for (const type of results) this.#expression(type, depth);
    if (loop || this.#chance(3)) this.#branchIf(loop ? 0 : undefined, results);
  }

  /** A conditional branch over operands that stay where they are. */
  #branchIf(to: number | undefined, below: readonly Type[]): void {
    const depth = to ?? this.#random.below(this.#labels.length);
    const { types } = this.#labels[this.#labels.length - 1 - depth]!;
    if (same(types, below) && this.#chance(2)) {
      this.#expression('i32', 2);
      this.#emit(`br_if ${depth}`);
      return;
    }
    for (const type of types) this.#expression(type, 1);
    this.#expression('i32', 2);
    this.#emit(`br_if ${depth}`);
    for (const _ of types) this.#emit('drop');
  }

  #statements(count: number): void {
    for (let i = 0; i < count && this.#budget > 0; i++) this.#statement();
  }

  #statement(): void {
    const type = this.#pick(TYPES);
    switch (this.#random.below(18)) {
      case 0:
      case 1:
      case 2:
        this.#expression(type, 3);
        this.#emit(`local.set ${this.#local(type)}`);
        return;
      case 3:
        this.#expression(type, 3);
        this.#emit(`global.set $g_${type}`);
        return;
      case 4:
      case 5:
        this.#address();
        this.#expression(type, 2);
        this.#emit(memoryAccess(this.#pick(STORES[type]), this.#random.below(20)));
        return;
      case 6: {
        const number = this.#pick(NUMBERS);
        this.#expression(number, 2);
        this.#emit(`call $log_${number}`);
        return;
      }
      case 7:
      case 8: {
        const types = this.#types(3);
        this.#construct(types, 2);
        for (const _ of types) this.#emit('drop');
        return;
      }
      case 9:
        this.#branchIf(undefined, []);
        return;
      case 10:
        this.#switch();
        return;
      case 11: {
        const types = this.#types(3);
        this.#call(types, 2);
        for (const _ of types) this.#emit('drop');
        return;
      }
      case 12:
        this.#bulk();
        return;
      case 13:
        this.#leave();
        return;
      case 14:
        this.#emit('nop');
        return;
      case 15:
      case 16:
        this.#overwrite(type);
        return;
      default:
        this.#expression(type, 3);
        this.#emit('drop');
    }
  }

  /** Writes a local that operands on the stack were read from, then uses those. */
  #overwrite(type: Type): void {
    const local = this.#local(type);
    const copies = 1 + this.#random.below(4);
    for (let i = 0; i < copies; i++) {
      if (this.#chance(3)) this.#expression(type, 1);
      else this.#emit(`local.get ${local}`);
    }
    this.#expression(type, 2);
    if (this.#chance(2)) this.#emit(`local.set ${local}`);
    else this.#emit(`local.tee ${local}`, 'drop');
    if (this.#chance(2)) this.#statements(1);
    for (let i = 0; i < copies; i++) {
      this.#emit(this.#chance(2) ? `global.set $g_${type}` : `local.set ${this.#local(type)}`);
    }
  }

  /** Nested blocks and a br_table to them, outer labels included where they take nothing. */
  #switch(): void {
    const cases = 1 + this.#random.below(3);
    for (let i = 0; i < cases; i++) {
      this.#emit('block');
      this.#labels.push({ types: [] });
    }
    const targets = this.#labels.flatMap(({ types }, i) =>
      types.length === 0 ? [this.#labels.length - 1 - i] : [],
    );
    this.#expression(this.#pick(TYPES), 1);
    this.#expression('i32', 2);
    const table = Array.from({ length: 1 + this.#random.below(4) }, () => this.#pick(targets));
    this.#emit(`br_table ${table.join(' ')}`);
    // Dead, and valid: the stack is polymorphic.
    if (this.#chance(2)) this.#statements(1);
    for (let i = 0; i < cases; i++) {
      this.#labels.pop();
      this.#emit('end');
      this.#statements(1);
    }
  }

  /** A call that leaves values of these types: of a function that has them, or else expressions. */
  #call(results: readonly Type[], depth: number): void {
    const callees = this.#functions.flatMap((f, i) => (same(f.results, results) ? [i] : []));
    if (callees.length === 0) {
      for (const type of results) this.#expression(type, depth - 1);
      return;
    }
    const index = this.#pick(callees);
    const callee = this.#functions[index]!;
    for (const type of callee.params) this.#expression(type, depth - 1);
    if (this.#chance(2)) {
      this.#emit(`call $f${index}`);
      return;
    }
    // Now and then another entry of the table, which may have another type or none.
    this.#emit(`i32.const ${this.#chance(6) ? this.#random.below(12) : index}`);
    this.#emit(`call_indirect ${signatureText(callee)}`);
  }

  #bulk(): void {
    this.#address();
    if (this.#chance(2)) this.#address();
    else this.#expression('i32', 1);
    this.#emit(`i32.const ${this.#random.below(40)}`);
    this.#emit(this.#chance(2) ? 'memory.copy' : 'memory.fill');
  }

  /** Leaves the function or a construct for good, now and then. */
  #leave(): void {
    this.#expression('i32', 2);
    this.#emit('if');
    this.#labels.push({ types: [] });
    const { results } = this.#current;
    const tail = this.#functions.findIndex((f) => same(f.results, results));
    switch (this.#random.below(4)) {
      case 0: {
        const depth = this.#random.below(this.#labels.length);
        const { types } = this.#labels[this.#labels.length - 1 - depth]!;
        for (const type of types) this.#expression(type, 1);
        this.#emit(`br ${depth}`);
        break;
      }
      case 1:
        this.#emit('memory.size', 'memory.grow', 'drop');
        break;
      case 2:
        if (tail >= 0) {
          for (const type of this.#functions[tail]!.params) this.#expression(type, 1);
          this.#emit(`return_call $f${tail}`);
          break;
        }
        this.#emit('nop');
        break;
      default:
        for (const type of results) this.#expression(type, 1);
        this.#emit('return');
    }
    if (this.#chance(3)) this.#statements(1);
    this.#labels.pop();
    this.#emit('end');
  }
}

function same(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

function signatureText({ params, results }: Signature): string {
  const words = (what: string, types: readonly Type[]) =>
    types.length === 0 ? '' : `(${what} ${types.join(' ')})`;
  return `${words('param', params)} ${words('result', results)}`;
}

/** A lane comes behind the offset. */
function memoryAccess(name: string, offset: number): string {
  const [instruction, lane = ''] = name.split(' ');
  return `${instruction} offset=${offset} align=1 ${lane}`;
}
