/**
 * Random functions whose accesses conditions and counted rounds keep in bounds, or just not: loops of
 * all steps and bounds, values that are compared with others, and arms that do not come to their end.
 */
import { Random } from './random.ts';

const LOCALS = ['$p', '$i', '$j', '$k'];
const BOUNDS = [0, 1, 10, 36, 100, 101, 236, 255, -1, 0x7fff_ffff];
const STEPS = [1, 1, 1, 2, 3, 4, 9, -1, -1, -2, -0x8000_0000];
/** Such that with the bounds they reach the end of a page. */
const OFFSETS = [0, 4, 65_136, 65_281, 65_300, 65_435, 65_436, 65_500, 65_526, 65_535];
const ORDERS = ['lt', 'gt', 'le', 'ge'].flatMap((order) => [
  `${order}_s`,
  `${order}_u`,
  `${order}_u`,
]);
const DEEPEST = 3;
const PAGE = 65_536;
/** All loops end. */
const FUEL = `(global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
  (br_if $done (i32.le_s (global.get $fuel) (i32.const 0)))`;

/** The text of a module with one function per seed, `f0` and so on: of a number, returns a sum. */
export function rangeModule(seeds: readonly number[]): string {
  const functions = seeds.map((seed, i) => new Writer(new Random(seed)).func(`f${i}`));
  return `(module (memory (export "memory") 1 2)
    (global $sum (mut i32) (i32.const 0)) (global $fuel (mut i32) (i32.const 0))
    (func $nothing)
    ${functions.join('\n')})`;
}

class Writer {
  readonly #random: Random;
  /** By the latest condition. */
  #compared = { local: '$p', bound: 0 };
  #depth = 0;
  #labels = 0;
  /** What locals may be at most about here. */
  #edges: { readonly local: string; readonly edge: number; readonly step: number }[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  func(name: string): string {
    return `(func (export "${name}") (param $p i32) (result i32) (local $i i32) (local $j i32) (local $k i32)
      (global.set $sum (i32.const 0)) (global.set $fuel (i32.const 400))
      (block $done ${this.#statements(6)})
      (global.get $sum))`;
  }

  #statements(count: number): string {
    return Array.from({ length: count }, () => this.#statement()).join('\n');
  }

  #statement(): string {
    const choice = this.#random.below(this.#depth < DEEPEST ? 20 : 9);
    if (choice < 5) return this.#access();
    if (choice < 7) return `(local.set ${this.#local()} ${this.#value()})`;
    if (choice < 8) return this.#step();
    if (choice < 9) return this.#random.below(3) === 0 ? '(call $nothing)' : '(nop)';
    this.#depth++;
    const statement = choice < 14 ? this.#loop() : choice < 17 ? this.#if() : this.#block();
    this.#depth--;
    return statement;
  }

  #step(): string {
    const local = this.#local();
    return `(local.set ${local} (i32.add (local.get ${local}) (i32.const ${this.#pick(STEPS)})))`;
  }

  #access(): string {
    if (this.#edges.length > 0 && this.#random.below(4) > 0) return this.#accessAtEdge();
    const offset = this.#pick(OFFSETS);
    const address = this.#random.below(2) === 0 ? `(local.get ${this.#local()})` : this.#value();
    if (this.#random.below(4) === 0)
      return `(i32.store8 offset=${offset} ${address} (i32.const 7))`;
    return `(global.set $sum (i32.add (i32.mul (global.get $sum) (i32.const 31))
      (i32.add (local.get $i) (i32.load8_u offset=${offset} ${address}))))`;
  }

  /** Such that a number or a step more makes it trap, or less. */
  #accessAtEdge(): string {
    const { local, edge, step } = this.#pick(this.#edges);
    const offset = PAGE - 1 - edge + this.#pick([0, 0, 0, 1, -1, step, -step]);
    if (offset < 0 || offset > PAGE) return '(nop)';
    return `(global.set $sum (i32.add (global.get $sum) (i32.load8_u offset=${offset} (local.get ${local}))))`;
  }

  /** Mostly counted by the comparison at its end, which is sometimes in a block, or not alone. */
  #loop(): string {
    const label = `$l${this.#labels++}`;
    const local = this.#local();
    const step = this.#pick(STEPS);
    const order = this.#random.below(2) === 0 ? 'ne' : this.#pick(ORDERS);
    const start = this.#pick([0, 0, 0, 2, 100, 36, 9]);
    const rounds = 1 + this.#random.below(12);
    const bound = start + step * rounds + this.#pick([0, 0, 0, 1]);
    const next = `(i32.add (local.get ${local}) (i32.const ${step}))`;
    const latch =
      this.#random.below(4) > 0
        ? `(br_if ${label} (i32.${order} (local.tee ${local} ${next}) (i32.const ${bound | 0})))`
        : `(local.set ${local} ${next}) ${this.#few()}
           (br_if ${label} (i32.${order} (local.get ${local}) (i32.const ${bound | 0})))`;
    const shape = this.#random.below(12);
    const repeats = shape === 0 ? `(br_if ${label} ${this.#condition()})` : '';
    const other = this.#local();
    const otherStep = this.#pick([1, 4, 10, -1]);
    const otherStart = this.#random.below(20);
    const outside = this.#edges;
    const edges = [
      { local, edge: step > 0 ? start + step * (rounds - 1) : start, step },
      {
        local: other,
        edge: otherStart + Math.max(0, otherStep) * (rounds - 1),
        step: otherStep,
      },
    ];
    this.#edges = [...outside, ...edges];
    const grows = `(local.set ${other} (i32.add (local.get ${other}) (i32.const ${otherStep})))`;
    const sometimes = this.#pick([
      grows,
      grows,
      `(if ${this.#condition()} (then ${grows}))`,
      `(block $s${label} (br_if $s${label} ${this.#condition()}) ${grows})`,
      `(loop $s${label} ${grows} ${FUEL} (br_if $s${label} (i32.and (local.get ${other}) (i32.const 1))))`,
    ]);
    const body = `${this.#few()} ${this.#access()} ${repeats} ${sometimes} ${this.#few()}`;
    this.#edges = outside;
    return `${shape === 1 ? '' : `(local.set ${local} (i32.const ${start}))`}
      ${other === local ? '' : `(local.set ${other} (i32.const ${otherStart}))`}
      (loop ${label}
        ${FUEL}
        ${body}
        ${shape === 2 ? `(block ${latch})` : shape === 3 ? `(loop ${latch})` : latch})`;
  }

  #if(): string {
    const condition = this.#condition();
    const then = `${this.#few()} ${this.#near()} ${this.#leave()}`;
    const other = this.#random.below(2) === 0 ? `(else ${this.#near()} ${this.#few()})` : '';
    return `(if ${condition} (then ${then}) ${other}) ${this.#near()}`;
  }

  #block(): string {
    const label = `$b${this.#labels++}`;
    const leave = (): string => `(br_if ${label} ${this.#condition()})`;
    const first = leave();
    const near = this.#near();
    const more = this.#random.below(3) === 0 ? leave() : '';
    return `(block ${label} ${first} ${near} ${this.#few()} ${more} ${this.#near()} ${this.#leave()})
      ${this.#near()}`;
  }

  /** Sometimes, nothing comes to the end of an arm. */
  #leave(): string {
    return this.#random.below(3) === 0
      ? `(local.set ${this.#local()} (i32.const 3)) (br $done)`
      : '';
  }

  /** An access at what has been compared. */
  #near(): string {
    const offset = PAGE - 1 - this.#compared.bound + this.#pick([-1, 0, 0, 1, 1]);
    if (offset < 0 || offset > PAGE) return this.#access();
    return `(global.set $sum (i32.add (global.get $sum)
      (i32.load8_u offset=${offset} (local.get ${this.#compared.local}))))`;
  }

  #few(): string {
    return this.#statements(this.#random.below(3));
  }

  #condition(): string {
    const bound = this.#pick(BOUNDS);
    const right =
      this.#random.below(3) === 0 ? `(local.get ${this.#local()})` : `(i32.const ${bound})`;
    const local = this.#local();
    const left = this.#random.below(4) === 0 ? this.#value() : `(local.get ${local})`;
    this.#compared = { local, bound };
    const condition = `(i32.${this.#pick(ORDERS)} ${left} ${right})`;
    const around = this.#random.below(6);
    if (around === 0) return `(i32.eqz ${condition})`;
    if (around === 1) return `(i32.and ${condition} (i32.const 1))`;
    return condition;
  }

  #value(): string {
    const local = `(local.get ${this.#local()})`;
    switch (this.#random.below(6)) {
      case 0:
        return `(i32.const ${this.#pick(BOUNDS)})`;
      case 1:
        return `(i32.and ${local} (i32.const 255))`;
      case 2:
        return `(i32.add ${local} (local.get ${this.#local()}))`;
      case 3:
        return `(i32.shl ${local} (i32.const 1))`;
      default:
        return `(i32.add ${local} (i32.const ${this.#pick([1, 2, 8, -1, -8, 65_300])}))`;
    }
  }

  #local(): string {
    return this.#pick(LOCALS);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)]!;
  }
}
