/** The types of structured instructions (core spec 3.0, section 5.4.1). */
import type { ByteReader } from './byte-reader.ts';
import { WasmError } from './error.ts';
import { functionType, type Module } from './structure.ts';
import { readValType } from './type-codec.ts';
import type { ValType } from './types.ts';

/** The byte that encodes the type without parameters and results. */
export const EMPTY_BLOCK_TYPE = 0x40;

/** The type of a structured instruction, as encoded. */
export type BlockType =
  | { readonly kind: 'empty' }
  | { readonly kind: 'value'; readonly type: ValType }
  | { readonly kind: 'index'; readonly typeIndex: number };

export const EMPTY_BLOCK: BlockType = Object.freeze({ kind: 'empty' });
const valueBlocks = new Map<ValType, BlockType>();

function valueBlock(type: ValType): BlockType {
  let block = valueBlocks.get(type);
  if (block === undefined) {
    block = Object.freeze({ kind: 'value', type });
    valueBlocks.set(type, block);
  }
  return block;
}

const NO_TYPES: readonly ValType[] = Object.freeze([]);

/** @throws WasmError if it is malformed or cut off */
export function readBlockType(input: ByteReader): BlockType {
  const at = input.offset;
  const first = input.u8();
  if (first === EMPTY_BLOCK_TYPE) return EMPTY_BLOCK;
  input.offset = at;
  // A one-byte negative LEB is a type code, anything else an index that takes a sign bit as well.
  if ((first & 0xc0) === 0x40) return valueBlock(readValType(input));
  const typeIndex = input.s33();
  if (typeIndex < 0) throw new WasmError('malformed block type', at);
  return { kind: 'index', typeIndex };
}

/**
 * Parameters and results of a structured instruction.
 *
 * @throws WasmError if the type index is not that of a function type
 */
export function blockSignature(
  module: Module,
  type: BlockType,
): { params: readonly ValType[]; results: readonly ValType[] } {
  switch (type.kind) {
    case 'empty':
      return { params: NO_TYPES, results: NO_TYPES };
    case 'value':
      return { params: NO_TYPES, results: [type.type] };
    case 'index':
      return functionType(module, type.typeIndex);
  }
}
