/**
 * Where a module's functions begin. Made when it is asked for first: many modules have tens of
 * thousands of functions, and this code is interpreted.
 */

import { ByteReader } from '../../../../src/wasm/byte-reader.ts';
import { WasmError } from '../../../../src/wasm/error.ts';
import { readValType } from '../../../../src/wasm/type-codec.ts';
import type { Outline } from './outline.ts';

/** Byte offsets in the module. */
export interface FunctionBody {
  /** Of the locals' declarations: a function's address to DWARF and to LLDB. */
  readonly start: number;
  readonly firstInstruction: number;
  readonly end: number;
}

export class Functions {
  readonly #bytes: Uint8Array;
  readonly #outline: Outline;
  /** Starts of the bodies, in ascending order; then the end of the last one. */
  #starts: number[] | undefined;

  constructor(bytes: Uint8Array, outline: Outline) {
    this.#bytes = bytes;
    this.#outline = outline;
  }

  /** The body around an offset, or undefined. */
  at(offset: number): FunctionBody | undefined {
    this.#starts ??= readStarts(this.#bytes, this.#outline);
    const starts = this.#starts;
    let low = 0;
    let high = starts.length - 1;
    if (high < 1 || offset < starts[0]! || offset >= starts[high]!) return undefined;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    const start = starts[low]!;
    return { start, firstInstruction: this.#firstInstruction(start), end: starts[low + 1]! };
  }

  #firstInstruction(start: number): number {
    const input = new ByteReader(this.#bytes, start);
    try {
      for (let groups = input.u32(); groups > 0; groups--) {
        input.u32();
        readValType(input);
      }
    } catch (error) {
      if (!(error instanceof WasmError)) throw error;
    }
    return input.offset;
  }
}

/** What stands between two bodies, the size of the second one, counts as the end of the first. */
function readStarts(bytes: Uint8Array, { code }: Outline): number[] {
  const starts: number[] = [];
  const input = new ByteReader(bytes, code.start, code.end);
  try {
    for (let left = input.count('functions'); left > 0; left--) {
      const size = input.u32();
      starts.push(input.offset);
      input.skip(size);
    }
    starts.push(input.offset);
  } catch (error) {
    // No code section, or bytes that the host has run and this reader does not understand.
    if (!(error instanceof WasmError)) throw error;
  }
  return starts;
}
