/** Constant expressions: initial values and offsets (core spec 3.0, sections 3.4.11 and 5.4.10). */

import type { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import { InstructionReader } from '../instructions.ts';
import { Op } from '../opcodes.ts';
import type { Range } from '../structure.ts';

/**
 * Finds the end of the constant expressions of one section. Structured instructions are refused, not
 * followed: none is constant, and without them the first `end` is the expression's.
 */
export class ConstExprReader {
  readonly #input: ByteReader;
  readonly #instructions: InstructionReader;

  /** Reads from where `input` stands; the section must end at `input.end`. */
  constructor(input: ByteReader) {
    this.#input = input;
    this.#instructions = new InstructionReader(input.source, input.offset, input.end);
  }

  /** Moves the input behind the expression and returns its range, the `end` included. */
  skip(): Range {
    const start = this.#input.offset;
    const instructions = this.#instructions;
    instructions.seek(start);
    while (instructions.read()) {
      const { op, info, next } = instructions;
      if (op === Op.end) {
        this.#input.offset = next;
        return { start, end: next };
      }
      if (info.immediate === 'block' || info.immediate === 'try-table' || op === Op.else) {
        throw new WasmError(`${info.name} is not constant`, instructions.pc);
      }
    }
    throw new WasmError('unexpected end of a constant expression', this.#input.end);
  }
}
