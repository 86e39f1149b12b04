/**
 * Breakpoints, interrupts and changes between running and stepping, against the stepped run of the
 * same scenario. A program is deterministic, so the stepped run says where every other run must
 * stop next, and with what state.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../random.ts';
import { type Driver, type EngineStop, runUnderEngine } from './engine-trace.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { stateText } from './state.ts';
import { assembleScenarios } from './v8.ts';

interface Step {
  readonly event: EngineStop['event'];
  readonly text: string;
  readonly module: number;
  readonly pc: number;
}

let bytes: ReadonlyMap<string, readonly Uint8Array[]>;
const stepped = new Map<string, { steps: readonly Step[]; result: string }>();

/** The compiled program takes 5000 steps: enough for one run, too slow for twenty. */
const short = scenarios.filter(({ stops }) => stops === undefined);

beforeAll(async () => {
  bytes = await assembleScenarios();
  for (const scenario of short) stepped.set(scenario.name, stepAll(scenario));
}, 60_000);

function stepAll(scenario: Scenario): { steps: readonly Step[]; result: string } {
  const steps: Step[] = [];
  const result = runUnderEngine(
    scenario,
    bytes.get(scenario.name)!,
    ({ engine }) => engine.resume('step'),
    (stop) => {
      steps.push(toStep(stop));
      return 'step';
    },
  );
  return { steps, result };
}

function toStep({ event, stack }: EngineStop): Step {
  const { module, pc } = stack[0]![0]!;
  return { event, text: stateText(stack), module, pc };
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
        event === 'trap' || this.how === 'step' || this.breakpoints.has(`${module}@${pc}`);
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

/** At every stop perhaps: adds or takes breakpoints, changes the mode, asks for an interrupt. */
function wander(scenario: Scenario, seed: number): void {
  const random = new Random(seed);
  const { steps, result: expected } = stepped.get(scenario.name)!;
  const prediction = new Prediction(steps);
  const move = ({ engine, modules }: Driver): 'run' | 'step' => {
    for (let n = random.below(4); n > 0; n--) {
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
    bytes.get(scenario.name)!,
    (driver) => driver.engine.resume(move(driver)),
    (stop, driver) => {
      prediction.check(stop);
      return move(driver);
    },
  );
  expect(result).toBe(expected);
  expect(prediction.next(), 'a stop that did not come').toBeUndefined();
}

describe('a run stops where the stepped run says, with the same state', () => {
  test.each(short)('$name', (scenario) => {
    for (let seed = 1; seed <= 12; seed++) {
      try {
        wander(scenario, seed);
      } catch (error) {
        (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
        throw error;
      }
    }
  });
});

describe('cruising gives the same result', () => {
  test.each(short)('$name', (scenario) => {
    const traps = stepped.get(scenario.name)!.steps.filter(({ event }) => event === 'trap');
    const found: string[] = [];
    const result = runUnderEngine(
      scenario,
      bytes.get(scenario.name)!,
      ({ engine }) => engine.resume('run'),
      (stop) => {
        const { event, text } = toStep(stop);
        found.push(`${event} ${text}`);
        return 'run';
      },
    );
    expect(found).toEqual(traps.map(({ event, text }) => `${event} ${text}`));
    expect(result).toBe(stepped.get(scenario.name)!.result);
  });
});
