/**
 * Instructions as text, in the notation of the text format (core spec 3.0, chapter 6): with names
 * from the `name` section where there are any, else with indices. Each line has the byte offset of
 * its instruction; it is not meant to be assembled again.
 */

import type { BlockType } from './block-type.ts';
import type { CatchClause } from './catch-clauses.ts';
import { InstructionReader } from './instructions.ts';
import type { FunctionBody, Module } from './module.ts';
import type { NameMap, Names } from './names.ts';
import { Op } from './opcodes.ts';
import { functionType } from './structure.ts';
import { f32Text, f64Text, printable } from './text.ts';
import { type HeapType, type RefType, type ValType, valTypeName } from './types.ts';

/** One instruction. */
export interface DisassembledInstruction {
  /** Byte offset in the module. */
  readonly pc: number;
  /** Byte offset of the instruction behind it. */
  readonly next: number;
  /** Opcode id, as in {@link Op}. */
  readonly op: number;
  /** Enclosing blocks, for indentation: `else`, `end` and `catch` stand at their block's. */
  readonly depth: number;
  readonly text: string;
}

const openers = new Set<number>([Op.block, Op.loop, Op.if, Op.try, Op.tryTable]);
const middles = new Set<number>([Op.else, Op.catch, Op.catchAll]);
const closers = new Set<number>([Op.end, Op.delegate]);

/**
 * The instructions of a function body, its last `end` included.
 * @throws WasmError if the body is malformed
 */
export function disassemble(
  module: Module,
  names: Names,
  body: FunctionBody,
): DisassembledInstruction[] {
  const lines: DisassembledInstruction[] = [];
  const reader = new InstructionReader(module.bytes, body.codeStart, body.end);
  const printer = new Printer(module, names, body.funcIndex);
  let depth = 0;
  while (reader.read()) {
    const { op, pc, next } = reader;
    if (closers.has(op)) depth--;
    // The function's own end closes a block that nothing opened.
    const shown = Math.max(0, middles.has(op) ? depth - 1 : depth);
    lines.push({ pc, next, op, depth: shown, text: printer.print(reader) });
    if (openers.has(op)) depth++;
  }
  return lines;
}

class Printer {
  readonly #module: Module;
  readonly #names: Names;
  readonly #locals: NameMap | undefined;

  constructor(module: Module, names: Names, funcIndex: number) {
    this.#module = module;
    this.#names = names;
    this.#locals = names.locals.get(funcIndex);
  }

  print(reader: InstructionReader): string {
    const immediates = this.#immediates(reader);
    return immediates === '' ? reader.info.name : `${reader.info.name} ${immediates}`;
  }

  #immediates(r: InstructionReader): string {
    const names = this.#names;
    switch (r.info.immediate) {
      case 'none':
      case 'fence':
        return '';
      case 'local':
        return named(r.index, this.#locals);
      case 'label':
      case 'lane':
        return String(r.info.immediate === 'lane' ? r.lane : r.index);
      case 'labels':
        return r.labels.join(' ');
      case 'func':
        return this.#func(r.index);
      case 'global':
        return named(r.index, names.globals);
      case 'type':
        return named(r.index, names.types);
      case 'table':
        return named(r.index, names.tables);
      case 'memory':
        return r.index === 0 ? '' : named(r.index, names.memories);
      case 'data':
        return named(r.index, names.data);
      case 'elem':
        return named(r.index, names.elements);
      case 'tag':
        return named(r.index, names.tags);
      case 'i32':
        return String(r.i32);
      case 'i64':
        return String(r.i64);
      case 'f32':
        return f32Constant(r.i32);
      case 'f64':
        return f64Constant(r.i64);
      case 'memarg':
        return this.#memarg(r);
      case 'memarg-lane':
        return join(this.#memarg(r), String(r.lane));
      case 'block':
        return this.#blockType(r.blockType);
      case 'try-table':
        return join(this.#blockType(r.blockType), ...r.catches.map((c) => this.#catch(c)));
      case 'type-table':
        return join(
          r.index2 === 0 ? '' : named(r.index2, names.tables),
          this.#signature(r.index, 'type'),
        );
      case 'table-table':
        return join(named(r.index, names.tables), named(r.index2, names.tables));
      case 'memory-memory':
        return r.index === 0 && r.index2 === 0
          ? ''
          : join(named(r.index, names.memories), named(r.index2, names.memories));
      case 'data-memory':
        return join(
          r.index2 === 0 ? '' : named(r.index2, names.memories),
          named(r.index, names.data),
        );
      case 'elem-table':
        return join(
          r.index2 === 0 ? '' : named(r.index2, names.tables),
          named(r.index, names.elements),
        );
      case 'type-field':
        return join(named(r.index, names.types), named(r.index2, names.fields.get(r.index)));
      case 'type-type':
        return join(named(r.index, names.types), named(r.index2, names.types));
      case 'type-data':
        return join(named(r.index, names.types), named(r.index2, names.data));
      case 'type-elem':
        return join(named(r.index, names.types), named(r.index2, names.elements));
      case 'type-u32':
        return join(named(r.index, names.types), String(r.index2));
      case 'v128':
        return `i8x16 ${[...r.immediateBytes].map(hexByte).join(' ')}`;
      case 'shuffle':
        return [...r.immediateBytes].join(' ');
      case 'heap':
        return r.op === Op.refNull ? this.#heap(r.heap) : this.#ref(r.heap, nullable.has(r.op));
      case 'select-types':
        return `(result ${r.selectTypes.map((type) => this.#type(type)).join(' ')})`;
      case 'br-cast':
        return join(String(r.index), this.#type(r.castFrom), this.#type(r.castTo));
    }
  }

  #func(index: number): string {
    const name = this.#names.functions.get(index);
    if (name !== undefined) return `$${printable(name)}`;
    const imported = this.#module.functions[index]?.import;
    if (imported === undefined) return String(index);
    return `${index} (${printable(imported.module)}.${printable(imported.name)})`;
  }

  #memarg(r: InstructionReader): string {
    // The natural alignment is what is left out in text.
    const natural = Math.log2(r.info.accessBytes ?? 1);
    return join(
      r.memory === 0 ? '' : named(r.memory, this.#names.memories),
      r.memOffset === 0n ? '' : `offset=${r.memOffset}`,
      r.align === natural ? '' : `align=${2 ** r.align}`,
    );
  }

  #blockType(type: BlockType): string {
    switch (type.kind) {
      case 'empty':
        return '';
      case 'value':
        return `(result ${this.#type(type.type)})`;
      case 'index':
        return this.#signature(type.typeIndex, undefined);
    }
  }

  #signature(typeIndex: number, use: 'type' | undefined): string {
    const name = this.#names.types.get(typeIndex);
    if (use === 'type' && name !== undefined) return `(type $${printable(name)})`;
    const { params, results } = functionType(this.#module, typeIndex);
    const list = (word: string, types: readonly ValType[]) =>
      types.length === 0 ? '' : `(${word} ${types.map((type) => this.#type(type)).join(' ')})`;
    return join(list('param', params), list('result', results));
  }

  #catch({ kind, tag, label }: CatchClause): string {
    const words = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'];
    return `(${join(words[kind]!, tag < 0 ? '' : named(tag, this.#names.tags), String(label))})`;
  }

  #type(type: ValType): string {
    return type.kind === 'ref' && typeof type.heap === 'number'
      ? this.#ref(type.heap, (type as RefType).nullable)
      : valTypeName(type);
  }

  #ref(heap: HeapType, isNullable: boolean): string {
    return `(ref ${isNullable ? 'null ' : ''}${this.#heap(heap)})`;
  }

  #heap(heap: HeapType): string {
    return typeof heap === 'number' ? named(heap, this.#names.types) : heap;
  }
}

const nullable = new Set<number>([Op.refTestNull, Op.refCastNull]);

function named(index: number, names: NameMap | undefined): string {
  const name = names?.get(index);
  return name === undefined || name === '' ? String(index) : `$${printable(name)}`;
}

function join(...words: readonly string[]): string {
  return words.filter((word) => word !== '').join(' ');
}

function hexByte(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

const F32_CANONICAL = 0x400000;
const F64_CANONICAL = 1n << 51n;

function f32Constant(bits: number): string {
  const value = new Float32Array(Int32Array.of(bits).buffer)[0]!;
  if (!Number.isNaN(value)) return f32Text(value);
  return nanText(bits < 0, BigInt(bits & 0x7fffff), BigInt(F32_CANONICAL));
}

function f64Constant(bits: bigint): string {
  const value = new Float64Array(BigInt64Array.of(bits).buffer)[0]!;
  if (!Number.isNaN(value)) return f64Text(value);
  return nanText(bits < 0n, bits & 0xf_ffff_ffff_ffffn, F64_CANONICAL);
}

/** A NaN with its sign, and with its payload unless it is the canonical one. */
function nanText(negative: boolean, payload: bigint, canonical: bigint): string {
  const sign = negative ? '-' : '';
  return payload === canonical ? `${sign}nan` : `${sign}nan:0x${payload.toString(16)}`;
}
