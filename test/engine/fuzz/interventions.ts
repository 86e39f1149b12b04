/**
 * What a debugger may do to a program at one of its stops, in two forms: as a resumption for the
 * engine, and as code written into the program itself, which plain V8 runs. Both must come to the same.
 */

import { copyVector, withSize } from '../../../src/engine/instrument/additions.ts';
import { CodeWriter } from '../../../src/engine/instrument/code.ts';
import type { HeldValue } from '../../../src/engine/runtime/value-row.ts';
import { ModuleWriter } from '../../../src/wasm/encode.ts';
import { InstructionReader } from '../../../src/wasm/instructions.ts';
import {
  decodeModule,
  type FunctionBody,
  funcTypeOf,
  functionType,
  type Module,
  SectionId,
} from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { writeGlobalType, writeHeapType } from '../../../src/wasm/type-codec.ts';
import { I32, type ValType } from '../../../src/wasm/types.ts';

/** What is done, without the values that it needs. */
export type BareDeed =
  | { readonly kind: 'early-return' }
  | { readonly kind: 'throw-exception'; readonly tag: number }
  | { readonly kind: 'inject-call'; readonly func: number };

export type Deed = BareDeed & { readonly values: readonly HeldValue[] };

export interface Intervention {
  /** Byte offset of the instruction that it happens before. */
  readonly pc: number;
  /** Function index. */
  readonly func: number;
  /** The how many-th time that the program comes there, from 1 on. */
  readonly time: number;
  readonly deed: Deed;
}

/** Sections that come behind the globals. */
const LATER: ReadonlySet<number> = new Set([
  SectionId.export,
  SectionId.start,
  SectionId.element,
  SectionId.dataCount,
  SectionId.code,
  SectionId.data,
]);

/** The module with the interventions in its code; each counts in a global of its own behind the others. */
export function intervened(bytes: Uint8Array, interventions: readonly Intervention[]): Uint8Array {
  const module = decodeModule(bytes);
  const writer = new ModuleWriter(bytes.length + 4096);
  const counters = interventions.map(({ time }) => counter(time));
  let written = false;
  const writeGlobals = (): void => {
    if (!written) copyVector(writer, module, SectionId.global, counters);
    written = true;
  };
  for (const section of module.sections) {
    if (LATER.has(section.id)) writeGlobals();
    if (section.id === SectionId.global) writeGlobals();
    else if (section.id === SectionId.code) {
      const bodies = module.bodies.map((body) => bodyWith(module, body, interventions));
      writer.vectorSection(SectionId.code, module, bodies);
    } else writer.copySection(module, section);
  }
  return writer.finish();
}

/** A global that begins with the number. */
function counter(time: number): Uint8Array {
  const out = new CodeWriter(0);
  writeGlobalType(out, { value: I32, mutable: true });
  out.i32Const(time);
  out.end();
  return out.take();
}

function bodyWith(
  module: Module,
  body: FunctionBody,
  interventions: readonly Intervention[],
): Uint8Array {
  const out = new CodeWriter(0);
  out.bytes(module.bytes, body.localsStart, body.codeStart);
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  while (reader.read()) {
    const here = interventions.flatMap(({ pc, deed }, i) =>
      pc === reader.pc ? [{ deed, global: module.globals.length + i }] : [],
    );
    // All count, also where one of them leaves.
    for (const { global } of here) {
      indexed(out, Op.globalGet, global);
      out.i32Const(1);
      out.op(Op.i32Sub);
      indexed(out, Op.globalSet, global);
    }
    // Which are due is known before the first is done: a call that it makes may come here and count.
    for (const { global } of here.toReversed()) {
      indexed(out, Op.globalGet, global);
      out.op(Op.i32Eqz);
    }
    for (const { deed } of here) {
      out.if();
      writeDeed(out, module, body.funcIndex, deed);
      out.end();
    }
    out.bytes(module.bytes, reader.pc, reader.next);
  }
  return withSize(out.take());
}

function writeDeed(out: CodeWriter, module: Module, func: number, deed: Deed): void {
  const types = typesOf(module, func, deed);
  for (const [i, value] of deed.values.entries()) writeConstant(out, value, types[i]!);
  switch (deed.kind) {
    case 'early-return':
      out.op(Op.return);
      return;
    case 'throw-exception':
      indexed(out, Op.throw, deed.tag);
      return;
    case 'inject-call':
      indexed(out, Op.call, deed.func);
      for (const _ of funcTypeOf(module, deed.func).results) out.op(Op.drop);
  }
}

/** Types of the values that a deed needs in a function. */
export function typesOf(module: Module, func: number, deed: BareDeed): readonly ValType[] {
  switch (deed.kind) {
    case 'early-return':
      return funcTypeOf(module, func).results;
    case 'throw-exception':
      return functionType(module, module.tags[deed.tag]!.type.typeIndex).params;
    case 'inject-call':
      return funcTypeOf(module, deed.func).params;
  }
}

function indexed(out: CodeWriter, op: number, index: number): void {
  out.op(op);
  out.u32(index);
}

function writeConstant(out: CodeWriter, value: HeldValue, type: ValType): void {
  switch (value.type) {
    case 'i32':
      out.i32Const(value.bits | 0);
      return;
    case 'i64':
      out.op(Op.i64Const);
      out.s64(BigInt.asIntN(64, value.bits));
      return;
    case 'f32':
      out.op(Op.f32Const);
      out.bytes(littleEndian(4, (view) => view.setUint32(0, value.bits, true)));
      return;
    case 'f64':
      out.op(Op.f64Const);
      out.bytes(littleEndian(8, (view) => view.setBigUint64(0, value.bits, true)));
      return;
    case 'v128':
      out.op(Op.v128Const);
      out.bytes(value.bits);
      return;
    case 'ref':
      if (type.kind !== 'ref') throw new Error('a reference for a number');
      out.op(Op.refNull);
      writeHeapType(out, type.heap);
  }
}

function littleEndian(size: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
}
