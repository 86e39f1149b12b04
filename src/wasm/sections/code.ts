/** Entries of the code section (core spec 3.0, section 5.5.13). */

import type { ByteReader } from '../byte-reader.ts';
import { WasmError } from '../error.ts';
import { Op } from '../opcodes.ts';
import type { FunctionBody, LocalRun } from '../structure.ts';
import { readValType } from '../type-codec.ts';

const NO_LOCALS: readonly LocalRun[] = Object.freeze([]);

/** Reads one entry up to its first instruction; the instructions are left to an InstructionReader. */
export function readBody(input: ByteReader, funcIndex: number): FunctionBody {
  const start = input.offset;
  const size = input.u32();
  const localsStart = input.offset;
  if (size > input.end - localsStart) {
    throw new WasmError(`unexpected end: a function body of ${size} bytes`, start);
  }
  const end = localsStart + size;
  const sectionEnd = input.end;
  input.end = end;
  const locals = readLocals(input);
  const codeStart = input.offset;
  input.end = sectionEnd;
  if (codeStart >= end || input.source[end - 1] !== Op.end) {
    throw new WasmError('a function body must end with `end`', Math.max(codeStart, end - 1));
  }
  input.offset = end;
  return { funcIndex, start, localsStart, codeStart, end, locals };
}

function readLocals(input: ByteReader): readonly LocalRun[] {
  let rest = input.count('runs of locals');
  if (rest === 0) return NO_LOCALS;
  const locals: LocalRun[] = [];
  let total = 0;
  for (; rest > 0; rest--) {
    const at = input.offset;
    const count = input.u32();
    total += count;
    if (total > 0xffff_ffff) throw new WasmError('too many locals', at);
    locals.push({ count, type: readValType(input) });
  }
  return locals;
}
