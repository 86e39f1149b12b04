/**
 * Runs a scenario with breakpoints, interrupts and changes between running and stepping, and checks
 * each stop against the stepped run of the same scenario: a program is deterministic, so that run
 * says where every other must stop next, and with what state.
 */
import { expect } from 'vitest';
import { Random } from '../random.ts';
import { type Driver, type EngineStop, runUnderEngine } from './engine-trace.ts';
import type { Scenario } from './scenario.ts';
import { stateText } from './state.ts';

export interface Step {
  readonly event: EngineStop['event'];
  readonly text: string;
  readonly module: number;
  readonly pc: number;
}

export interface SteppedRun {
  readonly steps: readonly Step[];
  /** What the embedder returned. */
  readonly result: string;
}

export function stepAll(scenario: Scenario, bytes: readonly Uint8Array[]): SteppedRun {
  const steps: Step[] = [];
  const result = runUnderEngine(
    scenario,
    bytes,
    'stop',
    ({ engine }) => engine.resume('step'),
    (stop) => {
      steps.push(toStep(stop));
      return 'step';
    },
  );
  return { steps, result };
}

export function toStep({ event, stack }: EngineStop): Step {
  const { module, pc } = stack[0]![0]!;
  return { event, text: stateText(stack), module, pc };
}

/** Whether an event stops a run without any breakpoint. */
function isReported(event: Step['event']): boolean {
  return event === 'trap' || event === 'exception';
}

/** Predicts where a run stops next, from the stepped run, and checks that it does. */
class Prediction {
  readonly breakpoints = new Set<string>();
  readonly steps: readonly Step[];
  /** Position in the stepped run; -1 before the program has begun. */
  at = -1;
  how: 'run' | 'step' = 'run';
  interrupted = false;

  constructor(steps: readonly Step[]) {
    this.steps = steps;
  }

  /** The stop that must come next; undefined if none. */
  next(): { at: number; event: Step['event'] } | undefined {
    // Asked for while paused: reported before anything runs.
    if (this.interrupted && this.at >= 0) return { at: this.at, event: 'interrupted' };
    for (let at = this.at + 1; at < this.steps.length; at++) {
      const { event, module, pc } = this.steps[at]!;
      const wanted =
        isReported(event) || this.how === 'step' || this.breakpoints.has(`${module}@${pc}`);
      if (wanted) return { at, event };
    }
    return undefined;
  }

  check(stop: EngineStop): void {
    const found = toStep(stop);
    const next = this.next();
    if (next === undefined) throw new Error(`stopped where none should: ${found.text}`);
    const { event, at } = next;
    expect(`${found.event} ${found.text}`).toBe(`${event} ${this.steps[at]!.text}`);
    this.interrupted = false;
    this.at = at;
  }
}

/**
 * At every stop perhaps: adds or takes breakpoints, changes the mode, asks for an interrupt.
 *
 * @param moves - stops after which it takes all breakpoints away and runs on: each change makes a
 *   new version of a function, which V8 must compile
 */
export function wander(
  scenario: Scenario,
  bytes: readonly Uint8Array[],
  stepped: SteppedRun,
  seed: number,
  moves = Number.POSITIVE_INFINITY,
): void {
  const random = new Random(seed);
  const { steps, result: expected } = stepped;
  const prediction = new Prediction(steps);
  let left = moves;
  const move = ({ engine, modules }: Driver): 'run' | 'step' => {
    if (left-- <= 0) {
      for (const key of prediction.breakpoints) {
        const [module, pc] = key.split('@').map(Number);
        expect(engine.removeBreakpoint(modules[module!]!, pc!)).toBe(true);
      }
      prediction.breakpoints.clear();
      prediction.how = 'run';
      return 'run';
    }
    for (let n = random.below(4); n > 0; n--) {
      if (steps.length === 0) break;
      const { module, pc } = steps[random.below(steps.length)]!;
      const key = `${module}@${pc}`;
      const present = prediction.breakpoints.has(key);
      const done = present
        ? engine.removeBreakpoint(modules[module]!, pc)
        : engine.addBreakpoint(modules[module]!, pc);
      expect(done).toBe(true);
      if (present) prediction.breakpoints.delete(key);
      else prediction.breakpoints.add(key);
    }
    if (prediction.at >= 0 && random.below(8) === 0) {
      engine.interrupt();
      prediction.interrupted = true;
    }
    prediction.how = random.below(3) === 0 ? 'step' : 'run';
    return prediction.how;
  };
  const result = runUnderEngine(
    scenario,
    bytes,
    'stop',
    (driver) => driver.engine.resume(move(driver)),
    (stop, driver) => {
      prediction.check(stop);
      return move(driver);
    },
  );
  expect(result).toBe(expected);
  expect(prediction.next(), 'a stop that did not come').toBeUndefined();
}

/** Runs without breakpoints: only the traps and exceptions of the stepped run stop it. */
export function cruise(
  scenario: Scenario,
  bytes: readonly Uint8Array[],
  stepped: SteppedRun,
): void {
  const reported = stepped.steps.filter(({ event }) => isReported(event));
  const found: string[] = [];
  const result = runUnderEngine(
    scenario,
    bytes,
    'stop',
    ({ engine }) => engine.resume('run'),
    (stop) => {
      const { event, text } = toStep(stop);
      found.push(`${event} ${text}`);
      return 'run';
    },
  );
  expect(found).toEqual(reported.map(({ event, text }) => `${event} ${text}`));
  expect(result).toBe(stepped.result);
}
