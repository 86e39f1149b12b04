/**
 * The skeleton of one version of a function, and the parts that write it.
 *
 *     block $cold (result i32)   (one or more: see `cold-blocks.ts`)
 *       block $body (result R)   ...the instructions...   end
 *       return
 *     end
 *     store the locals; leave(frame, pc, instance); tail-call what it names
 *
 * The result of $cold is an exit number: which exit it was, with flags.
 *
 * Every check branches to a $cold and nothing comes back from there: a cold path that returned would
 * be a merge edge in every loop, which costs V8 its load elimination and unrolling.
 */
import type { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import { I32 } from '../../wasm/types.ts';
import { BlockWriter } from './block-writer.ts';
import { CallSites } from './call-sites.ts';
import { CodeWriter, ScratchLocals } from './code.ts';
import { MAX_BODY_BYTES } from './code-limits.ts';
import { ColdBlocks } from './cold-blocks.ts';
import type { EmitOptions } from './emit-options.ts';
import { Exits, RESULT_TYPES } from './exits.ts';
import { FrameWriter } from './frame-writer.ts';
import type { Labels } from './labels.ts';
import type { FunctionPlan } from './plan.ts';
import { usesSegment } from './segments.ts';
import type { EmitTarget } from './target.ts';
import { Walker } from './walker.ts';

/** What the emitted code has room for at first: bytes for each of the original, at least, at most. */
const GROWTH = 4;
const LEAST_CAPACITY = 128;
const MOST_CAPACITY = 1 << 16;
/** So much is kept for the next version at most. */
const MOST_ROOM = 1 << 20;

/** What the last version was written in, for the next: room that is never written costs most. */
let spareRoom: Uint8Array<ArrayBuffer> | undefined;

function takeRoom(capacity: number): number | Uint8Array<ArrayBuffer> {
  const room = spareRoom;
  spareRoom = undefined;
  return room !== undefined && room.length >= capacity ? room : capacity;
}

export class VersionWriter {
  readonly plan: FunctionPlan;
  readonly options: EmitOptions;
  readonly out: CodeWriter;
  readonly scratch: ScratchLocals;
  readonly frame: FrameWriter;
  readonly walker: Walker;
  readonly blocks: BlockWriter;
  readonly labels: Labels;
  readonly calls: CallSites;
  readonly cold: ColdBlocks;
  readonly exits: Exits;
  readonly #callsNothing: boolean;
  /** Number of the function's own locals that are locals here; the others are in the frame only. */
  readonly registers: number;
  readonly #target: EmitTarget;

  /** @param parameters number of the function's own locals that are the emitted function's parameters */
  constructor(plan: FunctionPlan, target: EmitTarget, options: EmitOptions, parameters: number) {
    this.plan = plan;
    this.options = options;
    this.#target = target;
    const expected = GROWTH * (plan.body.end - plan.codeStart) + LEAST_CAPACITY;
    const out = new CodeWriter(target.debugMemory, takeRoom(Math.min(expected, MOST_CAPACITY)));
    const registers = Math.min(options.registers ?? plan.registers, plan.registers);
    const scratch = new ScratchLocals(
      registers,
      options.frameParameter === true ? parameters : undefined,
    );
    const frame = new FrameWriter({ plan, out, scratch, target, parameters, registers });
    const walker = new Walker(plan, registers);
    const blocks = new BlockWriter(plan, target, out);
    const { labels } = blocks;
    const hasDeadEnds = plan.deadEnds.length > 0 && options.fewerChecks !== true;
    const callsNothing = plan.isLeaf && options.hooks === 'none' && !hasDeadEnds;
    this.#callsNothing = callsNothing;
    const calls = new CallSites({ plan, out, scratch, walker, target, callsNothing });
    this.out = out;
    this.registers = registers;
    this.scratch = scratch;
    this.frame = frame;
    this.walker = walker;
    this.blocks = blocks;
    this.labels = labels;
    this.calls = calls;
    this.cold = new ColdBlocks({ plan, frame, walker, labels, registers });
    const { cold } = this;
    this.exits = new Exits({ plan, target, options, out, scratch, frame, walker, cold, calls });
  }

  /** The code has been copied, and nothing more is written. */
  release(): void {
    this.walker.operands.release();
    const room = this.out.release();
    if (room.length <= MOST_ROOM) spareRoom = room;
  }

  /** V8 would not take the body; the rest of it is not emitted. */
  get isTooLarge(): boolean {
    return this.out.length > MAX_BODY_BYTES;
  }

  /** Opens $cold and $body. */
  begin(): void {
    const { plan, blocks } = this;
    if (this.options.frameParameter !== true) this.frame.begin(this.#callsNothing);
    for (let i = 0; i < this.cold.count; i++)
      blocks.open([I32], { construct: undefined, role: 'cold' });
    if (plan.resultHeight >= 0) blocks.open(RESULT_TYPES, { construct: undefined, role: 'cold' });
    blocks.open(plan.results, { construct: this.walker.constructs[0]!, role: 'plain' });
  }

  /** After the function's last `end`. */
  finish(): void {
    this.out.op(Op.return);
    if (this.plan.resultHeight >= 0) {
      this.blocks.close();
      this.exits.writeResult();
    }
    for (let i = this.cold.count - 1; i >= 0; i--) {
      this.blocks.close();
      this.cold.write(i);
    }
    this.exits.writeLeave();
    this.out.end();
  }

  /**
   * The original's instruction, with its indices as they are here.
   *
   * @param first offset of what was emitted for it alone
   */
  copy(reader: InstructionReader, first = this.out.length): void {
    // A continuation calls a helper for it, in which it may trap.
    if (usesSegment(reader)) this.calls.anchorPosition();
    this.options.positions?.add(first, this.out.length, reader.pc);
    this.#target.instruction(reader, this.out);
  }

  /** The same for an instruction without indices, before which nothing was emitted for it. */
  copyPlain({ pc, next }: InstructionReader): void {
    const { out } = this;
    this.options.positions?.add(out.length, out.length, pc);
    out.bytes(this.plan.module.bytes, pc, next);
  }

  /**
   * The original's call with a function index of its own.
   *
   * @param first see {@link copy}
   */
  copyCall({ op, pc }: InstructionReader, callee: number, first = this.out.length): void {
    this.options.positions?.add(first, this.out.length, pc);
    this.out.op(op);
    this.out.u32(callee);
  }
}
