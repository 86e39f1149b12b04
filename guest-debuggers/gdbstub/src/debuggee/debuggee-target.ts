/**
 * The program, as the protocol sees it, over the debugger world.
 *
 *     stopped --resume, detach--> running --event--> stopped | exited
 */

import { type Debuggee, type Event, EventFuture } from 'bytecodealliance:wasmtime/debuggee@44.0.0';
import type { Address } from '../protocol/address.ts';
import type { Library, Region, Stop, Target, ValueKind } from '../protocol/target.ts';
import { describeException } from './exceptions.ts';
import { Memories } from './memories.ts';
import { type DebuggeeModule, Modules } from './modules.ts';
import { isPlain } from './plain-instruction.ts';
import { orUndefined, succeeds } from './results.ts';
import { Stack, type SteadyFrames } from './stack.ts';
import { describeTrap } from './traps.ts';
import { valueBytes } from './value-bytes.ts';

/** The client has asked for the program's end: the debugger world's way to that is a trap. */
export class Killed extends Error {
  override name = 'Killed';
  constructor() {
    super('the client has killed the program');
  }
}

/** What `witness run` gives for a program that trapped: 128 + SIGABRT. */
const TRAPPED = 134;

export class DebuggeeTarget implements Target {
  readonly #d: Debuggee;
  readonly #modules: Modules;
  readonly #memories: Memories;
  /** Made when something is asked of it. */
  #stack: Stack | undefined;
  #future: EventFuture | undefined;
  #stepping = false;
  /** Of the stop before, if what runs now is a step over a plain instruction. */
  #steady: SteadyFrames | undefined;
  /** An interrupt is wanted whose event has not come. */
  #interrupting = false;
  /** Breakpoints that are set, each with how often. */
  readonly #breakpoints = new Map<DebuggeeModule, Map<number, number>>();
  /** What the program ends with if it ends now. */
  #status = 0;
  /** Offset to give for the innermost frame's pc instead of its own. */
  #reported: number | undefined;
  #killed = false;

  constructor(d: Debuggee, programName: string | undefined) {
    this.#d = d;
    this.#modules = new Modules(d, programName);
    this.#memories = new Memories(d, this.#modules, () => this.#frames);
  }

  /** The event to come; undefined while the program is stopped. */
  get future(): EventFuture | undefined {
    return this.#future;
  }

  get killed(): boolean {
    return this.#killed;
  }

  /** It is on its way to a stop after one instruction, which cannot take long. */
  get stepsQuickly(): boolean {
    return this.#steady !== undefined;
  }

  /**
   * Goes to the first instruction, so that there is a frame to show, and memory. Not if there is no
   * module yet: then the program is JavaScript, and runs for as long as it likes before it has one.
   */
  begin(): Stop {
    if (this.#modules.all.length > 0) {
      this.resume(true);
      const stop = this.takeEvent();
      // Nobody has stepped: what is shown is the instruction itself.
      this.#reported = undefined;
      if (stop !== undefined && stop.kind !== 'step') return stop;
    }
    return { kind: 'attached' };
  }

  libraries(): readonly Library[] {
    return this.#modules.all.map(({ library }) => library);
  }

  pc(): bigint {
    return this.#innermost() ?? 0n;
  }

  callStack(): readonly bigint[] {
    const pc = this.#innermost();
    return pc === undefined ? [] : [pc, ...this.#frames.callers];
  }

  value(kind: ValueKind, frame: number, index: number): Uint8Array | undefined {
    if (kind === 'global') {
      const module = this.#frames.frame(frame)?.instance.module;
      return module && this.globalOf(module.id, index);
    }
    const values = kind === 'local' ? this.#frames.locals(frame) : this.#frames.operands(frame);
    const value = values?.[index];
    return value && valueBytes(value);
  }

  globalOf(module: number, index: number): Uint8Array | undefined {
    const instance = this.#modules.module(module)?.instances.at(-1);
    if (instance === undefined) return undefined;
    return orUndefined(() => {
      using global = instance.handle.getGlobal(this.#d, index);
      using value = global.get(this.#d);
      return valueBytes(value);
    });
  }

  read(address: Address, length: number): Uint8Array | undefined {
    return this.#memories.read(address, length);
  }

  write(address: Address, bytes: Uint8Array): boolean {
    return this.#memories.write(address, bytes);
  }

  regions(): readonly Region[] {
    return this.#memories.regions();
  }

  addBreakpoint({ module: id, offset }: Address): boolean {
    const module = this.#modules.module(id);
    if (module === undefined) return false;
    if (!succeeds(() => module.handle.addBreakpoint(this.#d, offset))) return false;
    const counts = this.#breakpoints.get(module) ?? new Map<number, number>();
    this.#breakpoints.set(module, counts.set(offset, (counts.get(offset) ?? 0) + 1));
    return true;
  }

  removeBreakpoint({ module: id, offset }: Address): boolean {
    const module = this.#modules.module(id);
    const counts = module && this.#breakpoints.get(module);
    const count = counts?.get(offset);
    if (module === undefined || counts === undefined || count === undefined) return false;
    if (count === 1) counts.delete(offset);
    else counts.set(offset, count - 1);
    return succeeds(() => module.handle.removeBreakpoint(this.#d, offset));
  }

  resume(step: boolean): void {
    this.#steady = undefined;
    if (step) {
      const frame = this.#frames.frame(0);
      const plain = isPlain(frame?.instance.module.bytes[frame.pc]);
      if (plain) this.#steady = this.#frames.steady;
    }
    this.#stack?.[Symbol.dispose]();
    this.#stack = undefined;
    this.#reported = undefined;
    this.#stepping = step;
    const normal = { tag: 'normal' } as const;
    this.#future = step ? this.#d.singleStep(normal) : this.#d.continue(normal);
  }

  interrupt(): void {
    this.#interrupting = true;
    this.#d.interrupt();
  }

  detach(): void {
    for (const [module, counts] of this.#breakpoints) {
      for (const [offset, count] of counts) {
        for (let left = count; left > 0; left--) module.handle.removeBreakpoint(this.#d, offset);
      }
    }
    this.#breakpoints.clear();
    if (this.#future === undefined) this.resume(false);
  }

  kill(): void {
    this.#killed = true;
  }

  /**
   * Waits for the event of the present resumption.
   * @returns undefined if it is nobody's business: the program runs again
   */
  takeEvent(): Stop | undefined {
    const future = this.#future!;
    this.#future = undefined;
    const event = EventFuture.finish(future, this.#d);
    if (event.tag === 'complete') return { kind: 'exited', status: this.#status };
    const stop = this.#stopOf(event);
    if (stop === undefined) this.resume(this.#stepping);
    return stop;
  }

  #stopOf(event: Event): Stop | undefined {
    this.#status = event.tag === 'trap' || event.tag === 'exception' ? TRAPPED : 0;
    switch (event.tag) {
      case 'trap': {
        const frames = this.#frames;
        const description = describeTrap(this.#d, frames.frame(0), frames.operands(0));
        return this.#noticed({ kind: 'trap', description });
      }
      case 'exception': {
        using exception = event.val;
        const instance = this.#frames.frame(0)?.instance.handle;
        const description = describeException(this.#d, exception, instance);
        return this.#noticed({ kind: 'exception', description });
      }
      case 'interrupted':
        // Without a wish for it: the event of an earlier one that came too late for its stop.
        if (!this.#interrupting)
          return this.#modules.refresh() ? { kind: 'new-modules' } : undefined;
        this.#interrupting = false;
        this.#modules.refresh();
        return { kind: 'interrupted' };
      default:
        return this.#stopOfBreakpoint();
    }
  }

  /** At a breakpoint, the stub's own perhaps, or after a step. */
  #stopOfBreakpoint(): Stop | undefined {
    const frames = this.#frames;
    const frame = frames.frame(0);
    if (frame === undefined) return { kind: 'breakpoint' };
    const { module } = frame.instance;
    const counts = this.#breakpoints.get(module);
    if (module.exitCalls.has(frame.pc)) {
      const status = frames.operands(0)?.at(-1);
      if (status !== undefined) this.#status = status.unwrapI32() & 0xff;
      if (!this.#stepping && counts?.has(frame.pc) !== true) return undefined;
    }
    this.#interrupting = false;
    if (this.#stepping) {
      // LLDB knows a function that has just been stepped into by its address.
      const body = module.functions.at(frame.pc);
      if (frame.pc === body?.firstInstruction) this.#reported = body.start;
      return { kind: 'step' };
    }
    // LLDB knows a breakpoint by the address that it asked for, and the stop is behind that if there
    // is no instruction. There can be no other breakpoint between the two.
    if (counts !== undefined && !counts.has(frame.pc)) {
      const before = [...counts.keys()].filter((offset) => offset < frame.pc);
      if (before.length > 0) this.#reported = Math.max(...before);
    }
    this.#modules.refresh();
    return { kind: 'breakpoint' };
  }

  #noticed(stop: Stop): Stop {
    this.#interrupting = false;
    this.#modules.refresh();
    return stop;
  }

  get #frames(): Stack {
    this.#stack ??= new Stack(this.#d, this.#modules, this.#steady);
    return this.#stack;
  }

  /** Address to give for the innermost frame. */
  #innermost(): bigint | undefined {
    const frame = this.#frames.frame(0);
    const offset = this.#reported ?? frame?.pc;
    if (frame === undefined || offset === undefined) return undefined;
    return frame.instance.module.library.address + BigInt(offset);
  }
}
