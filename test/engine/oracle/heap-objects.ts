/**
 * Looks into the structs and arrays of WebAssembly, as V8's debugger does: JavaScript cannot, so a
 * module with the scenario's types reads them.
 */

import type { CodeWriter } from '../../../src/engine/instrument/code.ts';
import { hierarchyOf, TOP } from '../../../src/engine/instrument/references.ts';
import { SmallModule } from '../../../src/engine/instrument/small-module.ts';
import type { DebugModule } from '../../../src/engine/runtime/engine.ts';
import type { Module } from '../../../src/wasm/module.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { writeHeapType } from '../../../src/wasm/type-codec.ts';
import { ANYREF, type FieldType, I32, I64, type ValType } from '../../../src/wasm/types.ts';

type Read = (object: object, index: number) => unknown;

/** Writes the fields of one type, with numbers as V8 shows them. */
type Fields = (object: object, text: (value: unknown) => string) => string[];

/** Gives the fields of an object; undefined if it is none of WebAssembly's. */
export type HeapReader = (object: object, text: (value: unknown) => string) => string[] | undefined;

export function heapReader(modules: readonly DebugModule[]): HeapReader {
  const types = modules
    .filter(({ original }) => original.types.some(({ composite }) => composite.kind !== 'func'))
    .flatMap(({ original }) => typesOf(original));
  return (object, text) => {
    if (Object.getPrototypeOf(object) !== null) return undefined;
    // A subtype comes after its supertypes.
    return types.findLast(({ is }) => is(object))?.fields(object, text);
  };
}

function typesOf(module: Module): { is: (object: object) => boolean; fields: Fields }[] {
  const small = new SmallModule(module);
  const any = small.types.func([ANYREF], [I32]);
  const composites = module.types.map(({ composite }) => composite);
  const readers = composites.map((composite, type) => {
    if (composite.kind === 'func') return undefined;
    small.export(
      `is ${type}`,
      'func',
      small.func(any, [], (out) => {
        out.localGet(0);
        out.op(Op.refTest);
        writeHeapType(out, type);
      }),
    );
    if (composite.kind === 'struct') {
      return composite.fields.map((field, i) => defineReads(small, module, type, field, i));
    }
    small.export(
      `length ${type}`,
      'func',
      small.func(any, [], (out) => {
        cast(out, type);
        out.op(Op.arrayLen);
      }),
    );
    return defineReads(small, module, type, composite.element, undefined);
  });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(small.finish()));
  const named = exports as Record<string, Read>;
  return readers.flatMap((reader, type) => {
    if (reader === undefined) return [];
    const fields: Fields = Array.isArray(reader)
      ? (object, text) => reader.map((read) => read(named, object, 0, text))
      : (object, text) => {
          const length = named[`length ${type}`]!(object, 0) as number;
          return Array.from({ length }, (_, i) => reader(named, object, i, text));
        };
    return [{ is: (object: object) => named[`is ${type}`]!(object, 0) === 1, fields }];
  });
}

type ReadText = (
  exports: Record<string, Read>,
  object: object,
  index: number,
  text: (value: unknown) => string,
) => string;

/** @param field its number in a struct; undefined: an array's element */
function defineReads(
  small: SmallModule,
  module: Module,
  type: number,
  { storage }: FieldType,
  field: number | undefined,
): ReadText {
  const name = `${type} ${field ?? 'element'}`;
  const define = (part: string, result: ValType, convert: (out: CodeWriter) => void): void => {
    const index = small.func(small.types.func([ANYREF, I32], [result]), [], (out) => {
      cast(out, type);
      const packed = typeof storage === 'string';
      if (field === undefined) {
        out.localGet(1);
        out.op(packed ? Op.arrayGetS : Op.arrayGet);
      } else out.op(packed ? Op.structGetS : Op.structGet);
      out.u32(type);
      if (field !== undefined) out.u32(field);
      convert(out);
    });
    small.export(`${name}${part}`, 'func', index);
  };
  const hex = (bits: unknown, digits: number): string =>
    BigInt.asUintN(digits * 4, BigInt(bits as number))
      .toString(16)
      .padStart(digits, '0');
  if (typeof storage === 'string') {
    define('', I32, () => {});
    return (exports, object, i) => `${storage}:${exports[name]!(object, i)}`;
  }
  switch (storage.kind) {
    case 'i32':
    case 'f32':
      define('', I32, (out) => storage.kind === 'f32' && out.op(Op.i32ReinterpretF32));
      return (exports, object, i) => `${storage.kind}:${hex(exports[name]!(object, i), 8)}`;
    case 'i64':
    case 'f64':
      define('', I64, (out) => storage.kind === 'f64' && out.op(Op.i64ReinterpretF64));
      return (exports, object, i) => `${storage.kind}:${hex(exports[name]!(object, i), 16)}`;
    case 'v128':
      for (const lane of [0, 1, 2, 3]) {
        define(` ${lane}`, I32, (out) => {
          out.op(Op.i32x4ExtractLane);
          out.u8(lane);
        });
      }
      return (exports, object, i) =>
        `v128:${[0, 1, 2, 3].map((n) => hex(exports[`${name} ${n}`]!(object, i), 8)).join(' ')}`;
    case 'ref':
      define('', TOP[hierarchyOf(module, storage)], () => {});
      return (exports, object, i, text) => text(exports[name]!(object, i));
  }
}

function cast(out: CodeWriter, type: number): void {
  out.localGet(0);
  out.op(Op.refCast);
  writeHeapType(out, type);
}
