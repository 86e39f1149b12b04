/**
 * Instructions as wasm-tools prints them, made from what InstructionReader read, so that the two can
 * be compared immediate by immediate.
 */

import { type BlockType, blockSignature } from '../../src/wasm/block-type.ts';
import type { InstructionReader } from '../../src/wasm/instructions.ts';
import type { Module } from '../../src/wasm/module.ts';
import { Op } from '../../src/wasm/opcodes.ts';
import { refType, type ValType, valTypeName } from '../../src/wasm/types.ts';

/** The instruction last read. Of f32.const and f64.const only the name: their text is an art. */
export function instructionText(module: Module, reader: InstructionReader): string {
  return [reader.info.name, ...immediates(module, reader)].filter((word) => word !== '').join(' ');
}

function immediates(module: Module, reader: InstructionReader): (string | number | bigint)[] {
  const { index, index2 } = reader;
  // Memory 0 and table 0 are left out where the text format allows it.
  const first = index === 0 ? '' : index;
  const second = index2 === 0 ? '' : index2;
  switch (reader.info.immediate) {
    case 'none':
    case 'fence':
    case 'f32':
    case 'f64':
      return [];
    case 'block':
      return [blockText(module, reader.blockType)];
    case 'try-table':
      return [blockText(module, reader.blockType), ...reader.catches.map(catchText)];
    case 'labels':
      return [...reader.labels];
    case 'type-table':
      return [second, `(type ${index})`];
    case 'memory':
      return [first];
    case 'data-memory':
    case 'elem-table':
      return [second, index];
    case 'memory-memory':
    case 'table-table':
      return index === 0 && index2 === 0 ? [] : [index, index2];
    case 'memarg':
      return memargText(reader);
    case 'memarg-lane':
      return [...memargText(reader), reader.lane];
    case 'lane':
      return [reader.lane];
    case 'shuffle':
      return [...reader.immediateBytes];
    case 'v128':
      return ['i32x4', ...words(reader.immediateBytes)];
    case 'i32':
      return [reader.i32];
    case 'i64':
      return [reader.i64];
    case 'heap': {
      if (reader.op === Op.refNull) return [reader.heap];
      const nullable = reader.op === Op.refTestNull || reader.op === Op.refCastNull;
      return [valTypeName(refType(nullable, reader.heap))];
    }
    case 'select-types':
      return [typesText('result', reader.selectTypes)];
    case 'br-cast':
      return [index, valTypeName(reader.castFrom), valTypeName(reader.castTo)];
    case 'type-field':
    case 'type-type':
    case 'type-data':
    case 'type-elem':
    case 'type-u32':
      return [index, index2];
    default:
      return [index];
  }
}

function memargText(reader: InstructionReader): (string | number)[] {
  const { info, memory, memOffset, align } = reader;
  return [
    memory === 0 ? '' : memory,
    memOffset === 0n ? '' : `offset=${memOffset}`,
    2 ** align === info.accessBytes ? '' : `align=${2 ** align}`,
  ];
}

function words(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return [0, 4, 8, 12].map((at) => `0x${view.getUint32(at, true).toString(16).padStart(8, '0')}`);
}

function typesText(what: 'param' | 'result', types: readonly ValType[]): string {
  return types.length === 0 ? '' : `(${what} ${types.map(valTypeName).join(' ')})`;
}

function blockText(module: Module, type: BlockType): string {
  const { params, results } = blockSignature(module, type);
  const parts = [typesText('param', params), typesText('result', results)];
  if (type.kind === 'index') parts.unshift(`(type ${type.typeIndex})`);
  return parts.filter((part) => part !== '').join(' ');
}

const catchNames = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'];

function catchText({ kind, tag, label }: InstructionReader['catches'][number]): string {
  return `(${[catchNames[kind], ...(tag < 0 ? [] : [tag]), label].join(' ')})`;
}

/** The instructions of every function in wasm-tools's output, function by function. */
export function printedInstructions(text: string): string[][] {
  const functions: string[][] = [];
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('  (func ')) {
      current = [];
      functions.push(current);
      // A function without instructions closes on its own line.
      if (line.split('(').length === line.split(')').length) current = undefined;
    } else if (line === '  )') {
      current = undefined;
    } else if (current !== undefined && !line.startsWith('    (local ')) {
      current.push(plain(line));
    }
  }
  return functions;
}

/** Without indentation and comments. */
function plain(line: string): string {
  const text = line
    .replace(/;;.*$/, '')
    .replace(/\s*\(;[^;]*;\)/g, '')
    .trim();
  return /^f(32|64)\.const /.test(text) ? text.slice(0, 9) : text;
}
