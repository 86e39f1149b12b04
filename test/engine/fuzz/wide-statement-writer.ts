/** The part of the `wide` generator that writes what leaves no values: tables, segments, fields. */
import { isNumber } from './expressions.ts';
import { ReferenceWriter } from './reference-writer.ts';

export abstract class WideStatementWriter extends ReferenceWriter {
  protected override statement(): void {
    if (!this.chance(4)) {
      super.statement();
      return;
    }
    switch (this.random.below(16)) {
      case 0:
        this.solid('point');
        this.#field();
        return;
      case 1:
        this.solid('words');
        this.index();
        this.expression('i32', 2);
        this.emit('array.set $words');
        return;
      case 2:
        this.#arrayRange();
        return;
      case 3:
        this.emit(`i32.const ${this.random.below(4)}`, `i32.const ${this.random.below(3)}`);
        this.emit('array.new_elem $functions $e0', 'drop');
        return;
      case 4:
        this.index();
        this.expression('func', 2);
        this.emit('table.set $t');
        return;
      case 5:
        this.index();
        this.expression('extern', 2);
        this.emit('table.set $tx');
        return;
      case 6:
        this.index();
        this.expression('extern', 1);
        this.#count();
        this.emit('table.fill $tx');
        return;
      case 7:
        this.index();
        this.index();
        this.#count();
        this.emit('table.copy $t $t');
        return;
      case 8:
        this.index();
        this.index();
        this.#count();
        this.emit('table.init $t $e0');
        return;
      case 9:
        if (this.chance(4))
          this.emit(this.pick(['elem.drop $e0', 'data.drop $d0', 'data.drop $d1']));
        else this.emit('atomic.fence');
        return;
      case 10:
        this.address();
        this.index();
        this.#count();
        this.emit(`memory.init $m0 ${this.pick(['$d0', '$d1'])}`);
        return;
      case 11:
        this.#copyBetweenMemories();
        return;
      case 12:
      case 13:
        this.#callReference();
        return;
      default: {
        const type = this.pick(this.allTypes.filter((one) => !isNumber(one)));
        this.expression(type, 3);
        this.emit(`local.set ${this.local(type)}`);
      }
    }
  }

  #count(): void {
    this.emit(`i32.const ${this.random.below(4)}`);
  }

  #field(): void {
    const field = this.random.below(4);
    this.expression((['i32', 'i64', 'i32', 'any'] as const)[field]!, 2);
    this.emit(`struct.set $point ${field}`);
  }

  #arrayRange(): void {
    this.solid('words');
    this.index();
    switch (this.random.below(3)) {
      case 0:
        this.expression('i32', 1);
        this.#count();
        this.emit('array.fill $words');
        return;
      case 1:
        this.solid('words');
        this.index();
        this.#count();
        this.emit('array.copy $words $words');
        return;
      default:
        this.index();
        this.emit('i32.const 1', 'array.init_data $words $d0');
    }
  }

  #copyBetweenMemories(): void {
    this.address();
    if (this.chance(2)) {
      this.emit('i64.extend_i32_u');
      this.address();
      this.#count();
      this.emit('memory.copy $m1 $m0');
      return;
    }
    this.address();
    this.emit('i64.extend_i32_u');
    this.#count();
    this.emit('memory.copy $m0 $m1');
  }

  /** A call through a reference to a function, whose type is known or is found out. */
  #callReference(): void {
    const index = this.random.below(this.functions.length);
    const { params, results } = this.functions[index]!;
    for (const type of params) this.expression(type, 1);
    if (this.chance(2)) this.emit(`ref.func $f${index}`);
    else this.emit(`i32.const ${index}`, 'table.get $t', `ref.cast (ref $s${index})`);
    this.emit(`call_ref $s${index}`);
    for (const _ of results) this.emit('drop');
  }
}
