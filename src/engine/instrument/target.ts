/** What an emitter must know of the module that its code goes into. */
import type { ByteWriter } from '../../wasm/byte-writer.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import type { NumType, ValType } from '../../wasm/types.ts';
import type { BareCopy } from './bare-copies.ts';
import type { MemoryLimit } from './memory-limits.ts';
import type { ReferencePlace } from './reference-place.ts';
import type { Hierarchy } from './references.ts';
import type { SegmentKind } from './segments.ts';
import type { SignatureTest } from './signature-tables.ts';

/** Where the engine is in a module. */
export interface EngineTarget {
  /** Index of the debug memory. */
  readonly debugMemory: number;
  /** Index of the continuation table. */
  readonly continuationTable: number;
  /** Index of the global (i32) that holds the number of the running instance. */
  readonly instanceGlobal: number;
  /** Type index of `leave` and `hook`: (frame i32, pc i32, instance i32) -> i32. */
  readonly leaveType: number;
}

export interface EmitTarget extends EngineTarget {
  /** Index of a function that does what `leaveBody` says; undefined: each function does it itself. */
  readonly leaveFunction: number | undefined;
  /** Index of a function that stores values, see `run-stores.ts`; undefined: there is none. */
  runStore(type: NumType, count: number): number | undefined;
  /** Function index of `hook`; undefined where no hooks are emitted. */
  readonly hookFunction: number | undefined;
  /** Where references of a hierarchy are kept. */
  references(hierarchy: Hierarchy): ReferencePlace;
  /** The type index of [] -> results. */
  resultsType(results: readonly ValType[]): number;
  /** The index in this module of a tag of the original. */
  tag(index: number): number;
  /** The index in this module of a table of the original. */
  table(index: number): number;
  /** The index in this module of a global of the original. */
  global(index: number): number;
  /** What stands for a function in calls without checks; undefined: that must be called itself. */
  bare(func: number): BareCopy | undefined;
  /** The same for functions that are in a table, of whose elements so many are known. */
  bareInTable(table: number, length: number, functions: readonly number[]): BareCopy | undefined;
  /** The index in this module of the global with a segment's length; undefined: that is always 0. */
  segmentLength(kind: SegmentKind, index: number): number | undefined;
  /** The globals of a memory of the original that tell how far it reaches, if this module has some. */
  memoryLimit(memory: number): MemoryLimit | undefined;
  /** How code tells that an element of a table of the original certainly has a type, if it can. */
  signature(table: number, typeIndex: number): SignatureTest | undefined;
  /**
   * The index in this module of the body of a function of the original; undefined: the function takes
   * its frame pointer from the debug memory.
   */
  body(index: number): number | undefined;
  /** A function may be inlined into the body of a `try_table` in this module. */
  readonly mayBeProtected: boolean;
  /** A `try_table` is emitted. */
  protects(): void;
  /** Writes the instruction just read with its indices as they are in this module. */
  instruction(reader: InstructionReader, out: ByteWriter): void;
}
