/**
 * Which functions may run as they are, without any check: small ones that call nothing and have no
 * loop, and of which the caller can tell beforehand that no instruction will trap. Nobody sees a frame
 * of theirs: the caller looks first whether something wants to stop in them.
 */
import { canonicalTypes } from '../../wasm/canonical-types.ts';
import type { InstructionReader } from '../../wasm/instructions.ts';
import { functionType, type Module } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { ValType } from '../../wasm/types.ts';
import type { CodeLimits } from './code-limits.ts';
import { LeafWalk, mayBeBare } from './leaf-walk.ts';
import { functionsInTable } from './signature-tables.ts';
import type { Walker } from './walker.ts';

/** Bytes of memory that a function accesses, or some of them: from base + offset on, modulo 2^32. */
export interface LeafSpan {
  readonly memory: number;
  /** An i32 that the caller knows: 0, an argument, or a global as it is at the call. */
  readonly base: { readonly kind: 'zero' | 'param' | 'global'; readonly index: number };
  readonly offset: number;
  readonly bytes: number;
  readonly isWritten: boolean;
}

export interface BareLeaf {
  /** Indices of the functions that may be called: one, but for indirect calls. */
  readonly functions: readonly number[];
  /** They must be in bounds. The smallest memory has what begins at zero. */
  readonly spans: readonly LeafSpan[];
  /** Pairs that must not overlap: what is loaded from the one has been stored there, and is a base. */
  readonly apart: readonly (readonly [LeafSpan, LeafSpan])[];
  readonly writesGlobals: boolean;
}

/** What is looked at of an instruction. */
export type CallInstruction = Pick<InstructionReader, 'op' | 'index' | 'index2'>;

/** A caller has a check for each. */
const MOST_SPANS = 4;
const MOST_APART = 2;
const MOST_FUNCTIONS = 64;
const MOST_BYTES = 1 << 16;
const MOST_LOCALS = 64;

export class BareLeaves {
  readonly #module: Module;
  readonly #mostBytes: number;
  /** By function index. */
  readonly #known: (BareLeaf | 'none' | undefined)[];
  /** By table, then by type. */
  readonly #throughTables: Map<number, BareLeaf | 'none'>[] = [];
  #canonical: readonly number[] | undefined;

  private constructor(module: Module, mostBytes: number) {
    this.#module = module;
    this.#mostBytes = mostBytes;
    this.#known = new Array<undefined>(module.functions.length).fill(undefined);
  }

  static readonly #ofModules = new WeakMap<Module, Map<number, BareLeaves>>();

  static of(module: Module, { bareLeaves }: CodeLimits): BareLeaves {
    let ofModule = BareLeaves.#ofModules.get(module);
    if (ofModule === undefined) {
      ofModule = new Map();
      BareLeaves.#ofModules.set(module, ofModule);
    }
    let leaves = ofModule.get(bareLeaves);
    if (leaves === undefined) {
      leaves = new BareLeaves(module, bareLeaves);
      ofModule.set(bareLeaves, leaves);
    }
    return leaves;
  }

  /**
   * What is called, if the instruction is a call that may be one without checks. Not in protected
   * bodies: V8 lets a handler catch an overflow of the stack, and there the frame is what it was at
   * the last call.
   *
   * @param call the instruction, which has just been read
   */
  called({ op, index, index2 }: CallInstruction, { innermost }: Walker): BareLeaf | undefined {
    if (this.#mostBytes === 0 || innermost.guarded) return undefined;
    if (op === Op.call) return this.#of(index);
    return op === Op.callIndirect ? this.#throughTable(index2, index) : undefined;
  }

  #of(func: number): BareLeaf | undefined {
    let leaf = this.#known[func];
    if (leaf === undefined) {
      leaf = this.#find(func) ?? 'none';
      this.#known[func] = leaf;
    }
    return leaf === 'none' ? undefined : leaf;
  }

  #throughTable(table: number, typeIndex: number): BareLeaf | undefined {
    this.#throughTables[table] ??= new Map();
    const ofTable = this.#throughTables[table];
    let leaf = ofTable.get(typeIndex);
    if (leaf === undefined) {
      leaf = this.#findInTable(table, typeIndex) ?? 'none';
      ofTable.set(typeIndex, leaf);
    }
    return leaf === 'none' ? undefined : leaf;
  }

  /** One for all functions of a type in a table. */
  #findInTable(table: number, typeIndex: number): BareLeaf | undefined {
    this.#canonical ??= canonicalTypes(this.#module);
    const found = functionsInTable(this.#module, table, typeIndex, this.#canonical);
    if (found === undefined || found.size === 0 || found.size > MOST_FUNCTIONS) return undefined;
    const functions = [...found];
    const spans: LeafSpan[] = [];
    const pairs: (readonly [LeafSpan, LeafSpan])[] = [];
    let writesGlobals = false;
    for (const func of functions) {
      const leaf = this.#of(func);
      if (leaf === undefined) return undefined;
      if (leaf.writesGlobals) writesGlobals = true;
      for (const span of leaf.spans) include(spans, span);
      pairs.push(...leaf.apart);
    }
    const apart = widened(pairs, spans);
    if (spans.length > MOST_SPANS || apart.length > MOST_APART) return undefined;
    if (spans.some(({ base, bytes }) => isFar(base.kind, bytes))) return undefined;
    return { functions, spans, apart, writesGlobals };
  }

  #find(func: number): BareLeaf | undefined {
    const module = this.#module;
    if (func < module.importedFunctions) return undefined;
    const body = module.bodies[func - module.importedFunctions];
    if (body === undefined || body.end - body.codeStart > this.#mostBytes) return undefined;
    if (!mayBeBare(module, body)) return undefined;
    const { params, results } = functionType(module, module.functions[func]!.typeIndex);
    const localTypes: ValType[] = [...params];
    for (const { count, type } of body.locals) {
      if (localTypes.length + count > MOST_LOCALS) return undefined;
      for (let i = 0; i < count; i++) localTypes.push(type);
    }
    const fn = {
      module,
      localTypes,
      localType: (i: number) => localTypes[i]!,
      results,
      codeStart: body.codeStart,
      loops: undefined,
      fresh: undefined,
      derived: undefined,
      writesBelow: undefined,
      derivesOperands: false,
      unkept: undefined,
    };
    const walk = new LeafWalk(module, body, fn, params.length);
    if (!walk.follow()) return undefined;
    const { spans, apart, writesGlobals } = walk;
    if (spans.length > MOST_SPANS || apart.length > MOST_APART) return undefined;
    if (spans.some((span) => isFar(walk.baseOf(span).kind, span.high - span.low))) return undefined;
    const found = new Map(
      spans.map((span) => {
        const { memory, low, high, isWritten } = span;
        const base = walk.baseOf(span);
        return [span, { memory, base, offset: low | 0, bytes: high - low, isWritten }];
      }),
    );
    return {
      functions: [func],
      spans: [...found.values()],
      apart: apart.map(([a, b]) => [found.get(a)!, found.get(b)!] as const),
      writesGlobals,
    };
  }
}

/** Whether a check would be for too many bytes. */
function isFar(kind: LeafSpan['base']['kind'], bytes: number): boolean {
  return kind !== 'zero' && bytes > MOST_BYTES;
}

/** The pairs of those spans that contain the pairs' own, each once. */
function widened(
  pairs: readonly (readonly [LeafSpan, LeafSpan])[],
  spans: readonly LeafSpan[],
): (readonly [LeafSpan, LeafSpan])[] {
  const found: (readonly [LeafSpan, LeafSpan])[] = [];
  for (const pair of pairs) {
    const [a, b] = [spans[indexAtBase(spans, pair[0])]!, spans[indexAtBase(spans, pair[1])]!];
    if (!found.some((other) => other.includes(a) && other.includes(b))) found.push([a, b]);
  }
  return found;
}

function indexAtBase(spans: readonly LeafSpan[], { memory, base }: LeafSpan): number {
  return spans.findIndex(
    (other) =>
      other.memory === memory && other.base.kind === base.kind && other.base.index === base.index,
  );
}

/** Makes one of the spans wide enough for another at the same base, or adds that. */
function include(spans: LeafSpan[], span: LeafSpan): void {
  const at = indexAtBase(spans, span);
  if (at < 0) {
    spans.push(span);
    return;
  }
  const { offset, bytes, isWritten } = spans[at]!;
  const low = Math.min(offset, span.offset);
  const high = Math.max(offset + bytes, span.offset + span.bytes);
  spans[at] = {
    ...span,
    offset: low,
    bytes: high - low,
    isWritten: isWritten || span.isWritten,
  };
}
