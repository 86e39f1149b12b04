/**
 * Where a program ends itself. The debugger world tells that a program has ended but not with what
 * status: that is the operand of the call that ends it, so the stub stops at these calls, looks, and
 * lets the program go on.
 */

import { ByteWriter } from '../../../../src/wasm/byte-writer.ts';
import { WasmError } from '../../../../src/wasm/error.ts';
import { InstructionReader } from '../../../../src/wasm/instructions.ts';
import { Op } from '../../../../src/wasm/opcodes.ts';
import { toHex } from '../protocol/hex.ts';
import type { Functions } from './functions.ts';
import type { ImportName, Outline } from './outline.ts';

/** Each takes the status as its last parameter, as an i32. */
function endsProgram({ module, name }: ImportName): boolean {
  if (module === 'wasi_snapshot_preview1' || module === 'wasi_unstable')
    return name === 'proc_exit';
  return /^wasi:cli\/exit(@|$)/.test(module) && (name === 'exit' || name === 'exit-with-code');
}

/** Offsets in bytes of the instructions that call such a function directly. */
export function findExitCalls(bytes: Uint8Array, outline: Outline, functions: Functions): number[] {
  return outline.importedFunctions.flatMap((name, index) =>
    endsProgram(name) ? findCalls(bytes, outline, functions, index) : [],
  );
}

/** Bytes to search at once: as text they take twice the room. */
const CHUNK = 1 << 20;

/**
 * The encoded call is looked for as text, natively, and only functions where it seems to be are
 * decoded: all of a module's code would take seconds.
 */
function findCalls(
  bytes: Uint8Array,
  { code }: Outline,
  functions: Functions,
  functionIndex: number,
): number[] {
  const found = new Set<number>();
  for (const pattern of encodings(functionIndex)) {
    const overlap = pattern.length / 2;
    for (let start = code.start; start < code.end; start += CHUNK) {
      const text = toHex(bytes.subarray(start, Math.min(start + CHUNK + overlap, code.end)));
      for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
        // Between two bytes' digits it is by chance.
        if (at % 2 === 0) found.add(start + at / 2);
      }
    }
  }
  return [...found].filter((offset) => isInstruction(bytes, functions, offset));
}

/** The shortest form, and that of five bytes which linkers leave behind. */
function encodings(functionIndex: number): string[] {
  const out = new ByteWriter();
  out.u8(Op.call);
  out.u32(functionIndex);
  const short = toHex(out.take());
  out.u8(Op.call);
  out.patchU32(out.reserveU32(), functionIndex);
  return [short, toHex(out.take())];
}

function isInstruction(bytes: Uint8Array, functions: Functions, offset: number): boolean {
  const body = functions.at(offset);
  if (body === undefined) return false;
  const reader = new InstructionReader(bytes, body.firstInstruction, body.end);
  try {
    while (reader.next < offset) if (!reader.read()) return false;
  } catch (error) {
    if (!(error instanceof WasmError)) throw error;
  }
  return reader.next === offset;
}
