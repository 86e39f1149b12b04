/**
 * Collects, in the pre-pass, where locals are written, and which of those writes are of values that
 * the instructions just before compute from constants and locals alone: see `derived-locals.ts`.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { I32, I64, type ValType } from '../../wasm/types.ts';
import { INTEGER_OPERATIONS } from './integer-operations.ts';
import { isDivision } from './trap-checks.ts';
import { truncationBounds } from './truncation.ts';
import type { Walker } from './walker.ts';

export interface Write {
  /** Offset of the instruction. */
  readonly pc: number;
  /** Number of the stretch that it is in: of instructions that run one after the other, all or none. */
  readonly stretch: number;
  /** Nothing goes around it, and nothing comes back to it. */
  readonly runsOnce: boolean;
}

/** A write to a local of an integer that follows from constants and locals. */
export interface Candidate {
  readonly local: number;
  /** Offset of the first of the instructions that compute it. */
  readonly start: number;
  /** Offset of the write, behind those. */
  readonly end: number;
  readonly stretch: number;
  readonly runsOnce: boolean;
  /** The last instruction before in the stretch that may trap, and at which a version may be left. */
  readonly lastExit: number;
  readonly inLoop: boolean;
  /** How many writes there are before it, see `LocalWrites.order`. */
  readonly ordinal: number;
  /** An exception that is thrown here may be caught in the function. */
  readonly guarded: boolean;
}

/** Bytes of the instructions that compute one. */
const MOST_BYTES = 64;

/** What an instruction does to the operands that follow from constants and locals. */
type Kind =
  | typeof PUSHES
  | typeof UNARY
  | typeof BINARY
  | typeof SETS
  | typeof TEES
  | typeof PASSES
  | typeof EXITS
  | typeof LEAVES;
const PUSHES = 0;
const UNARY = 1;
const BINARY = 2;
const SETS = 3;
const TEES = 4;
/** Anything else that control goes through. */
const PASSES = 5;
/** The same, but it may trap. */
const EXITS = 6;
/** Control may go elsewhere, or come from elsewhere. */
const LEAVES = 7;

const KINDS: Kind[] = new Array<Kind>(0x100).fill(EXITS);
for (let op: number = Op.unreachable; op <= Op.tryTable; op++) KINDS[op] = LEAVES;
// Constants and comparisons of floats, arithmetic and conversions that do not trap.
for (let op: number = Op.f32Const; op <= Op.f64ReinterpretI64; op++) {
  KINDS[op] = isDivision(op) || truncationBounds(op) !== undefined ? EXITS : PASSES;
}
// Nothing branches to the beginning of a block.
for (const op of [Op.nop, Op.block, Op.drop, Op.select, Op.selectT, Op.globalGet, Op.globalSet]) {
  KINDS[op] = PASSES;
}
for (const op of [Op.i32Const, Op.i64Const, Op.localGet]) KINDS[op] = PUSHES;
KINDS[Op.localSet] = SETS;
KINDS[Op.localTee] = TEES;
for (const [op, operands] of INTEGER_OPERATIONS) KINDS[op] = operands === 1 ? UNARY : BINARY;
for (const op of [Op.brOnNull, Op.brOnNonNull]) KINDS[op] = LEAVES;

/** Of the prefixed ones, these go elsewhere. */
const PREFIXED_BRANCHES: ReadonlySet<number> = new Set([Op.brOnCast, Op.brOnCastFail]);

const NONE = -1;
const SEVERAL = -2;

export class LocalWrites {
  readonly candidates: Candidate[] = [];
  /** The locals that are written, in the order of the instructions. */
  readonly order: number[] = [];
  readonly #localTypes: readonly ValType[];
  readonly #params: number;
  /** By local: the offset of the one write, or NONE or SEVERAL. */
  readonly #pcs: number[];
  /** By local: the number of the stretch, and in the lowest bit whether it runs once. */
  readonly #stretches: number[];
  #stretch = 0;
  #lastExit = -1;
  /** Where the instructions begin that compute the operands on top, the others not counted. */
  readonly #starts: number[] = [];
  #height = 0;

  constructor(localTypes: readonly ValType[], params: number) {
    this.#localTypes = localTypes;
    this.#params = params;
    this.#pcs = new Array<number>(localTypes.length).fill(NONE);
    this.#stretches = new Array<number>(localTypes.length).fill(0);
  }

  /** The one write to a local; undefined if there is none, or several. */
  single(local: number): Write | undefined {
    const pc = this.#pcs[local]!;
    if (pc < 0) return undefined;
    const stretch = this.#stretches[local]!;
    return { pc, stretch: stretch >>> 1, runsOnce: (stretch & 1) === 1 };
  }

  isSingle(local: number): boolean {
    return this.#pcs[local]! >= 0;
  }

  isWritten(local: number): boolean {
    return this.#pcs[local] !== NONE;
  }

  /**
   * Takes notice of an instruction that can be reached.
   *
   * @param walker before the instruction
   */
  note({ op, pc, index }: InstructionReader, walker: Walker, inLoop: boolean): void {
    switch (op < 0x100 ? KINDS[op]! : PREFIXED_BRANCHES.has(op) ? LEAVES : EXITS) {
      case PUSHES:
        this.#starts[this.#height++] = pc;
        return;
      case UNARY:
        return;
      case BINARY:
        this.#height = Math.max(0, this.#height - 1);
        return;
      case SETS:
        this.#write(index, pc, walker, inLoop);
        this.#height = 0;
        return;
      case TEES:
        this.#write(index, pc, walker, inLoop);
        // What comes next may begin with the local.
        this.#starts[0] = pc;
        this.#height = 1;
        return;
      case LEAVES:
        this.#stretch++;
        this.#height = 0;
        return;
      case EXITS:
        this.#lastExit = pc;
        this.#height = 0;
        return;
      default:
        this.#height = 0;
    }
  }

  #write(local: number, pc: number, { constructs, innermost }: Walker, inLoop: boolean): void {
    const stretch = this.#stretch;
    const runsOnce = constructs.length === 1;
    const ordinal = this.order.push(local) - 1;
    if (this.#pcs[local] !== NONE) {
      this.#pcs[local] = SEVERAL;
      return;
    }
    this.#pcs[local] = pc;
    this.#stretches[local] = (stretch << 1) | Number(runsOnce);
    if (this.#height === 0 || local < this.#params) return;
    const type = this.#localTypes[local]!;
    if (type !== I32 && type !== I64) return;
    const start = this.#starts[this.#height - 1]!;
    if (pc - start > MOST_BYTES) return;
    this.candidates.push({
      local,
      start,
      end: pc,
      stretch,
      runsOnce,
      inLoop,
      ordinal,
      lastExit: this.#lastExit,
      guarded: innermost.guarded,
    });
  }
}
