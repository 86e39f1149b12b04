/** A defined function under the engine: what is derived from its body lazily, for all instances. */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionBody } from '../../wasm/module.ts';
import { emitCruise } from '../instrument/cruise.ts';
import { limitAddress } from '../instrument/instrument.ts';
import { type FunctionPlan, planFunction } from '../instrument/plan.ts';
import { Positions } from '../instrument/positions.ts';
import { type Snapshot, SnapshotFinder } from '../instrument/snapshot.ts';
import type { Limits } from './limits.ts';
import type { DebugModule } from './module.ts';
import { FunctionVersions } from './versions.ts';

/**
 * How much is kept of snapshots, in operands and constructs: they are cheap to make again, and
 * stepping through a large function makes very many.
 */
const MOST_KEPT = 1 << 16;
/** What a snapshot counts for beside its operands and constructs. */
const EACH_KEPT = 16;

export class DebugFunction {
  readonly module: DebugModule;
  readonly body: FunctionBody;
  readonly versions: FunctionVersions;
  readonly #snapshots = new Map<number, Snapshot | undefined>();
  /** The size of `#snapshots`. */
  #kept = 0;
  #finder: SnapshotFinder | undefined;
  #plan: FunctionPlan | undefined;
  #positions: Positions | undefined;

  constructor(module: DebugModule, body: FunctionBody, limits: Limits, word: number) {
    this.module = module;
    this.body = body;
    this.versions = new FunctionVersions(this, limits, word);
  }

  /** Function index in the original module, imports first. */
  get index(): number {
    return this.body.funcIndex;
  }

  get frameSize(): number {
    return this.module.instrumented.frameSizes[this.#defined]!;
  }

  get plan(): FunctionPlan {
    const { original, instrumented } = this.module;
    this.#plan ??= planFunction(original, this.body, instrumented.limits);
    return this.#plan;
  }

  /** The state before the instruction at `pc`; undefined if that cannot be reached. */
  snapshot(pc: number): Snapshot | undefined {
    const snapshots = this.#snapshots;
    if (!snapshots.has(pc)) {
      this.#finder ??= new SnapshotFinder(this.plan);
      const found = this.#finder.at(pc);
      const size = found === undefined ? 0 : found.operands.height + found.constructs.length;
      this.#kept += EACH_KEPT + size;
      if (this.#kept > MOST_KEPT) {
        snapshots.clear();
        this.#kept = EACH_KEPT + size;
      }
      snapshots.set(pc, found);
    }
    return snapshots.get(pc);
  }

  /** The first index immediate of the instruction at `pc`. */
  indexOperand(pc: number): number {
    const reader = new InstructionReader(this.module.original.bytes, pc, this.body.end);
    reader.read();
    return reader.index;
  }

  /** The first instruction at or behind a byte offset of the body; undefined behind the last. */
  instructionFrom(offset: number): number | undefined {
    const { codeStart, end } = this.body;
    const reader = new InstructionReader(this.module.original.bytes, codeStart, end);
    while (reader.read()) if (reader.pc >= offset) return reader.pc;
    return undefined;
  }

  /** The pc of the instruction at a byte offset of the instrumented module, if it is one's. */
  pcAt(position: number): number | undefined {
    this.#positions ??= this.#mapPositions();
    return this.#positions.pcAt(position - this.module.instrumented.bodyOffsets[this.#defined]!);
  }

  get #defined(): number {
    return this.index - this.module.original.importedFunctions;
  }

  /** Emission is deterministic: doing it again is cheaper than keeping a map of every module. */
  #mapPositions(): Positions {
    const { instrumented } = this.module;
    const positions = new Positions();
    if (this.#defined >= instrumented.entriesFrom) return positions;
    const word = instrumented.firstLimit + this.#defined;
    emitCruise(this.plan, instrumented.target, {
      limitAddress: limitAddress(word),
      traps: instrumented.traps,
      frameParameter: instrumented.bodies.of(this.index) !== undefined,
      positions,
    });
    return positions;
  }
}
