/**
 * The frames of a stopped program: who called whom from V8's stack trace, values from the debug
 * memory. Frames of one activation lie one behind the other there, so a frame's base is its
 * callee's less its own size; across host calls the base is known from the host call, and of a frame
 * that is stopped under an injected call everything is known from its stop.
 */
import { isTailCall } from '../instrument/loop-effects.ts';
import type { Snapshot } from '../instrument/snapshot.ts';
import type { DebugFunction } from './function.ts';
import type { Exit } from './host-calls.ts';
import type { DebugInstance } from './instance.ts';
import { HOST, type Site, type WasmSite } from './stack-trace.ts';
import type { Continuation } from './version.ts';

export interface Frame {
  readonly instance: DebugInstance;
  readonly fn: DebugFunction;
  /** As reported: of the instruction that runs next in this frame. */
  readonly pc: number;
  /** The state that the frame shows: before the stopped instruction, or before the call it is in. */
  readonly snapshot: Snapshot;
  /** Byte address in the debug memory. */
  readonly base: number;
  /** The values in the debug memory are those of now. */
  readonly exact: boolean;
}

/** Frames between two host frames, newest first. */
export type Activation = readonly Frame[];

/** In what code execution is stopped: of all stops in one piece of it, there can be one object. */
export interface StopSite {
  readonly instance: DebugInstance;
  readonly fn: DebugFunction;
}

/** Where execution is stopped, as the code reports it. */
export interface StopPoint extends StopSite {
  readonly pc: number;
  readonly base: number;
  /** In a call of a host function, at the instruction before `pc`. */
  readonly calling?: true;
}

/** What code an instance of V8's runs. */
export type CodeOf = (wasm: object) => DebugInstance | BoundContinuation | undefined;

export interface BoundContinuation {
  readonly continuation: Continuation;
  readonly instance: DebugInstance;
}

export interface Located {
  readonly instance: DebugInstance;
  readonly fn: DebugFunction;
  /** Of the instruction that V8 reports; undefined in a cold block or hook. */
  readonly pc: number | undefined;
}

/** Which function of the program a frame of V8's is, and where it is in that. */
export function locate(site: WasmSite, codeOf: CodeOf): Located | undefined {
  const code = codeOf(site.instance);
  if (code === undefined) return undefined;
  if ('continuation' in code) {
    const { continuation, instance } = code;
    return { instance, fn: continuation.version.fn, pc: continuation.pcAt(site.position) };
  }
  const fn = code.module.functionOfCode(site.func);
  return fn && { instance: code, fn, pc: fn.pcAt(site.position) };
}

/**
 * All activations, newest first, of a program that is stopped in a check or hook, or in a call of a
 * host function.
 *
 * @param stack newest first, the frame that called the check or hook being the first of wasm
 * @param exits how execution left wasm for what is in between, the newest last
 */
export function activations(
  stack: readonly Site[],
  stop: StopPoint,
  codeOf: CodeOf,
  exits: readonly Exit[],
): Activation[] {
  const result: Frame[][] = [];
  let activation: Frame[] | undefined;
  let exit = exits.length;
  let calleeBase = 0;
  for (const site of stack) {
    if (site !== HOST && isAddition(site, codeOf)) continue;
    const located = site === HOST ? undefined : locate(site, codeOf);
    if (located === undefined) {
      // JavaScript, or an instance that the engine does not know: the host.
      activation = undefined;
      continue;
    }
    let frame: Frame | undefined;
    if (activation !== undefined) {
      if (isReplaced(located)) continue;
      frame = callerFrame(located, calleeBase);
    } else {
      activation = [];
      result.push(activation);
      if (result.length === 1 && !stop.calling) {
        frame = stoppedFrame(stop);
      } else if (located.pc !== undefined) {
        const frameEnd = exits[--exit];
        if (typeof frameEnd === 'number') calleeBase = frameEnd;
        frame = callerFrame(located, calleeBase);
      } else {
        // In a hook or check: a call was injected, perhaps of a function of the host.
        while (typeof exits[--exit] === 'number');
        const older = exits[exit];
        if (typeof older === 'object') frame = stoppedFrame(older);
      }
    }
    if (frame === undefined) continue;
    activation.push(frame);
    calleeBase = frame.base;
  }
  return result;
}

/** The frame that has called the host, whose function is on top of the stack. */
export function callingFrame(
  stack: readonly Site[],
  codeOf: CodeOf,
  exits: readonly Exit[],
): Frame | undefined {
  const frameEnd = exits.at(-1);
  if (typeof frameEnd !== 'number') return undefined;
  for (const site of stack.slice(stack.findIndex((other) => other !== HOST))) {
    const located = site === HOST ? undefined : locate(site, codeOf);
    if (located !== undefined) return callerFrame(located, frameEnd);
    // What stands between a frame and a function that suspends it is wasm too.
    if (site === HOST) return undefined;
  }
  return undefined;
}

export function stoppedFrame(stop: StopPoint): Frame {
  const snapshot = stop.fn.snapshot(stop.pc);
  if (snapshot === undefined) throw new Error(`stopped at ${stop.pc}, which cannot be reached`);
  return { ...stop, snapshot, exact: true };
}

/**
 * Whether what V8 shows as a frame is one that has been replaced: it shows functions that make a tail
 * call of a function that the optimizing compiler has inlined into them.
 */
function isReplaced({ fn, pc }: Located): boolean {
  if (pc === undefined) return false;
  const snapshot = fn.snapshot(pc);
  return snapshot !== undefined && isTailCall(snapshot.op);
}

function callerFrame(located: Located, calleeBase: number): Frame | undefined {
  const { instance, fn, pc } = located;
  const snapshot = pc === undefined ? undefined : fn.snapshot(pc);
  if (snapshot === undefined) return undefined;
  const base = calleeBase - fn.frameSize;
  return { instance, fn, pc: snapshot.next, snapshot, base, exact: true };
}

/**
 * A function that is none of the original's: it is part of the instruction that it stands for, or
 * forwards to the code of a function.
 */
export function isAddition(site: WasmSite, codeOf: CodeOf): boolean {
  const code = codeOf(site.instance);
  if (code === undefined || 'continuation' in code) return false;
  return code.module.instrumented.bodies.functionAt(site.func) === undefined;
}

/**
 * All activations, newest first, of a program that has trapped without having been stopped before.
 * The frames are those that the program left in the debug memory. The innermost one's values were
 * never written; a host frame in between leaves it open where older frames were, so they are given
 * as they lie one behind the other.
 *
 * @param firstBase byte address of the oldest frame
 */
export function activationsAfterTrap(
  stack: readonly Site[],
  codeOf: CodeOf,
  firstBase: number,
): Activation[] {
  const result: Frame[][] = [];
  let activation: Frame[] | undefined;
  let base = firstBase;
  const sites = stack.filter((site) => site === HOST || !isAddition(site, codeOf));
  const newest = sites.findIndex((site) => site !== HOST);
  for (let i = sites.length - 1; i >= 0; i--) {
    const site = sites[i]!;
    const located = site === HOST ? undefined : locate(site, codeOf);
    if (located !== undefined && i !== newest && isReplaced(located)) continue;
    const snapshot = located?.pc === undefined ? undefined : located.fn.snapshot(located.pc);
    if (located === undefined || snapshot === undefined) {
      activation = undefined;
      continue;
    }
    if (activation === undefined) {
      activation = [];
      result.push(activation);
    }
    const innermost = i === newest;
    const pc = innermost ? snapshot.pc : snapshot.next;
    const { instance, fn } = located;
    activation.push({ instance, fn, pc, snapshot, base, exact: !innermost });
    base += fn.frameSize;
  }
  // Oldest first so far: after an overflow there are 100,000 of them.
  for (const frames of result) frames.reverse();
  return result.reverse();
}
