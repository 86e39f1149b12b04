/**
 * Random modules that end: every function entry and loop header takes from a supply of fuel, and
 * traps when there is none. Written in the stack form of the text format, where operands can lie
 * below every kind of construct: shapes that are hard for the engine are common here, and Binaryen's
 * generator (`binaryen.ts`), which knows many more instructions, writes trees and has none of them.
 */
import { Random } from '../random.ts';
import { constants, TYPES } from './expressions.ts';
import { LOCALS_OF_EACH, NUMBERS, type Signature, signatureText } from './function-writer.ts';
import { StatementWriter } from './statement-writer.ts';

export function randomModule(seed: number): string {
  return new Generator(seed).module();
}

export class Generator extends StatementWriter {
  constructor(seed: number) {
    super(new Random(seed));
  }

  module(): string {
    const count = 2 + this.random.below(5);
    // The first is what the host calls back with a number.
    this.functions.push({ params: ['i32'], results: ['i32'] });
    while (this.functions.length < count) {
      this.functions.push({ params: this.types(3), results: this.types(3) });
    }
    this.functions.push({ params: ['i32', 'i64'], results: this.types(2, NUMBERS) });
    const bodies = this.functions.map((signature, i) => this.#function(signature, i));
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
      (elem (i32.const 0) ${this.functions.map((_, i) => `$f${i}`).join(' ')})
      ${bodies.join('\n')}
      (export "back" (func $f0))
      (export "f" (func $f${this.functions.length - 1})))`;
  }

  #function(signature: Signature, index: number): string {
    this.lines = [];
    this.current = signature;
    this.labels = [{ types: signature.results }];
    this.budget = 30 + this.random.below(120);
    this.fuel();
    this.statements(1 + this.random.below(6));
    for (const type of signature.results) this.expression(type, 3);
    return `(func $f${index} ${signatureText(signature)} ${this.locals()}
      ${this.lines.join('\n')})`;
  }

  /** Of the function whose instructions have been written. */
  protected locals(): string {
    return TYPES.flatMap((type) => [
      `(local $c_${type} ${type})`,
      ...Array.from({ length: LOCALS_OF_EACH }, (_, i) => `(local $${type}_${i} ${type})`),
    ]).join(' ');
  }
}
