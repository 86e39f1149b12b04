/** The debuggers under which random programs run; none changes what they do. */
import { equal, ok } from 'node:assert/strict';
import type { StopEvent } from '../../../src/engine/runtime/engine.ts';
import type { Random } from '../random.ts';
import type { Debugger, Driver, How, Stop } from './engine-run.ts';

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
  readonly text: string;
}

/** Stops before every instruction, and writes all stops down. */
export class Stepping implements Debugger {
  readonly steps: Step[] = [];
  readonly #most: number;

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

  stopped({ event, pc, text }: Stop): How {
    if (this.complete) this.steps.push({ event, pc, text });
    return this.complete ? 'step' : 'run';
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

function interruptedText({ event, text }: Step): string {
  return `interrupted${text.slice(event.length)}`;
}
