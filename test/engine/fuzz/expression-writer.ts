/** The part of the generator that writes what leaves values. */
import {
  constants,
  isNumber,
  LOADS,
  type NumberType,
  OPERATIONS,
  type Type,
  typeText,
} from './expressions.ts';
import { FunctionWriter, memoryAccess, same, signatureText } from './function-writer.ts';

export abstract class ExpressionWriter extends FunctionWriter {
  /** What the arms of constructs begin with; of these the subclass knows. */
  protected abstract statements(count: number): void;

  /** One value of a type. */
  protected expression(type: Type, depth: number): void {
    if (depth <= 0 || this.budget <= 0) {
      this.emit(this.chance(2) ? this.pick(constants(type)) : `local.get ${this.local(type)}`);
      return;
    }
    switch (this.random.below(14)) {
      case 0:
        this.emit(this.pick(constants(type)));
        return;
      case 1:
        this.emit(`local.get ${this.local(type)}`);
        return;
      case 2:
        this.expression(type, depth - 1);
        this.emit(`local.tee ${this.local(type)}`);
        return;
      case 3:
        this.emit(`global.get $g_${type}`);
        return;
      case 4:
        if (!isNumber(type)) {
          this.reference(type, depth);
          return;
        }
        this.address();
        this.emit(memoryAccess(this.pick(LOADS[type]), this.random.below(20)));
        this.canonical(type);
        return;
      case 5:
        this.construct([type], depth - 1);
        return;
      case 6:
        this.call([type], depth - 1);
        return;
      case 7:
        this.expression(type, depth - 1);
        this.expression(type, depth - 1);
        this.expression('i32', depth - 1);
        this.emit(isNumber(type) ? 'select' : `select (result ${typeText(type)})`);
        return;
      case 8:
        if (type === 'i32') {
          this.expression('i32', depth - 1);
          this.emit('call $back');
          return;
        }
        this.operate(type, depth);
        return;
      default:
        this.operate(type, depth);
    }
  }

  private operate(type: Type, depth: number): void {
    if (isNumber(type)) this.operation(type, depth);
    else this.reference(type, depth);
  }

  /** A reference that an instruction makes; only those who have such types are asked for one. */
  protected reference(type: Type, _depth: number): void {
    throw new Error(`no instructions for ${type}`);
  }

  protected operation(type: NumberType, depth: number): void {
    const { name, operands, makesNan } = this.pick(OPERATIONS[type]);
    // Instructions that can trap would end most programs early.
    const rare = /div|rem|trunc_f/.test(name) && !this.chance(4);
    if (rare) {
      this.expression(type, depth - 1);
      return;
    }
    for (const operand of operands) this.expression(operand, depth - 1);
    this.emit(name);
    if (makesNan === true) this.canonical(type);
  }

  /** The bits of a NaN that arithmetic makes are the engine's choice: one choice for all. */
  protected canonical(type: Type): void {
    if (type !== 'f32' && type !== 'f64') return;
    const copy = `$c_${type}`;
    this.emit(`local.tee ${copy}`, `${type}.const nan`);
    this.emit(`local.get ${copy}`, `local.get ${copy}`, `${type}.eq`, 'select');
  }

  protected address(): void {
    this.expression('i32', 1);
    if (!this.chance(12)) this.emit('i32.const 0xfff0', 'i32.and');
  }

  /** A block, loop or if that leaves values of these types. */
  protected construct(results: readonly Type[], depth: number): void {
    const params = this.types(2);
    for (const type of params) this.expression(type, depth - 1);
    const shape = signatureText({ params, results });
    const kind = this.pick(['block', 'loop', 'if'] as const);
    if (kind === 'if') this.expression('i32', depth - 1);
    this.emit(`${kind} ${shape}`);
    this.labels.push({ types: kind === 'loop' ? params : results });
    this.arm(kind === 'loop', params, results, depth);
    if (kind === 'if') {
      this.emit('else');
      this.arm(false, params, results, depth);
    }
    this.labels.pop();
    this.emit('end');
  }

  protected arm(
    loop: boolean,
    params: readonly Type[],
    results: readonly Type[],
    depth: number,
  ): void {
    if (loop) this.fuel();
    for (const type of [...params].reverse()) {
      this.emit(this.chance(3) ? 'drop' : `local.set ${this.local(type)}`);
    }
    this.statements(this.random.below(3));
    for (const type of results) this.expression(type, depth);
    if (loop || this.chance(3)) this.branchIf(loop ? 0 : undefined, results);
  }

  /** A conditional branch over operands that stay where they are. */
  protected branchIf(to: number | undefined, below: readonly Type[]): void {
    const depth = to ?? this.random.below(this.labels.length);
    const { types } = this.labels[this.labels.length - 1 - depth]!;
    if (same(types, below) && this.chance(2)) {
      this.expression('i32', 2);
      this.emit(`br_if ${depth}`);
      return;
    }
    for (const type of types) this.expression(type, 1);
    this.expression('i32', 2);
    this.emit(`br_if ${depth}`);
    for (const _ of types) this.emit('drop');
  }

  /** A call that leaves values of these types: of a function that has them, or else expressions. */
  protected call(results: readonly Type[], depth: number): void {
    const callees = this.functions.flatMap((f, i) => (same(f.results, results) ? [i] : []));
    if (callees.length === 0) {
      for (const type of results) this.expression(type, depth - 1);
      return;
    }
    const index = this.pick(callees);
    const callee = this.functions[index]!;
    for (const type of callee.params) this.expression(type, depth - 1);
    if (this.chance(2)) {
      this.emit(`call $f${index}`);
      return;
    }
    // Now and then another entry of the table, which may have another type or none.
    this.emit(`i32.const ${this.chance(6) ? this.random.below(12) : index}`);
    this.emit(`call_indirect ${signatureText(callee)}`);
  }
}
