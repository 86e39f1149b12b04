/** The debuggers under which random programs run; none changes what they do. */
import { equal, ok } from 'node:assert/strict';
import type { StopEvent } from '../../../src/engine/runtime/engine.ts';
import { opcode } from '../../../src/wasm/opcodes.ts';
import type { Random } from '../random.ts';
import { type Debugger, type Driver, GivenUp, type How, type Stop } from './engine-run.ts';
import { exercise } from './exercised.ts';

/** Asks for nothing: the program stops by itself or not at all. */
export class Cruise implements Debugger {
  /** Texts of the stops. */
  readonly stops: string[] = [];

  begin(): How {
    return 'run';
  }

  stopped({ event, text }: Stop): How {
    ok(event === 'trap' || event === 'exception', `stopped for no reason: ${text}`);
    this.stops.push(text);
    return 'run';
  }
}

/** As much of a stop as is needed to say where another run stops. */
export interface Step {
  readonly event: StopEvent['kind'];
  readonly pc: number | undefined;
  /** Number of the instance. */
  readonly instance: number | undefined;
  readonly text: string;
  /** A function entry or loop header, where an interrupt is reported. */
  readonly header: boolean;
  /** Calls of host functions before it. */
  readonly hostCalls: number;
}

/** Stops before every instruction, and writes all stops down. */
export class Stepping implements Debugger {
  readonly steps: Step[] = [];
  readonly #most: number;
  #hostCalls = 0;

  /** @param most - steps after which it lets the program run: some loops are long */
  constructor(most: number) {
    this.#most = most;
  }

  /** Every step of the program has been written down. */
  get complete(): boolean {
    return this.steps.length < this.#most;
  }

  begin(): How {
    return 'step';
  }

  hostCalled(): void {
    this.#hostCalls++;
  }

  stopped(stop: Stop, { engine }: Driver): How {
    if (this.complete) {
      const { event, pc, text, frames } = stop;
      const header = event === 'breakpoint' && frames[0]?.snapshot.header === true;
      if (engine.activations().length > 1) exercise('stop above a host function');
      if (frames[0] !== undefined) exercise(`at ${opcode(frames[0].snapshot.op)!.name}`);
      const instance = frames[0]?.instance.id;
      this.steps.push({ event, pc, instance, text, header, hostCalls: this.#hostCalls });
    }
    return this.complete ? 'step' : 'run';
  }
}

/** Ends a program that is still running after so many steps: it may be one that never ends. */
export class Bounded implements Debugger {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  begin(): How {
    return 'step';
  }

  stopped(): How {
    if (--this.#left < 0) throw new GivenUp('too many steps');
    return 'step';
  }
}

/** Stops that it does something at; then it takes all breakpoints away and runs on. */
const MOVES = 20;

/**
 * Adds and takes breakpoints, asks for interrupts, and changes between running and stepping. A
 * program is deterministic: the steps of a stepped run say where every other run stops next, and in
 * what state.
 */
export class Wandering implements Debugger {
  readonly #steps: readonly Step[];
  readonly #random: Random;
  readonly #breakpoints = new Set<number>();
  /** Position among the steps; -1 before the program has begun. */
  #at = -1;
  #how: How = 'run';
  #interrupted = false;
  #moves = MOVES;

  constructor(steps: readonly Step[], random: Random) {
    this.#steps = steps;
    this.#random = random;
  }

  begin(driver: Driver): How {
    return this.#move(driver, false);
  }

  stopped(stop: Stop, driver: Driver): How {
    const next = this.#next();
    ok(next !== undefined, `stopped where no stop is wanted: ${stop.text}`);
    equal(stop.text, this.#interrupted ? interruptedText(next.step) : next.step.text);
    this.#at = next.at;
    this.#interrupted = false;
    return this.#move(driver, stop.frames[0]?.exact === true);
  }

  /** @throws Error if a stop is yet to come */
  end(): void {
    equal(this.#next()?.step.text, undefined, 'a stop that did not come');
  }

  #next(): { readonly at: number; readonly step: Step } | undefined {
    // Asked for while paused: reported before anything runs.
    if (this.#interrupted) return { at: this.#at, step: this.#steps[this.#at]! };
    for (let at = this.#at + 1; at < this.#steps.length; at++) {
      const step = this.#steps[at]!;
      const wanted = step.event !== 'breakpoint' || this.#how === 'step';
      if (wanted || this.#breakpoints.has(step.pc!)) return { at, step };
    }
    return undefined;
  }

  /** @param canPause - the program is stopped in a frame that can be reported once more */
  #move({ engine, module }: Driver, canPause: boolean): How {
    const random = this.#random;
    if (this.#moves-- <= 0) {
      for (const pc of this.#breakpoints) ok(engine.removeBreakpoint(module, pc));
      this.#breakpoints.clear();
      this.#how = 'run';
      return 'run';
    }
    for (let n = this.#steps.length === 0 ? 0 : random.below(4); n > 0; n--) {
      const { pc } = this.#steps[random.below(this.#steps.length)]!;
      if (pc === undefined || module.functionAround(pc) === undefined) continue;
      if (this.#breakpoints.delete(pc)) ok(engine.removeBreakpoint(module, pc));
      else {
        ok(engine.addBreakpoint(module, pc));
        this.#breakpoints.add(pc);
      }
    }
    if (canPause && random.below(8) === 0) {
      engine.interrupt();
      this.#interrupted = true;
    }
    this.#how = random.below(3) === 0 ? 'step' : 'run';
    return this.#how;
  }
}

/** Interrupts the program while it runs: in host functions that it calls. */
export class Interrupting implements Debugger {
  readonly #steps: readonly Step[];
  readonly #random: Random;
  /** Position among the steps; -1 before the program has begun. */
  #at = -1;
  #hostCalls = 0;
  /** The number of the host call in which a stop was asked for that has not come. */
  #asked: number | undefined;

  constructor(steps: readonly Step[], random: Random) {
    this.#steps = steps;
    this.#random = random;
  }

  begin(): How {
    return 'run';
  }

  hostCalled({ engine }: Driver): void {
    this.#hostCalls++;
    if (this.#random.below(3) > 0) return;
    engine.interrupt();
    this.#asked ??= this.#hostCalls;
  }

  stopped(stop: Stop): How {
    const at = this.#next();
    const step = this.#steps[at];
    ok(step !== undefined, `stopped where no stop is wanted: ${stop.text}`);
    const interrupted = step.event === 'breakpoint' || at === this.#at;
    equal(stop.text, interrupted ? interruptedText(step) : step.text);
    if (interrupted) this.#asked = undefined;
    this.#at = at;
    return 'run';
  }

  /** @throws Error if a stop is yet to come */
  end(): void {
    equal(this.#steps[this.#next()]?.text, undefined, 'a stop that did not come');
  }

  #next(): number {
    // Stopped for another reason before: reported at once when that is over.
    if (this.#asked !== undefined && this.#steps[this.#at]?.event !== 'breakpoint') {
      if (this.#at >= 0 && this.#steps[this.#at]!.hostCalls >= this.#asked) return this.#at;
    }
    const at = this.#steps.findIndex(({ event, header, hostCalls }, i) => {
      if (i <= this.#at) return false;
      if (event !== 'breakpoint') return true;
      return header && this.#asked !== undefined && hostCalls >= this.#asked;
    });
    return at < 0 ? this.#steps.length : at;
  }
}

/** What an interrupt shows where a step stopped. */
function interruptedText({ event, text }: Step): string {
  return `interrupted${text.slice(event.length)}`;
}
