/**
 * What the loops of a function do to its locals: which they write, and which of those still differ
 * from the frame when control comes back to the header.
 *
 * Before each call, what changed is stored. So if every way around a loop has a call, little is
 * carried around, and what differed before the loop is stored best once, ahead of it.
 *
 * An interpreter's loop has calls on most of its many ways, but not on all. What is written on any of
 * them may differ on all, and each call would store all that: so in such a loop a local is stored
 * where it is written.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { BareLeaves } from './bare-leaves.ts';
import type { Construct } from './construct.ts';
import type { IntList } from './int-list.ts';
import { LocalSet } from './local-set.ts';
import type { WalkedFunction } from './walked-function.ts';
import { Walker } from './walker.ts';

export class LoopEffects {
  /** Locals that the body writes. */
  readonly writes: LocalSet;
  /** Those of them that inner loops without calls write. */
  readonly #inner: LocalSet;
  readonly #storesAtOnceFrom: number;
  /** Of the writes, at least those that may differ from the frame on the way back. */
  carried: LocalSet;
  /** Number of calls in the body. */
  calls = 0;
  /** The most cases of a `br_table` in the body, but not in an inner loop. */
  cases = 0;
  /** Every way around goes through a call that stores what differs from the frame. */
  alwaysCalls = false;
  /** Every way around goes through a call, which may be one of a bare leaf. */
  alwaysPolls = false;
  /** There is a loop in the body. */
  hasLoop = false;
  /** Offset of its `end`. */
  end = 0;
  /** Another loop is around. */
  isInside = false;
  /** There are branches that do not leave the loop, nor go back to its header. */
  hasWays = false;
  /** Control comes back to the header by other than `br`. */
  hasOtherBacks = false;

  /**
   * @param locals number of the function's
   * @param storesAtOnceFrom see `CodeLimits`
   */
  constructor(locals: number, storesAtOnceFrom: number) {
    this.#storesAtOnceFrom = storesAtOnceFrom;
    this.writes = new LocalSet(locals);
    this.#inner = new LocalSet(locals);
    this.carried = this.writes;
  }

  /** There is a call in the body. */
  get hasCall(): boolean {
    return this.calls > 0;
  }

  /** Locals are stored where they are written, but in inner loops without calls. */
  get storesAtOnce(): boolean {
    return Math.min(this.cases, this.calls) >= this.#storesAtOnceFrom;
  }

  /**
   * Its check is best made ahead of each branch back. Then nothing has to be handed on to the header just
   * for an exit there, and what each round writes need not outlive it. Where only some rounds write, and the
   * loop around needs it, that would keep more in registers for longer.
   */
  get checksAtEnd(): boolean {
    return !this.hasLoop && !this.hasOtherBacks && !(this.isInside && this.hasWays);
  }

  /** Takes over what a loop in the body does. */
  include(loop: LoopEffects): void {
    this.hasLoop = true;
    this.writes.addFrom(loop.writes);
    this.#inner.addFrom(loop.hasCall ? loop.#inner : loop.writes);
    this.calls += loop.calls;
  }

  /**
   * The body has been read: what is carried around is all that may be.
   *
   * @param end offset of the loop's `end`
   */
  finish(end: number, unkept: LocalSet | undefined): void {
    this.end = end;
    if (!this.storesAtOnce) return;
    this.carried = this.#inner.clone();
    this.writes.forEach((local) => {
      if (unkept?.has(local) === true) this.carried.add(local);
    });
  }

  /** What is carried around does not contain these. */
  leaveOut(locals: LocalSet): void {
    if (this.carried === this.writes) this.carried = this.writes.clone();
    this.carried.deleteFrom(locals);
  }
}

/** Instructions before which all locals are stored that are kept during calls. */
export function isCall(op: number): boolean {
  return op === Op.call || op === Op.callIndirect || op === Op.callRef;
}

export function isTailCall(op: number): boolean {
  return op === Op.returnCall || op === Op.returnCallIndirect || op === Op.returnCallRef;
}

/**
 * Follows the body of a function that has calls in loops, to find what is carried around those.
 *
 * @param end offset behind the body
 * @param offsets of the instructions to look at: all but those that are but operations on operands
 * @param loops by the offset of the `loop` opcode, with all as carried that may be; changed
 * @param depth how deep loops are nested
 * @param bareLeaves calls of these store nothing
 */
export function refineLoopEffects(
  fn: WalkedFunction,
  end: number,
  offsets: IntList,
  loops: ReadonlyMap<number, LoopEffects>,
  depth: number,
  bareLeaves: BareLeaves,
): void {
  new Refinement(fn, loops, depth, bareLeaves).run(end, offsets);
}

/** In small methods, see `Prepass`. */
class Refinement {
  readonly #fn: WalkedFunction;
  readonly #loops: ReadonlyMap<number, LoopEffects>;
  readonly #bareLeaves: BareLeaves;
  readonly #walker: Walker;
  readonly #locals: number;
  readonly #depth: number;
  #open = 0;
  /** Loops with calls that have not ended. */
  #left = 0;

  constructor(
    fn: WalkedFunction,
    loops: ReadonlyMap<number, LoopEffects>,
    depth: number,
    bareLeaves: BareLeaves,
  ) {
    this.#fn = fn;
    this.#loops = loops;
    this.#bareLeaves = bareLeaves;
    this.#locals = fn.localTypes.length;
    this.#depth = depth;
    // Behind the locals, two that stand for each open loop's header: one is lost at the first call, the
    // other at the first that is not bare.
    this.#walker = Walker.ofControl({ ...fn, loops }, this.#locals + 2 * depth);
    this.#walker.unsaved.dirty.clear();
    for (const { hasCall } of loops.values()) if (hasCall) this.#left++;
  }

  run(end: number, offsets: IntList): void {
    const reader = new InstructionReader(this.#fn.module.bytes, this.#fn.codeStart, end);
    for (let i = 0; this.#left > 0 && i < offsets.count; i++) {
      reader.seek(offsets.at(i));
      reader.read();
      this.#special(reader);
    }
    this.#walker.operands.release();
  }

  #special(reader: InstructionReader): void {
    const walker = this.#walker;
    const { op } = reader;
    if (walker.reachable && isCall(op)) {
      if (this.#bareLeaves.called(reader, walker) === undefined) this.#store(false);
      else this.#passBareCall();
    } else if (walker.reachable && op === Op.loop) {
      // Ahead of such a loop, locals are stored although nothing is called yet.
      if (this.#loops.get(reader.pc)?.storesAtOnce === true) this.#store(true);
    }
    const { innermost } = walker;
    const constructs = walker.constructs.length;
    walker.apply(reader);
    const opened = walker.constructs.length - constructs;
    if (opened > 0 && op === Op.loop) {
      const marker = this.#locals + this.#open++;
      walker.unsaved.dirty.add(marker);
      walker.unsaved.dirty.add(marker + this.#depth);
    } else if (opened < 0 && innermost.kind === 'loop') {
      this.#open--;
      const effects = this.#loops.get(innermost.pc)!;
      const marker = this.#locals + this.#open;
      finish(effects, innermost, marker, marker + this.#depth);
      if (effects.hasCall) this.#left--;
    }
  }

  #passBareCall(): void {
    const { dirty } = this.#walker.unsaved;
    const first = this.#locals + this.#depth;
    for (let i = 0; i < this.#open; i++) dirty.delete(first + i);
  }

  #store(keepsHeaders: boolean): void {
    const { dirty } = this.#walker.unsaved;
    const { unkept } = this.#fn;
    if (unkept === undefined && !keepsHeaders) {
      dirty.clear();
      return;
    }
    const has = (local: number): boolean =>
      unkept?.has(local) === true || (keepsHeaders && local >= this.#locals);
    dirty.take({ has, hasWord: () => false }, () => {});
  }
}

/** @param polled the marker that every call takes away */
function finish(
  effects: LoopEffects,
  { endDirty }: Construct,
  marker: number,
  polled: number,
): void {
  effects.alwaysCalls = effects.hasCall && endDirty?.has(marker) !== true;
  effects.alwaysPolls = effects.hasCall && endDirty?.has(polled) !== true;
  if (!effects.hasCall) return;
  effects.carried = new LocalSet(effects.writes.size);
  if (endDirty !== undefined) effects.carried.addFrom(endDirty);
}
