/**
 * The `temporaries` profile: programs like those of `own`, in whose loops there is code as compilers
 * write it that do not optimize. Each value gets a local that nothing else writes, and many follow from
 * others: constants, comparisons, sums. Some of those may be read before, or follow from what another
 * arm or the last round has left, or have something in between that traps, branches or calls.
 */
import type { Scenario } from '../oracle/scenario.ts';
import { constants } from './expressions.ts';
import { Generator } from './generator.ts';
import { scenarioOf } from './program.ts';

type Integer = 'i32' | 'i64';

const INTEGERS: readonly Integer[] = ['i32', 'i32', 'i64'];
const ARITHMETIC = 'add sub mul and or xor shl shr_s shr_u rotl rotr'.split(' ');
const UNARY = ['clz', 'ctz', 'popcnt', 'extend8_s', 'extend16_s'];
const COMPARISONS = 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ');

export function temporariesScenario(seed: number): Scenario {
  return scenarioOf(`temporaries seed ${seed}`, new TemporariesGenerator(seed).module());
}

class TemporariesGenerator extends Generator {
  /** Of the function, by their types. */
  #temporaries: { readonly name: string; readonly type: Integer }[] = [];
  /** The last of them, written in the same code. */
  #recent = 0;
  #loops = 0;

  protected override locals(): string {
    const own = this.#temporaries.map(({ name, type }) => `(local ${name} ${type})`);
    const counters = Array.from({ length: this.#loops }, (_, i) => `(local $round${i} i32)`);
    this.#temporaries = [];
    this.#recent = 0;
    this.#loops = 0;
    return `${super.locals()} ${own.join(' ')} ${counters.join(' ')}`;
  }

  protected override statement(): void {
    switch (this.random.below(8)) {
      case 0:
        super.statement();
        return;
      case 1:
      case 2:
        if (this.#loops < 5) {
          this.#loop();
          return;
        }
    }
    this.#stretch();
  }

  #loop(): void {
    const counter = `$round${this.#loops++}`;
    const inner = this.labels.length;
    this.emit(`i32.const ${1 + this.random.below(4)}`, `local.set ${counter}`);
    this.emit('block', 'loop');
    this.labels.push({ types: [] }, { types: [] });
    // First, because anything may branch back to here.
    this.emit(`local.get ${counter}`, 'i32.eqz', 'br_if 1');
    this.emit(`local.get ${counter}`, 'i32.const 1', 'i32.sub', `local.set ${counter}`);
    for (let n = 1 + this.random.below(4); n > 0; n--) {
      if (this.chance(3)) {
        // In some rounds.
        this.emit(`local.get ${counter}`, `i32.const ${1 + this.random.below(3)}`, 'i32.and');
        this.emit('if');
        this.labels.push({ types: [] });
        this.#stretch();
        if (this.chance(3)) this.emit('else');
        if (this.chance(3)) this.#stretch();
        if (this.chance(4)) this.emit(`br ${this.labels.length - 1 - inner}`);
        this.labels.pop();
        this.emit('end');
      } else {
        this.statement();
      }
    }
    if (this.chance(2)) this.emit('br 0');
    else this.emit(`local.get ${counter}`, 'br_if 0');
    this.emit('end', 'end');
    this.labels.length = inner;
  }

  #stretch(): void {
    this.#recent = this.#temporaries.length;
    for (let n = 2 + this.random.below(5); n > 0; n--) {
      const type = this.pick(INTEGERS);
      if (this.chance(3)) this.#load(type);
      else if (this.chance(8)) this.expression(type, 2);
      else this.#pure(type, 1 + this.random.below(3));
      this.#define(type);
      switch (this.random.below(14)) {
        case 0:
          this.store('i32');
          break;
        case 1:
          this.emit('nop');
          break;
        case 2:
          this.#pure('i32', 1);
          this.emit('call $log_i32');
          break;
        case 3:
          this.#pure(type, 2);
          this.emit(`local.set ${this.local(type)}`);
      }
    }
    if (this.chance(3)) {
      this.#pure('i32', 1);
      this.emit('call $log_i32');
    }
  }

  #load(type: Integer): void {
    this.address();
    this.emit(`${type}.load offset=${this.random.below(20)} align=1`);
  }

  /** Gives the value on the stack a local of its own, or now and then one that has been written. */
  #define(type: Integer): void {
    const others = this.#temporaries.filter((other) => other.type === type);
    let name = `$t${this.#temporaries.length}`;
    if (others.length > 0 && this.chance(16)) name = this.pick(others).name;
    else this.#temporaries.push({ name, type });
    if (this.chance(6)) {
      this.emit(`local.tee ${name}`);
      this.#pure(type, 1);
      this.emit(`${type}.${this.pick(ARITHMETIC)}`);
      this.#define(type);
    } else {
      this.emit(`local.set ${name}`);
    }
  }

  /** What follows from constants and locals. */
  #pure(type: Integer, depth: number): void {
    if (depth === 0 || this.chance(5)) {
      this.#leaf(type);
      return;
    }
    switch (this.random.below(type === 'i32' ? 6 : 5)) {
      case 0:
        this.#pure(type, depth - 1);
        this.emit(`${type}.${this.pick(UNARY)}`);
        return;
      case 1: {
        const [other, name] =
          type === 'i32'
            ? (['i64', 'i32.wrap_i64'] as const)
            : (['i32', this.pick(['i64.extend_i32_s', 'i64.extend_i32_u'])] as const);
        this.#pure(other, depth - 1);
        this.emit(name);
        return;
      }
      case 5: {
        const operands = this.pick(INTEGERS);
        this.#pure(operands, depth - 1);
        if (this.chance(4)) {
          this.emit(`${operands}.eqz`);
          return;
        }
        this.#pure(operands, depth - 1);
        this.emit(`${operands}.${this.pick(COMPARISONS)}`);
        return;
      }
      default:
        this.#pure(type, depth - 1);
        this.#pure(type, depth - 1);
        this.emit(`${type}.${this.pick(ARITHMETIC)}`);
    }
  }

  #leaf(type: Integer): void {
    const all = this.#temporaries.filter((other) => other.type === type);
    const recent = this.#temporaries.slice(this.#recent).filter((other) => other.type === type);
    if (recent.length > 0 && !this.chance(4)) this.emit(`local.get ${this.pick(recent).name}`);
    else if (all.length > 0 && this.chance(4)) this.emit(`local.get ${this.pick(all).name}`);
    else if (this.chance(5)) this.emit(`local.get ${this.local(type)}`);
    else this.emit(this.pick([`${type}.const 0`, `${type}.const 1`, ...constants(type)]));
  }
}
