/** The part of the generator that writes what leaves no values. */
import { ExpressionWriter } from './expression-writer.ts';
import { isNumber, type NumberType, STORES, type Type } from './expressions.ts';
import { memoryAccess, NUMBERS, same } from './function-writer.ts';

export class StatementWriter extends ExpressionWriter {
  protected statements(count: number): void {
    for (let i = 0; i < count && this.budget > 0; i++) this.statement();
  }

  protected statement(): void {
    const type = this.pick(this.allTypes);
    switch (this.random.below(18)) {
      case 0:
      case 1:
      case 2:
        this.expression(type, 3);
        this.emit(`local.set ${this.local(type)}`);
        return;
      case 3:
        this.expression(type, 3);
        this.emit(`global.set $g_${type}`);
        return;
      case 4:
      case 5:
        this.store(isNumber(type) ? type : 'i32');
        return;
      case 6: {
        const number = this.pick(NUMBERS);
        this.expression(number, 2);
        this.emit(`call $log_${number}`);
        return;
      }
      case 7:
      case 8: {
        const types = this.types(3);
        this.construct(types, 2);
        for (const _ of types) this.emit('drop');
        return;
      }
      case 9:
        this.branchIf(undefined, []);
        return;
      case 10:
        this.switch();
        return;
      case 11: {
        const types = this.types(3);
        this.call(types, 2);
        for (const _ of types) this.emit('drop');
        return;
      }
      case 12:
        this.bulk();
        return;
      case 13:
        this.leave();
        return;
      case 14:
        this.emit('nop');
        return;
      case 15:
      case 16:
        this.overwrite(type);
        return;
      default:
        this.expression(type, 3);
        this.emit('drop');
    }
  }

  protected store(type: NumberType): void {
    this.address();
    this.expression(type, 2);
    this.emit(memoryAccess(this.pick(STORES[type]), this.random.below(20)));
  }

  /** Writes a local that operands on the stack were read from, then uses those. */
  protected overwrite(type: Type): void {
    const local = this.local(type);
    const copies = 1 + this.random.below(4);
    for (let i = 0; i < copies; i++) {
      if (this.chance(3)) this.expression(type, 1);
      else this.emit(`local.get ${local}`);
    }
    this.expression(type, 2);
    if (this.chance(2)) this.emit(`local.set ${local}`);
    else this.emit(`local.tee ${local}`, 'drop');
    if (this.chance(2)) this.statements(1);
    for (let i = 0; i < copies; i++) {
      this.emit(this.chance(2) ? `global.set $g_${type}` : `local.set ${this.local(type)}`);
    }
  }

  /** Nested blocks and a br_table to them, outer labels included where they take nothing. */
  protected switch(): void {
    const cases = 1 + this.random.below(3);
    for (let i = 0; i < cases; i++) {
      this.emit('block');
      this.labels.push({ types: [] });
    }
    const targets = this.labels.flatMap(({ types }, i) =>
      types.length === 0 ? [this.labels.length - 1 - i] : [],
    );
    this.expression(this.pick(this.allTypes), 1);
    this.expression('i32', 2);
    const table = Array.from({ length: 1 + this.random.below(4) }, () => this.pick(targets));
    this.emit(`br_table ${table.join(' ')}`);
    // Dead, and valid: the stack is polymorphic.
    if (this.chance(2)) this.statements(1);
    for (let i = 0; i < cases; i++) {
      this.labels.pop();
      this.emit('end');
      this.statements(1);
    }
  }

  protected bulk(): void {
    this.address();
    if (this.chance(2)) this.address();
    else this.expression('i32', 1);
    this.emit(`i32.const ${this.random.below(40)}`);
    this.emit(this.chance(2) ? 'memory.copy' : 'memory.fill');
  }

  /** Leaves the function or a construct for good, now and then. */
  protected leave(): void {
    this.expression('i32', 2);
    this.emit('if');
    this.labels.push({ types: [] });
    const { results } = this.current;
    const tail = this.functions.findIndex((f) => same(f.results, results));
    switch (this.random.below(5)) {
      case 0: {
        const depth = this.random.below(this.labels.length);
        const { types } = this.labels[this.labels.length - 1 - depth]!;
        for (const type of types) this.expression(type, 1);
        this.emit(`br ${depth}`);
        break;
      }
      case 1:
        this.emit('memory.size', 'memory.grow', 'drop');
        break;
      case 2:
        if (tail >= 0) {
          for (const type of this.functions[tail]!.params) this.expression(type, 1);
          this.emit(`return_call $f${tail}`);
          break;
        }
        this.emit('nop');
        break;
      case 3:
        this.deadEnd();
        break;
      default:
        for (const type of results) this.expression(type, 1);
        this.emit('return');
    }
    if (this.chance(3)) this.statements(1);
    this.labels.pop();
    this.emit('end');
  }
  /** A call behind which there is nothing but a trap; seldom, because that ends the program. */
  protected deadEnd(): void {
    this.emit('global.get $fuel', 'i32.const 3', 'i32.and', 'i32.eqz', 'if');
    this.labels.push({ types: [] });
    this.call(this.types(2), 1);
    this.emit('unreachable');
    this.labels.pop();
    this.emit('end');
  }
}
