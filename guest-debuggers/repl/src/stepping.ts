/**
 * How far `next`, `finish` and `until` run. They stop at breakpoints where control comes back to, so
 * that a call costs what it costs without a debugger; single steps are only for single instructions.
 *
 * The world's breakpoints are for a function, not for one activation of it: a recursion reaches them
 * in deeper frames as well, which is told by counting frames.
 */

import type { DisassembledInstruction } from '../../../src/wasm/disassembly.ts';
import { Op } from '../../../src/wasm/opcodes.ts';
import { CommandError } from './errors.ts';
import type { Backtrace, FrameView } from './frames.ts';
import type { Place } from './places.ts';
import type { Plan } from './runner.ts';

const calls = new Set<number>([Op.call, Op.callIndirect, Op.callRef]);
const tailCalls = new Set<number>([Op.returnCall, Op.returnCallIndirect, Op.returnCallRef]);
const openers = new Set<number>([Op.block, Op.loop, Op.if, Op.try, Op.tryTable]);

/** One instruction; a call, with all that it does, is one. */
export function planNext(trace: Backtrace, frame: FrameView): Plan {
  const at = frame.code.instructionAt(frame.pc);
  if (at !== undefined && calls.has(at.op)) {
    const back = { module: frame.instance.module, pc: at.next };
    return { targets: [back, ...returnTargets(trace, 0)], depth: allFrames(trace) };
  }
  if (at !== undefined && tailCalls.has(at.op)) return planFinish(trace, 0);
  return { step: true };
}

/**
 * Until the frame with this index has returned. Without a caller in wasm: until something else stops
 * the program.
 */
export function planFinish(trace: Backtrace, index: number): Plan {
  const targets = returnTargets(trace, index);
  return { targets, depth: allFrames(trace) - index - 1 };
}

/** Until control is past the frame's instruction, as written: loops run to their end. */
export function planUntil(trace: Backtrace, frame: FrameView): Plan {
  const { code, func, pc } = frame;
  const body = code.bodyOf(func);
  if (body === undefined) throw new CommandError('the function has no code');
  const lines = code.instructions(body);
  const at = lines.findIndex((line) => line.pc === pc);
  const { module } = frame.instance;
  const targets = placesPast(lines, at).map((target) => ({ module, pc: target }));
  return { targets: [...targets, ...returnTargets(trace, 0)], depth: allFrames(trace) };
}

/** Until one of these places is reached in this frame or a caller, or the frame has returned. */
export function planReach(trace: Backtrace, places: readonly Place[]): Plan {
  return { targets: [...places, ...returnTargets(trace, 0)] };
}

/**
 * Where control can be next after `lines[at]` among what is written behind it: the next
 * instruction, what follows the end of each construct around it (where branches and handlers go),
 * and the other parts of those constructs.
 */
export function placesPast(lines: readonly DisassembledInstruction[], at: number): number[] {
  const places = new Set<number>();
  const next = lines[at + 1];
  if (next !== undefined) places.add(next.pc);
  let nested = 0;
  for (let i = at; i < lines.length; i++) {
    const { op } = lines[i]!;
    const inside = nested === 0;
    if (openers.has(op)) nested++;
    else if (op === Op.end || op === Op.delegate) {
      if (nested > 0) nested--;
      if (inside || (i > at && nested === 0 && openers.has(lines[at]!.op)))
        addPast(lines, i, places);
    } else if (inside && (op === Op.else || op === Op.catch || op === Op.catchAll)) {
      addPast(lines, i, places);
    }
  }
  return [...places];
}

function addPast(lines: readonly DisassembledInstruction[], at: number, places: Set<number>): void {
  const following = lines[at + 1];
  if (following !== undefined) places.add(following.pc);
}

/** Where the frame with this index returns to; none if no wasm frame called it. */
function returnTargets(trace: Backtrace, index: number): Place[] {
  const caller = trace.at(index + 1);
  return caller === undefined ? [] : [{ module: caller.instance.module, pc: caller.pc }];
}

function allFrames(trace: Backtrace): number {
  return trace.count(Number.POSITIVE_INFINITY);
}
