/**
 * What the loops of a function do to its locals: which they write, and which of those still differ
 * from the frame when control comes back to the header.
 *
 * Before each call, what changed is stored. So if every way around a loop has a call, little is
 * carried around, and what differed before the loop is stored best once, ahead of it.
 */
import { InstructionReader } from '../../wasm/instructions.ts';
import type { FunctionBody } from '../../wasm/module.ts';
import { Op } from '../../wasm/opcodes.ts';
import type { Construct } from './construct.ts';
import { LocalSet } from './local-set.ts';
import { type WalkedFunction, Walker } from './walker.ts';

export interface LoopEffects {
  /** Locals that the body writes. */
  readonly writes: LocalSet;
  /** Of these, at least those that may differ from the frame on the way back. */
  carried: LocalSet;
  /** There is a call in the body. */
  hasCall: boolean;
  /** Every way around goes through a call. */
  alwaysCalls: boolean;
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
 * @param loops by the offset of the `loop` opcode, with all that is written as carried; changed
 * @param depth how deep loops are nested
 */
export function refineLoopEffects(
  fn: WalkedFunction,
  body: FunctionBody,
  loops: ReadonlyMap<number, LoopEffects>,
  depth: number,
): void {
  const locals = fn.localTypes.length;
  // Behind the locals, one that stands for each open loop's header: it is lost at the first call.
  const walker = new Walker({ ...fn, loops }, locals + depth);
  walker.dirty.clear();
  const reader = new InstructionReader(fn.module.bytes, body.codeStart, body.end);
  const keep = {
    has: (local: number) => fn.unkept?.has(local) === true,
    hasWord: () => false,
  };
  let open = 0;
  while (!walker.finished && reader.read()) {
    const { op } = reader;
    if (walker.reachable && isCall(op)) walker.dirty.take(keep, () => {});
    const { innermost } = walker;
    const constructs = walker.constructs.length;
    walker.apply(reader);
    const opened = walker.constructs.length - constructs;
    if (opened > 0 && op === Op.loop) {
      walker.dirty.add(locals + open++);
    } else if (opened < 0 && innermost.kind === 'loop') {
      finish(loops.get(innermost.pc)!, innermost, locals + --open);
    }
  }
}

function finish(effects: LoopEffects, { endDirty }: Construct, marker: number): void {
  effects.alwaysCalls = effects.hasCall && endDirty?.has(marker) !== true;
  if (!effects.hasCall) return;
  effects.carried = new LocalSet(effects.writes.size);
  if (endDirty !== undefined) effects.carried.addFrom(endDirty);
}
