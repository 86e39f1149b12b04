/**
 * Segment instructions away from home. A continuation is in a module of its own, and segments can
 * neither be imported nor exported. So it calls functions that are added to the first module behind
 * all its own, one for each segment instruction with its indices, and knows the present lengths of
 * segments from globals added there: a segment has no instruction that tells its length, and a drop
 * makes that 0.
 */
import { ByteWriter } from '../../wasm/byte-writer.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import type { Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import { writeGlobalType } from '../../wasm/type-codec.ts';
import { I32, I64, type Limits, refType, type ValType } from '../../wasm/types.ts';

export type SegmentKind = 'data' | 'elem';

/** A function added to the first module. */
interface Helper {
  /** Function index in the first module. */
  readonly index: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Its code entry, the size included. */
  readonly body: Uint8Array;
}

/** Type of the globals with lengths, as the first module has it. */
export const LENGTH_TYPE = { value: I32, mutable: true } as const;

/** What an instrumented module gets on top for its segments, and where that is. */
export class Segments {
  readonly #module: Module;
  /** Global indices by segment index, of the segments that can have a length but 0. */
  readonly #lengths: Readonly<Record<SegmentKind, ReadonlyMap<number, number>>>;
  readonly #helpers = new Map<string, Helper>();
  readonly #addFunction: (helper: Omit<Helper, 'index'>) => number;

  /**
   * @param addGlobal adds a global to the module and gives its index
   * @param addFunction the same for a function
   */
  constructor(
    module: Module,
    addGlobal: (write: (out: ByteWriter) => void) => number,
    addFunction: (helper: Omit<Helper, 'index'>) => number,
  ) {
    this.#module = module;
    this.#addFunction = addFunction;
    const lengths = <T extends { readonly mode: string }>(
      segments: readonly T[],
      lengthOf: (segment: T) => number,
    ): ReadonlyMap<number, number> => {
      const globals = new Map<number, number>();
      segments.forEach((segment, i) => {
        if (segment.mode !== 'passive') return;
        globals.set(
          i,
          addGlobal((out) => writeLength(out, lengthOf(segment))),
        );
      });
      return globals;
    };
    this.#lengths = {
      data: lengths(module.data, ({ init }) => init.end - init.start),
      elem: lengths(module.elements, ({ items }) =>
        'functions' in items ? items.functions.length : items.expressions.length,
      ),
    };
  }

  /**
   * The index in the first module of the global (i32) with the present length of a segment in bytes
   * or elements; undefined if that is 0 from the beginning, as of active and declarative segments.
   */
  length(kind: SegmentKind, index: number): number | undefined {
    return this.#lengths[kind].get(index);
  }

  /** The function that does what the segment instruction just read does, which the module contains. */
  helper(reader: InstructionReader): Helper {
    const helper = this.#helpers.get(this.#key(reader));
    if (helper === undefined) throw new Error(`no function for ${reader.info.name}`);
    return helper;
  }

  /** Writes the segment instruction just read for the first module, and provides its function. */
  write(reader: InstructionReader, out: ByteWriter): void {
    this.#copy(reader, out);
    const key = this.#key(reader);
    if (this.#helpers.has(key)) return;
    const type = this.#type(reader);
    const helper = { ...type, body: this.#body(reader, type.params.length) };
    this.#helpers.set(key, { index: this.#addFunction(helper), ...helper });
  }

  #key(reader: InstructionReader): string {
    return this.#module.bytes.subarray(reader.pc, reader.next).join();
  }

  /** A drop also makes the length 0. */
  #copy(reader: InstructionReader, out: ByteWriter): void {
    out.bytes(this.#module.bytes, reader.pc, reader.next);
    const kind =
      reader.op === Op.dataDrop ? 'data' : reader.op === Op.elemDrop ? 'elem' : undefined;
    const length = kind && this.length(kind, reader.index);
    if (length === undefined) return;
    out.u8(Op.i32Const);
    out.s32(0);
    out.u8(Op.globalSet);
    out.u32(length);
  }

  #type(reader: InstructionReader): Pick<Helper, 'params' | 'results'> {
    const { memories, tables } = this.#module;
    const none: readonly ValType[] = [];
    switch (reader.op) {
      case Op.memoryInit:
        return {
          params: [addressType(memories[reader.index2]!.type.limits), I32, I32],
          results: none,
        };
      case Op.tableInit:
        return {
          params: [addressType(tables[reader.index2]!.type.limits), I32, I32],
          results: none,
        };
      case Op.dataDrop:
      case Op.elemDrop:
        return { params: none, results: none };
      case Op.arrayNewData:
      case Op.arrayNewElem:
        return { params: [I32, I32], results: [refType(false, reader.index)] };
      case Op.arrayInitData:
      case Op.arrayInitElem:
        return { params: [refType(true, reader.index), I32, I32, I32], results: none };
      default:
        throw new Error(`${reader.info.name} has no segment`);
    }
  }

  #body(reader: InstructionReader, params: number): Uint8Array {
    const code = new ByteWriter(32);
    code.u32(0); // no locals
    for (let i = 0; i < params; i++) {
      code.u8(Op.localGet);
      code.u32(i);
    }
    this.#copy(reader, code);
    code.u8(Op.end);
    const out = new ByteWriter(code.length + 5);
    out.u32(code.length);
    out.bytes(code.take());
    return out.take();
  }
}

function writeLength(out: ByteWriter, length: number): void {
  writeGlobalType(out, LENGTH_TYPE);
  out.u8(Op.i32Const);
  out.s32(length);
  out.u8(Op.end);
}

/** Whether an instruction names a segment. */
export function usesSegment(reader: InstructionReader): boolean {
  // All of them have a prefix.
  if (reader.op <= 0xff) return false;
  switch (reader.info.immediate) {
    case 'data':
    case 'elem':
    case 'data-memory':
    case 'elem-table':
    case 'type-data':
    case 'type-elem':
      return true;
    default:
      return false;
  }
}

function addressType({ address }: Limits): ValType {
  return address === 'i64' ? I64 : I32;
}
