/**
 * What lets the check before a `call_indirect` do without the function: for each table of a module,
 * bytes in the debug memory that say which elements certainly have which signature. `table.get` and
 * `ref.test` are a chain of six loads in V8, and a call for functions that JavaScript has not seen.
 *
 * A byte is the number of a signature, or 0 for all that is not certain: null, functions whose type
 * nobody calls, elements that something has written since. The exact check decides about those. So a
 * byte may become 0 at any time, and a module has one row of bytes for all of its instances.
 *
 * They hold what active segments put into the table, which is all there is in programs from most
 * compilers. No row have tables that are imported, whose segments begin where a global says, or that
 * the module's own code writes to.
 */
import { canonicalTypes } from '../../wasm/canonical-types.ts';
import { InstructionReader } from '../../wasm/instructions.ts';
import type { ElementSegment, Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { CodeLimits } from './code-limits.ts';
import { SIGNATURES_END } from './layout.ts';

const NONE: ReadonlyMap<number, unknown> = new Map();

/** How many signatures a byte can tell apart. */
const MOST_SIGNATURES = 255;

/** An element has the signature if its index is below `length` and its byte is `signature`. */
export interface SignatureTest {
  /** Byte address in the debug memory of the first element's byte. */
  readonly address: number;
  /** How many elements have a byte. */
  readonly length: number;
  readonly signature: number;
  /** No other element can be called with this signature, unless something writes to the table. */
  readonly decisive: boolean;
}

/** The bytes of one table. */
export interface SignatureRow {
  /** Byte address in the debug memory. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

interface Row {
  readonly address: number;
  readonly length: number;
  /** The types of all elements are known. */
  readonly closed: boolean;
}

export class SignatureTables {
  /** Byte address in the debug memory behind the last row. */
  readonly end: number;
  readonly #module: Module;
  readonly #rows = new Map<number, Row>();
  readonly #written = new Set<number>();
  readonly #canonical: readonly number[];
  /** By canonical type index. */
  readonly #signatures = new Map<number, number>();
  #filled: ReadonlyMap<number, SignatureRow> | undefined;

  /**
   * @param start byte address in the debug memory of the first row
   * @param written tables that the module's own code is known to write to
   */
  constructor(
    module: Module,
    start: number,
    { signatureBytes }: CodeLimits,
    written: ReadonlySet<number>,
  ) {
    this.#module = module;
    let end = start;
    const lengths = module.tables.map((_, table) =>
      written.has(table) ? 0 : rowLength(module, table, signatureBytes),
    );
    this.#canonical = lengths.some((length) => length > 0) ? canonicalTypes(module) : [];
    lengths.forEach((length, table) => {
      const room = Math.min(signatureBytes, SIGNATURES_END - end);
      if (length === 0 || length > room) return;
      this.#rows.set(table, { address: end, length, closed: isClosed(module, table) });
      end += length;
    });
    this.end = end;
  }

  /** The tables that the code emitted so far writes to. */
  get written(): ReadonlySet<number> {
    return this.#written;
  }

  /** Whether one of them has a row. */
  get isMistaken(): boolean {
    return [...this.#rows.keys()].some((table) => this.#written.has(table));
  }

  /** The instruction just read is in the module's code. */
  sees(reader: InstructionReader): void {
    const table = writtenTable(reader);
    if (table !== undefined) this.#written.add(table);
  }

  /** How code tells that an element certainly has a type; undefined if it cannot. */
  test(table: number, typeIndex: number): SignatureTest | undefined {
    const row = this.#rows.get(table);
    const signature = row && this.#signature(typeIndex);
    if (signature === undefined) return undefined;
    const { address, length, closed } = row!;
    const decisive = closed && this.#module.types[typeIndex]!.final;
    return { address, length, signature, decisive };
  }

  /**
   * What the debug memory gets, by table index, once all code has been emitted: from the first time
   * on, there are no signatures but those that it tests for.
   */
  get rows(): ReadonlyMap<number, SignatureRow> {
    this.#filled ??= this.#fillAll();
    return this.#filled;
  }

  #signature(typeIndex: number): number | undefined {
    const known = this.#numberOf(typeIndex);
    if (known !== undefined) return known;
    if (this.#filled !== undefined || this.#signatures.size === MOST_SIGNATURES) return undefined;
    const signature = this.#signatures.size + 1;
    this.#signatures.set(this.#canonical[typeIndex]!, signature);
    return signature;
  }

  #numberOf(typeIndex: number): number | undefined {
    return this.#signatures.get(this.#canonical[typeIndex]!);
  }

  #fillAll(): ReadonlyMap<number, SignatureRow> {
    const rows = new Map<number, SignatureRow>();
    for (const [table, { address, length }] of this.#rows) {
      const bytes = new Uint8Array(length);
      this.#fill(bytes, table);
      rows.set(table, { address, bytes });
    }
    return rows;
  }

  /** Later segments go over earlier ones. */
  #fill(bytes: Uint8Array, table: number): void {
    for (const segment of activeSegments(this.#module, table)) {
      const offset = segmentOffset(this.#module, segment)!;
      elementFunctions(this.#module, segment).forEach((func, i) => {
        const entry = func == null ? undefined : this.#module.functions[func];
        // An imported function may be of a subtype of what is declared, which is as good.
        bytes[offset + i] = (entry && this.#numberOf(entry.typeIndex)) ?? 0;
      });
    }
  }
}

/** The table whose elements the instruction just read writes, if one. Growing changes none. */
export function writtenTable(reader: InstructionReader): number | undefined {
  if (reader.op <= 0xff && reader.op !== Op.tableSet) return undefined;
  switch (reader.op) {
    case Op.tableSet:
    case Op.tableFill:
    case Op.tableCopy:
      return reader.index;
    case Op.tableInit:
      return reader.index2;
    default:
      return undefined;
  }
}

/**
 * How many elements of a table have bytes; 0 for a table whose elements are not known. All that a
 * table of a fixed size has, if there may be so many: V8 knows the size then, and does not compare an
 * index with it again.
 */
function rowLength(module: Module, table: number, most: number): number {
  const { type, import: imported } = module.tables[table]!;
  if (imported !== undefined || type.limits.address === 'i64') return 0;
  let length = 0;
  for (const segment of activeSegments(module, table)) {
    const offset = segmentOffset(module, segment);
    if (offset === undefined) return 0;
    length = Math.max(length, offset + elementCount(segment));
  }
  const { min, max } = type.limits;
  return length > 0 && max === min && min <= most ? Math.max(length, Number(min)) : length;
}

/** Whether the types of all functions in a table are what the module declares. */
function isClosed(module: Module, table: number): boolean {
  if (module.tables[table]!.init !== undefined) return false;
  return activeSegments(module, table).every((segment) =>
    elementFunctions(module, segment).every((func) => {
      if (func === undefined) return false;
      const entry = func === null ? undefined : module.functions[func]!;
      // An imported function may be of a subtype of what is declared.
      return entry?.import === undefined || module.types[entry.typeIndex]!.final;
    }),
  );
}

/**
 * The functions that a call of a type through a table of the module's own finds there, while nothing
 * writes to it; undefined if that is not known. (There may be more than it really finds.) Of a table that
 * is exported it is not: who calls something else than the program does must not depend on what the
 * engine sees of the host.
 *
 * @param canonical canonical type indices
 */
export function functionsInTable(
  module: Module,
  table: number,
  typeIndex: number,
  canonical: readonly number[],
): ReadonlySet<number> | undefined {
  const isShared =
    module.tables[table]!.import !== undefined ||
    module.exports.some(({ kind, index }) => kind === 'table' && index === table);
  if (isShared || !module.types[typeIndex]!.final || !isClosed(module, table)) return undefined;
  const functions = new Set<number>();
  for (const segment of activeSegments(module, table)) {
    for (const func of elementFunctions(module, segment)) {
      if (func == null) continue;
      if (canonical[module.functions[func]!.typeIndex] === canonical[typeIndex])
        functions.add(func);
    }
  }
  return functions;
}

export function activeSegments({ elements }: Module, table: number): readonly ElementSegment[] {
  return elements.filter((segment) => segment.mode === 'active' && segment.table === table);
}

export function elementCount({ items }: ElementSegment): number {
  return 'functions' in items ? items.functions.length : items.expressions.length;
}

/**
 * Where an active segment goes if an i32 constant says so, or a global.
 *
 * @param globals what is known of the values of globals, by their indices
 */
export function segmentOffset(
  { bytes }: Module,
  { offset }: ElementSegment,
  globals: ReadonlyMap<number, unknown> = NONE,
): number | undefined {
  const reader = new InstructionReader(bytes, offset!.start, offset!.end);
  if (!reader.read() || bytes[reader.next] !== Op.end) return undefined;
  if (reader.op === Op.i32Const) return reader.i32 >>> 0;
  const value = reader.op === Op.globalGet ? globals.get(reader.index) : undefined;
  return typeof value === 'number' ? value >>> 0 : undefined;
}

/** Function indices; null for null, undefined for an element that is something else. */
export function elementFunctions(
  { bytes }: Module,
  { items }: ElementSegment,
): readonly (number | null | undefined)[] {
  if ('functions' in items) return items.functions;
  return items.expressions.map(({ start, end }) => {
    const reader = new InstructionReader(bytes, start, end);
    if (!reader.read()) return undefined;
    return reader.op === Op.refFunc ? reader.index : reader.op === Op.refNull ? null : undefined;
  });
}
