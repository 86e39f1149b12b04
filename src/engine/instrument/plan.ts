/**
 * What every version of a function shares: where its locals and operands are in the frame, and
 * what its loops write. Made by one pass over the body; pure data.
 *
 *     frame + 0                 locals, parameters first, packed by size
 *     frame + operandBase       operand slots, `stride` bytes each, bottom first
 *     frame + caughtBase        exceptions that legacy handlers have caught, outermost first
 *     frame + size              the callee's frame
 */
import { type FunctionBody, functionType, type Module } from '../../wasm/module.ts';
import { I64, V128, type ValType } from '../../wasm/types.ts';
import { BareLeaves } from './bare-leaves.ts';
import type { CertainStores } from './certain-stores.ts';
import { CALL_SCRATCH, CHUNK_SCRATCH, carriedScratch, FIXED_SCRATCH } from './code.ts';
import { CODE_LIMITS, type CodeLimits } from './code-limits.ts';
import type { Delimiters } from './delimiters.ts';
import type { DerivedLocals } from './derived-locals.ts';
import { FreshLocals } from './fresh-locals.ts';
import type { Induction } from './induction.ts';
import { caughtOffset, type LegacyShape } from './legacy-shape.ts';
import { LocalSet } from './local-set.ts';
import type { LoopEffects } from './loop-effects.ts';
import { INDEX_FROM } from './operands.ts';
import { prepass, type Shape } from './prepass.ts';
import { type Hierarchy, hierarchyOf, isShown, REFERENCE_SIZE, storageType } from './references.ts';
import { sizeOfNumber } from './run-stores.ts';
import type { WalkedFunction } from './walked-function.ts';

export interface FunctionPlan extends WalkedFunction {
  readonly limits: CodeLimits;
  readonly module: Module;
  readonly body: FunctionBody;
  /** Function index in the original module, imports first. */
  readonly index: number;
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
  /** Parameters, then locals. */
  readonly localTypes: readonly ValType[];
  /** As emitted versions and frames have them: see `marks` in `derived-locals.ts`. */
  readonly keptTypes: readonly ValType[];
  /** By the offset of the `loop` opcode. */
  readonly loops: ReadonlyMap<number, LoopEffects>;
  /** By the offset of the `loop` opcode. */
  readonly inductions: ReadonlyMap<number, Induction>;
  readonly fresh: FreshLocals;
  readonly derived: DerivedLocals;
  /** What it may call without checks. */
  readonly bareLeaves: BareLeaves;
  /** Calls nothing, but in dead ends: nobody's frame is behind that of its cruise version. */
  readonly isLeaf: boolean;
  /** How many calls there are that return, without those in dead ends. */
  readonly calls: number;
  readonly certainStores: CertainStores;
  /** Where dead ends begin and end, ascending: see `dead-ends.ts`. */
  readonly deadEnds: readonly number[];
  /** Height of the operand that an exit may take along: see `call-results.ts`. */
  readonly resultHeight: number;
  /** The hierarchies of the references among locals and operands. */
  readonly references: ReadonlySet<Hierarchy>;
  /** Byte offset in the frame of each local. */
  readonly localOffsets: readonly number[];
  /** Byte offset in the frame of what is behind the locals. */
  readonly localsEnd: number;
  readonly operandBase: number;
  /** The most operands at once. */
  readonly maxHeight: number;
  /** How many scratch locals of a type the operands of that type share. */
  readonly homes: number;
  /** How many of the first locals can be locals of an emitted version, within V8's limit. */
  readonly registers: number;
  readonly legacy: LegacyShape;
  readonly delimiters: Delimiters;
  /** Byte offset in the frame of the exceptions that legacy handlers have caught. */
  readonly caughtBase: number;
  /** Bytes from one operand slot to the next. */
  readonly stride: number;
  /** Bytes of a frame. */
  readonly frameSize: number;
}

/** Bytes of a local in a frame. Not a table by the names of types: V8 would hash those each time. */
function sizeOf(type: ValType): number {
  return type.kind === 'ref' ? REFERENCE_SIZE : sizeOfNumber(type);
}

/** @throws WasmError if the body is malformed */
export function planFunction(
  module: Module,
  body: FunctionBody,
  limits: CodeLimits = CODE_LIMITS,
): FunctionPlan {
  const index = body.funcIndex;
  const type = functionType(module, module.functions[index]!.typeIndex);
  const localTypes = [...type.params];
  for (const run of body.locals) {
    for (let i = 0; i < run.count; i++) localTypes.push(run.type);
  }
  const walked: WalkedFunction = {
    module,
    localTypes,
    localType: (i) => localTypes[i]!,
    results: type.results,
    codeStart: body.codeStart,
    loops: undefined,
    fresh: undefined,
    derived: undefined,
    writesBelow: undefined,
    derivesOperands: false,
    unkept: limits.callersReferences ? undefined : unkeptLocals(module, localTypes),
  };
  const bareLeaves = BareLeaves.of(module, limits);
  const shape = prepass(walked, body, type.params.length, limits, bareLeaves);
  const { marks } = shape.derived;
  const keptTypes = marks.isEmpty
    ? localTypes
    : localTypes.map((local, i) => (marks.has(i) ? I64 : local));
  const localOffsets = new Array<number>(keptTypes.length);
  let offset = 0;
  for (let i = 0; i < keptTypes.length; i++) {
    const local = keptTypes[i]!;
    if (local.kind === 'ref') {
      offset = align(offset, REFERENCE_SIZE);
    }
    localOffsets[i] = offset;
    offset += sizeOf(local);
  }
  const scratch = scratchBounds(shape, keptTypes, limits);
  const usesV128 = shape.usesV128 || localTypes.includes(V128);
  const stride = usesV128 ? 16 : 8;
  const operandBase = align(offset, stride);
  const caughtBase = operandBase + stride * shape.maxHeight;
  const neverFresh = limits.freshLocals ? type.params.length : localTypes.length;
  // Field by field: of a spread, V8 makes an object that it moves for each three fields that are added.
  return {
    module,
    localTypes,
    localType: walked.localType,
    results: type.results,
    codeStart: body.codeStart,
    unkept: walked.unkept,
    limits,
    body,
    index,
    params: type.params,
    keptTypes,
    localOffsets,
    localsEnd: offset,
    maxHeight: shape.maxHeight,
    homes: scratch.homes,
    registers: Math.max(
      type.params.length,
      Math.min(localTypes.length, limits.locals - scratch.most),
    ),
    loops: shape.loops,
    bareLeaves,
    inductions: shape.inductions,
    isLeaf: shape.isLeaf,
    fresh: new FreshLocals(neverFresh, localTypes.length, shape.firstWrites.found),
    derived: shape.derived,
    calls: shape.calls,
    certainStores: shape.certainStores,
    deadEnds: shape.deadEnds,
    resultHeight: shape.resultHeight,
    writesBelow:
      limits.equalOperands && shape.maxHeight < INDEX_FROM ? shape.writesBelow : undefined,
    derivesOperands:
      limits.derivedOperands &&
      shape.maxHeight < INDEX_FROM &&
      body.end - body.codeStart <= MOST_DERIVING,
    references: hierarchiesOf(module, shape, localTypes),
    operandBase,
    stride,
    legacy: shape.legacy,
    delimiters: shape.delimiters,
    caughtBase,
    // 16 at least: an empty frame would make a caller and its callee share one base.
    frameSize: Math.max(16, align(caughtOffset(caughtBase, shape.legacy.depth), 16)),
  };
}

/** All references, where one is such that a debugger is shown no locals at all. */
function unkeptLocals(module: Module, localTypes: readonly ValType[]): LocalSet | undefined {
  if (localTypes.every((type) => isShown(module, type))) return undefined;
  const unkept = new LocalSet(localTypes.length);
  localTypes.forEach((type, local) => {
    if (type.kind === 'ref') unkept.add(local);
  });
  return unkept;
}

/** Offset in the frame of the operand at `height` (0: the bottom of the operand stack). */
export function operandOffset(plan: FunctionPlan, height: number): number {
  return plan.operandBase + plan.stride * height;
}

/**
 * In a body of more bytes, operands are stored rather than derived: of each time that one is computed
 * again, V8 makes a value with a life of its own, and its allocation of registers takes more than twice
 * as long for twice as many.
 */
const MOST_DERIVING = 1 << 16;

/** The most scratch locals for operands, over all types. */
const MOST_HOMES = 20_000;

/** The most scratch locals that a version can have. */
function scratchBounds(shape: Shape, localTypes: readonly ValType[], limits: CodeLimits): Scratch {
  const { references } = shape;
  const operandTypes = NUMBER_TYPES + (references.size === 0 ? 0 : storageTypes(references));
  const homes = Math.max(1, Math.min(limits.homes, Math.floor(MOST_HOMES / operandTypes)));
  const housed = operandTypes * Math.min(homes, shape.maxHeight);
  const carries = shape.loops.size > 0 && [...shape.loops.values()].some((loop) => !loop.hasCall);
  const carried = carries ? carriedScratch(limits.carriedPlaces) : 0;
  const fixed = FIXED_SCRATCH + CALL_SCRATCH + CHUNK_SCRATCH + carried;
  const most = fixed + housed + shape.legacy.depth;
  // One for each type of locals that are in the frame only; hardly any function has such.
  const fits = localTypes.length * 2 + most <= limits.locals;
  return { homes, most: fits ? most : most + storageTypes(localTypes) };
}

/** I32, i64, f32, f64 and v128. */
const NUMBER_TYPES = 5;

const NO_HIERARCHIES: ReadonlySet<Hierarchy> = new Set();

/** Of the references among operands and locals. */
function hierarchiesOf(
  module: Module,
  { references }: Shape,
  localTypes: readonly ValType[],
): ReadonlySet<Hierarchy> {
  if (references.size === 0 && localTypes.every((type) => type.kind !== 'ref')) {
    return NO_HIERARCHIES;
  }
  const ofLocals = localTypes.filter((type) => type.kind === 'ref');
  return new Set([...references, ...ofLocals].map((type) => hierarchyOf(module, type)));
}

/** How many types scratch locals for values of these have. */
function storageTypes(types: ReadonlySet<ValType> | readonly ValType[]): number {
  const distinct = new Set(types);
  return distinct.size === 0 ? 0 : new Set(Array.from(distinct, storageType)).size;
}

interface Scratch {
  readonly homes: number;
  readonly most: number;
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
