/**
 * What the i32 and i64 values of locals and operands have in common: each is a base, which nothing is
 * known of, and a constant that is added to it, modulo 2^32 or 2^64. Two accesses at the same base
 * differ by a number that is known.
 *
 * A value is a number here; the same number, the same value, but not the other way round. It means
 * what it means in the present round of the loops around.
 */
import { Op } from '../../wasm/opcodes.ts';
import { type Comparison, comparisonOf, opposite, tells } from './comparison.ts';
import type { Dominance } from './dominance.ts';
import { boundsOf, type Entry, type Induction, type LoopBounds } from './induction.ts';
import { CONSTANT, type OperandStack } from './operands.ts';
import { smallConstant } from './small-constant.ts';
import { MOST_BASES, NONE, ValueColumns, ZERO } from './value-columns.ts';
import { mostOf, ValueRanges } from './value-ranges.ts';

const MOST_I32 = 0xffff_ffff;

export interface AddressValuesContext {
  readonly bytes: Uint8Array;
  readonly operands: OperandStack;
  readonly dominance: Dominance;
  /** Number of the function's own. */
  readonly locals: number;
  /** Follow sums and copies; else only locals that are written once are known again. */
  readonly sums: boolean;
  /** Learn from conditions how large values are. */
  readonly ranges: boolean;
}

export class AddressValues {
  readonly #context: AddressValuesContext;
  readonly #columns = ValueColumns.take();
  /** By local: its value, and since when. */
  readonly #values: number[];
  readonly #times: number[];
  /** By global: the same, of those that have been asked for since something may have written any. */
  #globals: Map<number, { readonly value: number; readonly time: number }> | undefined;
  /** How often something may have written any global: a call, or whoever is stopped at. */
  othersRan = 0;
  /** What locals were before each write: local, value, since when, and the time of the write. */
  readonly #log: number[] = [];
  /** By value: what it says if it is not 0. */
  #comparisons: Map<number, Comparison> | undefined;
  readonly #ranges: ValueRanges;

  constructor(context: AddressValuesContext) {
    this.#context = context;
    this.#ranges = new ValueRanges(context.dominance);
    this.#values = new Array<number>(context.locals).fill(NONE);
    this.#times = new Array<number>(context.locals).fill(0);
  }

  /** The version has been emitted, and nothing is asked any more. */
  release(): void {
    this.#columns.release();
  }

  base(value: number): number {
    return this.#columns.bases[value]!;
  }

  constant(value: number): number {
    return this.#columns.constants[value]!;
  }

  /** What a value is at most, unsigned; infinity if nothing is known. */
  most(value: number): number {
    const most = this.#columns.mosts[value]!;
    return Math.min(
      most,
      this.#ranges.most(this.#columns.bases[value]!, this.#columns.constants[value]!),
    );
  }

  /** The value of the operand at a height. */
  operand(height: number): number {
    const known = this.#known(height);
    if (known !== NONE) return known;
    const { operands } = this.#context;
    const source = operands.sources[height]!;
    if (source >= 0) return this.#local(source);
    const value = this.#columns.fresh();
    operands.values[height] = value;
    return value;
  }

  /** The value of a local. */
  local(local: number): number {
    const known = this.#knownLocal(local);
    return known === NONE ? this.#local(local) : known;
  }

  /** A value that nothing is known of. */
  unknown(): number {
    return this.#columns.fresh();
  }

  /** A local gets the operand on top, before it is popped. */
  write(local: number): void {
    const { operands, sums } = this.#context;
    this.#set(local, sums ? this.#known(operands.height - 1) : NONE);
  }

  /** The value of an i32 global. */
  global(index: number): number {
    const known = this.#globals?.get(index);
    if (known !== undefined && this.#context.dominance.holds(known.time)) return known.value;
    const value = this.#columns.fresh();
    this.#noteGlobal(index, value);
    return value;
  }

  /** A global gets the operand on top. */
  writeGlobal(index: number): void {
    const { operands, sums } = this.#context;
    this.#globals?.delete(index);
    if (sums) this.#noteGlobal(index, this.operand(operands.height - 1));
  }

  #noteGlobal(index: number, value: number): void {
    this.#globals ??= new Map();
    this.#globals.set(index, { value, time: this.#context.dominance.tick() });
  }

  /** One of the globals is written; undefined: any. */
  forgetGlobal(index: number | undefined): void {
    if (index === undefined) this.#globals = undefined;
    else this.#globals?.delete(index);
  }

  /** Other code may have run, and written all globals. */
  forgetGlobals(): void {
    this.#globals = undefined;
    this.othersRan++;
  }

  /** The value of an i32. */
  absolute(constant: number): number {
    return this.#columns.add(ZERO, constant | 0, Infinity);
  }

  /** A value and a constant that is added to it. */
  plus(value: number, by: number): number {
    return by === 0 ? value : this.#offset(value, by, Op.i32Add);
  }

  /** A local may have been written. */
  forget(local: number): void {
    this.#set(local, NONE);
  }

  /** What has been written after a time has never happened here: control comes from before. */
  undoAfter(time: number): void {
    const log = this.#log;
    while (log.length > 0 && log[log.length - 1]! > time) {
      log.pop();
      const since = log.pop()!;
      const value = log.pop()!;
      const local = log.pop()!;
      this.#values[local] = value;
      this.#times[local] = since;
    }
  }

  #set(local: number, value: number): void {
    const { dominance, ranges } = this.#context;
    const time = dominance.tick();
    if (ranges) this.#log.push(local, this.#values[local]!, this.#times[local]!, time);
    this.#values[local] = value;
    this.#times[local] = time;
  }

  /** A loop begins: what is known of its rounds, to be told behind its header. */
  enteringLoop(induction: Induction | undefined): LoopBounds | undefined {
    if (induction === undefined || !this.#context.ranges) return undefined;
    return boundsOf(induction, (local) => this.#entry(local));
  }

  /** A local that may have been written is no more than this, unsigned. */
  bound(local: number, most: number): void {
    this.#set(local, this.#columns.add(this.#columns.count, 0, most));
  }

  #entry(local: number): Entry {
    const value = this.#knownLocal(local);
    const isConstant = this.#columns.bases[value] === ZERO;
    return {
      most: this.most(value),
      exactly: isConstant ? this.#columns.constants[value]! >>> 0 : undefined,
    };
  }

  /** The condition on top, before it is popped, for {@link tested}. */
  condition(): number {
    return this.#context.ranges ? this.#known(this.#context.operands.height - 1) : NONE;
  }

  /** A condition has been tested; what that says of values holds from here on. */
  tested(condition: number, isTrue: boolean): void {
    const comparison = this.#comparisons?.get(condition);
    if (comparison === undefined) return;
    const { small, large, strict } = isTrue ? comparison : opposite(comparison);
    const most = this.most(large) - (strict ? 1 : 0);
    if (most < 0 || this.#columns.bases[small] === ZERO || most >= this.most(small)) return;
    this.#ranges.note(this.#columns.bases[small]!, this.#columns.constants[small]!, most);
  }

  /** What an instruction makes of the operands on top, before it is applied; NONE if nothing is known. */
  result(op: number): number {
    if (!this.#context.sums) return NONE;
    if (op >= Op.i32Eqz && op <= Op.i32GeU) return this.#compared(op);
    switch (op) {
      case Op.i32Add: {
        const sum = this.#sum(op);
        return sum === NONE ? this.#computed(op) : sum;
      }
      case Op.i32Sub:
      case Op.i64Add:
      case Op.i64Sub:
        return this.#sum(op);
      default:
        return this.#computed(op);
    }
  }

  /** Of a comparison of i32; NONE if it tells nothing. */
  #compared(op: number): number {
    const top = this.#context.operands.height - 1;
    if (op === Op.i32Eqz) {
      const comparison = this.#comparisons?.get(this.#known(top));
      return comparison === undefined ? NONE : this.#compares(opposite(comparison));
    }
    if (!this.#context.ranges) return NONE;
    const left = this.most(this.#known(top - 1));
    const right = this.most(this.#known(top));
    if (!tells(op, left, right)) return NONE;
    return this.#compares(comparisonOf(op, this.operand(top - 1), this.operand(top)));
  }

  #compares(comparison: Comparison): number {
    const value = this.#upTo(1);
    this.#comparisons ??= new Map();
    this.#comparisons.set(value, comparison);
    return value;
  }

  /** Of an i32 instruction. */
  #computed(op: number): number {
    if (op === Op.i32Load8U) return this.#upTo(0xff);
    if (op === Op.i32Load16U) return this.#upTo(0xffff);
    const top = this.#context.operands.height - 1;
    const right = this.#known(top);
    const by = this.#columns.bases[right] === ZERO ? this.#columns.constants[right] : undefined;
    // Of a load there is no other operand.
    const left = top > 0 ? this.#known(top - 1) : NONE;
    // Unoptimized code makes sure that a condition is 0 or 1.
    if (op === Op.i32And && by === 1 && this.#comparisons?.has(left) === true) return left;
    const most = mostOf(op, this.most(left), this.most(right), by);
    if (op === Op.i32Add) return this.#added(this.operand(top - 1), this.operand(top), most);
    if (by !== undefined && (op === Op.i32Shl || op === Op.i32Mul)) {
      return this.#multiplied(this.operand(top - 1), op === Op.i32Mul ? by : 1 << (by & 31), most);
    }
    return this.#upTo(most);
  }

  #upTo(most: number): number {
    return most <= MOST_I32 ? this.#columns.add(this.#columns.count, 0, most) : NONE;
  }

  #added(left: number, right: number, most: number): number {
    const a = this.#columns.bases[left]!;
    const b = this.#columns.bases[right]!;
    if (a >= MOST_BASES || b >= MOST_BASES) return this.#upTo(most);
    const base = this.#columns.sumOf(a, b);
    return this.#columns.add(
      base,
      (this.#columns.constants[left]! + this.#columns.constants[right]!) | 0,
      most,
    );
  }

  #multiplied(value: number, factor: number, most: number): number {
    const constant = Math.imul(this.#columns.constants[value]!, factor);
    const from = this.#columns.bases[value]!;
    if (from >= MOST_BASES) return this.#upTo(most);
    if (from === ZERO) return this.#columns.add(ZERO, constant, most);
    const base = this.#columns.productOf(from, factor);
    return this.#columns.add(base, constant, most);
  }

  #sum(op: number): number {
    const { operands } = this.#context;
    const top = operands.height - 1;
    const right = this.#known(top);
    const isSum = op === Op.i32Add || op === Op.i64Add;
    if (right !== NONE && this.#columns.bases[right] === ZERO) {
      const by = this.#columns.constants[right]!;
      return this.#offset(this.operand(top - 1), isSum ? by : -by, op);
    }
    if (!isSum) return NONE;
    const left = this.#known(top - 1);
    if (left === NONE || this.#columns.bases[left] !== ZERO) return NONE;
    return this.#offset(this.operand(top), this.#columns.constants[left]!, op);
  }

  #offset(value: number, by: number, op: number): number {
    const constant = this.#columns.constants[value]! + by;
    const isWide = op === Op.i64Add || op === Op.i64Sub;
    if (isWide && constant !== (constant | 0)) return NONE;
    const most = this.most(value) + by;
    const isBounded = by >= 0 && most <= MOST_I32;
    return this.#columns.add(
      this.#columns.bases[value]!,
      constant | 0,
      isBounded ? most : Infinity,
    );
  }

  /** The value of an operand if it has one already. */
  #known(height: number): number {
    const { operands } = this.#context;
    const source = operands.sources[height]!;
    if (source >= 0) return this.#knownLocal(source);
    if (source !== CONSTANT) return operands.values[height]!;
    const constant = smallConstant(this.#context.bytes, operands.starts[height]!);
    if (constant === undefined) return NONE;
    return this.#columns.add(ZERO, constant, constant >= 0 ? constant : Infinity);
  }

  #knownLocal(local: number): number {
    const value = this.#values[local]!;
    if (value === NONE) return NONE;
    return this.#context.dominance.holds(this.#times[local]!) ? value : NONE;
  }

  #local(local: number): number {
    const { dominance } = this.#context;
    // It is what it has been since it was written, or may have been.
    this.#times[local] = dominance.since(this.#times[local]!);
    const value = this.#columns.fresh();
    this.#values[local] = value;
    return value;
  }
}
