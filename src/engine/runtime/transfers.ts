/**
 * How control goes from one version of a function to another: what a check that has fired and a hook
 * get as their answer, in the program's thread. The code tail-calls what the slot of its continuation
 * table holds.
 */
import { Op } from '../../wasm/opcodes.ts';
import { BEYOND, CAPPED, THROW, TRAP } from '../instrument/layout.ts';
import type { DebugMemory } from './debug-memory.ts';
import type { BoundContinuation, StopPoint, StopSite } from './frames.ts';
import type { DebugInstance } from './instance.ts';
import { bindContinuation, type Hook } from './linking.ts';
import { optimize } from './optimize.ts';
import type { FrameAction } from './resumption.ts';
import type { Stops } from './stops.ts';
import type { ValueRows } from './value-row.ts';
import type { Entry, Version } from './version.ts';

export interface TransfersContext {
  readonly memory: DebugMemory;
  readonly instances: readonly DebugInstance[];
  readonly rows: ValueRows;
  readonly stops: Stops;
  /** Has the frames of a continuation known by the instance that V8 runs. */
  readonly bound: (wasm: WebAssembly.Instance, code: BoundContinuation) => void;
  /** @throws RangeError if there is no room for a frame of a size at a byte address */
  readonly makeRoom: (base: number, size: number) => void;
}

export class Transfers {
  readonly #context: TransfersContext;
  readonly #stops: Stops;
  /** What a continuation that is about to begin throws. */
  #pendingThrow: unknown;

  constructor(context: TransfersContext) {
    this.#context = context;
    this.#stops = context.stops;
  }

  /** A check has fired: the frame is complete; says which continuation goes on. */
  onLeave(base: number, flaggedPc: number, id: number): number {
    const reason = flaggedPc & BEYOND;
    const pc = flaggedPc & ~BEYOND;
    const instance = this.#context.instances[id]!;
    const fn = instance.module.functionAround(pc)!;
    const stop: StopPoint = { instance, fn, pc, base };
    this.#context.makeRoom(base, fn.frameSize);
    if (reason === CAPPED && !this.#stops.stepping) fn.versions.leftAtCap();
    if (reason === TRAP) return this.#slot(stop, this.#stops.atThrow(stop), 'trusted');
    const action = this.#stops.ifWanted(stop);
    return this.#slot(stop, action, reason === BEYOND ? this.#entryBeyond(stop) : 'plain');
  }

  /**
   * How to go on before what may trap. A call is left to the function itself, from then on if something
   * stops in that again and again, and once if all that was meant is an interrupt: the function finds it.
   * Where a memory was larger than the code knew, that may have been all.
   */
  #entryBeyond({ instance, fn, pc }: StopPoint): Entry {
    const wereStale = instance.refreshMemoryLimits();
    const isCall = fn.snapshot(pc)?.op === Op.call;
    if (isCall && this.#context.memory.interruptRequested) return 'trusted';
    return wereStale ? 'plain' : 'checked';
  }

  /** What a version with hooks calls before its instructions; 0 goes on in that version. */
  #hookOf(version: Version, instance: DebugInstance): Hook {
    const { fn, stepping } = version;
    const { frameSize } = fn;
    const stops = this.#stops;
    if (stepping) {
      const site: StopSite = { instance, fn };
      return (base, pc) => {
        // THROW. V8 looks an import up at each use, in a closure that it cannot tell from others.
        if (pc < 0) throw this.#takePendingThrow();
        const action = stops.step(site, pc, base, base + frameSize);
        return action === undefined ? 0 : this.#slot({ ...site, pc, base }, action, 'plain');
      };
    }
    return (base, pc) => {
      if (pc === THROW) throw this.#takePendingThrow();
      const stop: StopPoint = { instance, fn, pc, base };
      const action = stops.ifWanted(stop);
      const stays = action.kind === 'normal' && fn.versions.wanted(stops.stepping) === version;
      return stays ? 0 : this.#slot(stop, action, 'plain');
    };
  }

  /** The slot of what goes on in the frame's place. */
  #slot(stop: StopPoint, action: FrameAction, entry: Entry): number {
    switch (action.kind) {
      case 'early-return': {
        const { thunk, values } = action;
        this.#context.rows.write(values);
        return stop.instance.slot(thunk, () => thunk.run);
      }
      case 'throw-exception':
        this.#pendingThrow = action.object;
        return this.#continuationSlot(stop, 'throwing');
      case 'normal':
        return this.#continuationSlot(stop, entry);
    }
  }

  #continuationSlot({ instance, fn, pc, base }: StopPoint, entry: Entry): number {
    const { memory } = this.#context;
    const version = fn.versions.wanted(this.#stops.stepping);
    const continuation = version.continuation(pc, entry);
    memory.framePointer = base;
    return instance.slot(continuation, () => {
      const hook = this.#hookOf(version, instance);
      const bound = bindContinuation(continuation, instance, memory.memory, hook);
      this.#context.bound(bound, { continuation, instance });
      const { run } = bound.exports;
      if (continuation.isHot) optimize(run);
      return run;
    });
  }

  #takePendingThrow(): unknown {
    const object = this.#pendingThrow;
    this.#pendingThrow = undefined;
    return object;
  }
}
