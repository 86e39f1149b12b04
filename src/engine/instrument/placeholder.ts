/**
 * A value of any type that has one: what a host function gives that its caller will not look at,
 * because the caller is to return early.
 */
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeHeapType } from '../../wasm/type-codec.ts';
import {
  EXTERNREF,
  type HeapType,
  type RefType,
  unpacked,
  type ValType,
} from '../../wasm/types.ts';
import type { CodeWriter } from './code.ts';
import { SmallModule } from './small-module.ts';

/** Export name of the function without parameters that gives the value for a result. */
export function placeholderName(result: number): string {
  return `value:${result}`;
}

/** The functions trap for types that have no value. */
export function placeholderModule(
  module: Module,
  results: readonly ValType[],
): Uint8Array<ArrayBuffer> {
  const small = new SmallModule(module);
  const writer = new PlaceholderWriter(small, module, results);
  results.forEach((type, i) => {
    const index = small.func(small.types.func([], [type]), [], (out) => writer.write(out, type));
    small.export(placeholderName(i), 'func', index);
  });
  return small.finish();
}

const NOTHING = {
  i32: Op.i32Const,
  i64: Op.i64Const,
  f32: Op.f32Const,
  f64: Op.f64Const,
  v128: Op.v128Const,
  ref: Op.refNull,
} as const;
/** Of a constant that is 0. */
const BYTES = { i32: 1, i64: 1, f32: 4, f64: 8, v128: 16 } as const;

/** Functions that values refer to are defined when this is made: before the code that has the values. */
class PlaceholderWriter {
  readonly #small: SmallModule;
  readonly #module: Module;
  /** By function type: a function. */
  readonly #functions = new Map<number, number>();
  /** Structures that are being written: one that contains itself has no value. */
  readonly #open = new Set<number>();

  constructor(small: SmallModule, module: Module, types: readonly ValType[]) {
    this.#small = small;
    this.#module = module;
    const seen = new Set<HeapType>();
    for (const type of types) this.#declare(type, seen);
  }

  write(out: CodeWriter, type: ValType): void {
    if (type.kind === 'ref' && !type.nullable) {
      this.#object(out, type);
      return;
    }
    out.op(NOTHING[type.kind]);
    if (type.kind === 'ref') writeHeapType(out, type.heap);
    else out.bytes(new Uint8Array(BYTES[type.kind]));
  }

  #object(out: CodeWriter, { heap }: RefType): void {
    const { types } = this.#small;
    switch (heap) {
      case 'any':
      case 'eq':
      case 'i31':
        writeI31(out);
        break;
      case 'extern':
        writeI31(out);
        out.op(Op.externConvertAny);
        break;
      case 'func':
        this.#function(out, types.func([], []));
        break;
      case 'array':
        writeArray(out, types.array(EXTERNREF));
        break;
      case 'struct':
        out.op(Op.structNew);
        out.u32(types.struct());
        break;
      default:
        if (typeof heap === 'number') this.#concrete(out, heap);
        // No value, or (an exception) none that a host function could give.
        else out.op(Op.unreachable);
    }
  }

  #concrete(out: CodeWriter, index: number): void {
    const { composite } = this.#module.types[index]!;
    if (composite.kind === 'array') writeArray(out, index);
    else if (composite.kind === 'func') this.#function(out, index);
    else if (this.#open.has(index)) out.op(Op.unreachable);
    else {
      this.#open.add(index);
      for (const field of composite.fields) this.write(out, unpacked(field));
      this.#open.delete(index);
      out.op(Op.structNew);
      out.u32(index);
    }
  }

  #function(out: CodeWriter, type: number): void {
    out.op(Op.refFunc);
    out.u32(this.#functions.get(type)!);
  }

  #declare(type: ValType, seen: Set<HeapType>): void {
    if (type.kind !== 'ref' || type.nullable || seen.has(type.heap)) return;
    const { heap } = type;
    seen.add(heap);
    if (heap === 'func') this.#define(this.#small.types.func([], []));
    if (typeof heap !== 'number') return;
    const { composite } = this.#module.types[heap]!;
    if (composite.kind === 'func') this.#define(heap);
    else if (composite.kind === 'struct') {
      for (const field of composite.fields) this.#declare(unpacked(field), seen);
    }
  }

  #define(type: number): void {
    const index = this.#small.func(type, [], (out) => out.op(Op.unreachable));
    // What is exported may be referred to.
    this.#small.export(`function:${type}`, 'func', index);
    this.#functions.set(type, index);
  }
}

function writeI31(out: CodeWriter): void {
  out.i32Const(0);
  out.op(Op.refI31);
}

function writeArray(out: CodeWriter, type: number): void {
  out.op(Op.arrayNewFixed);
  out.u32(type);
  out.u32(0);
}
