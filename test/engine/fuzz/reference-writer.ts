/** The part of the `wide` generator that writes instructions on references, structs and arrays. */
import type { NumberType, Type } from './expressions.ts';
import { StatementWriter } from './statement-writer.ts';
import {
  immediateText,
  TABLE_OPERATIONS,
  TABLE_STATEMENTS,
  type TableOperation,
} from './table-operations.ts';

/** Entries of the table of functions and of that of other references, at first. */
export const TABLE_SIZE = 8;
/** Bytes of each data segment, and functions of the element segment. */
export const SEGMENT_SIZE = 12;

export abstract class ReferenceWriter extends StatementWriter {
  protected override operation(type: NumberType, depth: number): void {
    switch (this.random.below(8)) {
      case 0:
      case 1:
        super.operation(type, depth);
        return;
      case 2:
        if (type === 'i32' || type === 'i64') {
          this.#integer(type, depth);
          return;
        }
        break;
    }
    const found = this.pick(TABLE_OPERATIONS[type]);
    const rare = /div_|rem_|\.trunc_f/.test(found.name) && !this.chance(4);
    if (rare) this.expression(type, depth - 1);
    else this.#fromTable(found, depth);
  }

  protected override store(type: NumberType): void {
    if (this.chance(3)) super.store(type);
    else this.#fromTable(this.pick(TABLE_STATEMENTS), 2);
  }

  #fromTable(operation: TableOperation, depth: number): void {
    const { name, operands, access, bytes, nans, results } = operation;
    const memory = this.chance(3) ? '$m1' : '$m0';
    if (access) this.#memoryAddress(memory, bytes > 1);
    for (const operand of operands) this.expression(operand, depth - 1);
    this.emit(`${name} ${immediateText(operation, access ? memory : '', this.random)}`);
    if (nans === 'scalar') this.canonical(results[0]!);
    else if (nans !== 'none') this.#canonicalLanes(nans);
  }

  /** The bits of a NaN that arithmetic makes are the engine's choice: one choice for all. */
  #canonicalLanes(shape: 'f32x4' | 'f64x2'): void {
    const copy = 'local.get $c_v128';
    const nans = `${shape} ${shape === 'f32x4' ? 'nan nan nan nan' : 'nan nan'}`;
    this.emit('local.tee $c_v128', `v128.const ${nans}`, copy, copy, `${shape}.eq`);
    this.emit('v128.bitselect');
  }

  /** Of a memory with 32-bit addresses, or of the one with 64-bit ones. */
  #memoryAddress(memory: string, aligned: boolean): void {
    this.address();
    if (aligned) this.emit(`i32.const ${this.chance(12) ? -1 : -16}`, 'i32.and');
    if (memory === '$m1') this.emit('i64.extend_i32_u');
  }

  /** What tells numbers of references, tables and memories. */
  #integer(type: 'i32' | 'i64', depth: number): void {
    const wide = type === 'i64';
    switch (this.random.below(14)) {
      case 0:
        this.solid('point');
        this.emit(wide ? 'struct.get $point 1' : 'struct.get $point 0');
        return;
      case 1:
        this.solid('point');
        this.emit(this.pick(['struct.get_s $point 2', 'struct.get_u $point 2']));
        break;
      case 2:
        this.solid('words');
        this.index();
        this.emit('array.get $words');
        break;
      case 3:
        this.#bytes();
        this.index();
        this.emit(this.pick(['array.get_s $bytes', 'array.get_u $bytes']));
        break;
      case 4:
        this.expression('words', depth - 1);
        this.emit(this.chance(5) ? 'array.len' : 'ref.is_null');
        break;
      case 5:
        this.expression(this.pick(['any', 'func', 'extern', 'point']), depth - 1);
        this.emit('ref.is_null');
        break;
      case 6:
        this.expression('point', depth - 1);
        this.expression(this.pick(['point', 'words']), depth - 1);
        this.emit('ref.eq');
        break;
      case 7:
        this.expression('any', depth - 1);
        this.emit(
          `ref.test (ref ${this.pick(['null $point', '$words', 'i31', 'null none', 'eq'])})`,
        );
        break;
      case 8:
        this.expression('i32', depth - 1);
        this.emit('ref.i31', this.pick(['i31.get_s', 'i31.get_u']));
        break;
      case 9:
        this.emit(this.pick(['table.size $t', 'table.size $tx', 'memory.size $m0']));
        break;
      case 10:
        this.expression('func', depth - 1);
        this.emit(`i32.const ${this.random.below(3)}`, 'table.grow $t');
        break;
      case 11:
        this.#memoryAddress('$m0', true);
        this.expression('i32', 1);
        this.emit('memory.atomic.notify $m0');
        break;
      case 12:
        this.emit(
          this.pick(['memory.size $m1', 'memory.size $m1', 'i64.const 1\nmemory.grow $m1']),
        );
        if (!wide) this.emit('i32.wrap_i64');
        return;
      default:
        this.#wait();
    }
    if (wide) this.emit('i64.extend_i32_s');
  }

  /** Gives up at once; where the memory is not shared it traps. */
  #wait(): void {
    this.#memoryAddress('$m0', true);
    if (this.chance(2)) this.emit('i32.const 0', 'i64.const 0', 'memory.atomic.wait32 $m0');
    else this.emit('i64.const 7', 'i64.const 0', 'memory.atomic.wait64 $m0');
  }

  protected override reference(type: Type, depth: number): void {
    if (depth <= 0) {
      this.emit(`local.get ${this.local(type)}`);
      return;
    }
    switch (type) {
      case 'any':
        this.#any(depth);
        return;
      case 'extern':
        this.#extern(depth);
        return;
      case 'func':
        this.#func();
        return;
      case 'point':
        this.#point(depth);
        return;
      case 'words':
        this.#words(depth);
        return;
      default:
        this.emit('ref.null exn');
    }
  }

  #any(depth: number): void {
    switch (this.random.below(6)) {
      case 0:
        this.expression('i32', depth - 1);
        this.emit('ref.i31');
        return;
      case 1:
        this.expression('point', depth - 1);
        return;
      case 2:
        this.expression('words', depth - 1);
        return;
      case 3:
        this.expression('extern', depth - 1);
        this.emit('any.convert_extern');
        return;
      case 4:
        this.solid('point');
        this.emit('struct.get $point 3');
        return;
      default:
        // Points go past the conversion.
        this.emit('block (result anyref)');
        this.expression('any', 0);
        this.emit(
          this.chance(2)
            ? 'br_on_cast 0 anyref (ref null $point)'
            : 'br_on_cast_fail 0 anyref (ref $words)',
        );
        this.emit('drop', 'i32.const 31', 'ref.i31', 'end');
    }
  }

  #extern(depth: number): void {
    if (this.chance(2)) {
      this.expression('any', depth - 1);
      this.emit('extern.convert_any');
      return;
    }
    this.index();
    this.emit('table.get $tx');
  }

  #func(): void {
    if (this.chance(3)) {
      this.index();
      this.emit('table.get $t');
      return;
    }
    this.emit(`ref.func $f${this.random.below(this.functions.length)}`);
  }

  #point(depth: number): void {
    switch (this.random.below(4)) {
      case 0:
        this.emit('struct.new_default $point');
        return;
      case 1:
        this.expression('any', depth - 1);
        if (this.chance(6)) {
          this.emit('ref.cast (ref null $point)');
          return;
        }
        this.emit('block (param anyref) (result (ref null $point))');
        this.emit('br_on_cast 0 anyref (ref null $point)', 'drop', 'ref.null $point', 'end');
        return;
      default:
        this.expression('i32', depth - 1);
        this.expression('i64', depth - 1);
        this.expression('i32', depth - 1);
        this.expression('any', depth - 1);
        this.emit('struct.new $point');
    }
  }

  #words(depth: number): void {
    switch (this.random.below(4)) {
      case 0:
        this.expression('i32', depth - 1);
        this.emit(`i32.const ${this.random.below(5)}`, 'array.new $words');
        return;
      case 1:
        this.emit(`i32.const ${this.random.below(5)}`, 'array.new_default $words');
        return;
      case 2:
        this.emit(`i32.const ${this.random.below(3)}`, `i32.const ${1 + this.random.below(2)}`);
        this.emit('array.new_data $words $d0');
        return;
      default:
        this.expression('i32', depth - 1);
        this.expression('i32', 0);
        this.emit('array.new_fixed $words 2');
    }
  }

  #bytes(): void {
    if (this.chance(2)) this.emit('i32.const 5', 'i32.const 4', 'array.new $bytes');
    else this.emit(`i32.const ${this.random.below(9)}`, 'i32.const 4', 'array.new_data $bytes $d1');
  }

  /** Most often within the bounds of what is short. */
  protected index(): void {
    if (this.chance(3)) {
      this.expression('i32', 1);
      this.emit('i32.const 3', 'i32.and');
    } else this.emit(`i32.const ${this.random.below(this.chance(6) ? 20 : 4)}`);
  }

  /** Of a local what is not null, or something new; now and then what may be null. */
  protected solid(type: 'point' | 'words'): void {
    const local = `local.get ${this.local(type)}`;
    const make =
      type === 'point' ? 'struct.new_default $point' : 'i32.const 4\narray.new_default $words';
    switch (this.random.below(8)) {
      case 0:
        this.emit(local);
        return;
      case 1:
        this.emit(local, 'ref.as_non_null');
        return;
      case 2:
      case 3:
        this.emit(`block (result (ref $${type}))`, 'block', local, 'br_on_null 0', 'br 1', 'end');
        this.emit(make, 'end');
        return;
      default:
        this.emit(`block (result (ref $${type}))`, local, 'br_on_non_null 0', make, 'end');
    }
  }
}
