/**
 * Makes functions of a random program return early, with values that it then looks for where they
 * must have arrived: on top of the caller's operands. What the program does with them is its own.
 */
import { equal } from 'node:assert/strict';
import { frameOperands } from '../../../src/engine/runtime/frame-values.ts';
import type { HeldValue } from '../../../src/engine/runtime/value-row.ts';
import { valueText } from '../oracle/engine-trace.ts';
import type { Scenario } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { type Debugger, type Driver, type How, runUnder, type Stop } from './engine-run.ts';
import { randomValues } from './random-values.ts';

const MOST_STOPS = 400;
const MOST_RETURNS = 25;

/** @returns how many returns have been followed to a caller */
export function returnEarly(scenario: Scenario, bytes: Uint8Array, seed: number): number {
  const debug = new EarlyReturns(new Random(seed ^ 0x5eed));
  runUnder(scenario, bytes, debug);
  return debug.followed;
}

interface Arrival {
  readonly base: number;
  readonly pc: number;
  readonly values: readonly string[];
}

class EarlyReturns implements Debugger {
  followed = 0;
  readonly #random: Random;
  #stops = 0;
  #returns = 0;
  #expected: Arrival | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  begin(): How {
    return 'step';
  }

  stopped(stop: Stop, driver: Driver): ReturnType<Debugger['stopped']> {
    this.#checkArrival(stop, driver);
    if (++this.#stops > MOST_STOPS || this.#returns > MOST_RETURNS) return 'run';
    const frame = stop.frames[0];
    // After a trap that was not foreseen there is no frame to resume.
    if (frame?.exact !== true) return 'step';
    const caller = driver.engine.activations()[0]![1];
    // Seldom from the embedder's calls, or the program does not get far.
    if (this.#random.below(caller === undefined ? 100 : 10) > 0) return 'step';
    const { plan } = frame.fn;
    const values = randomValues(plan.results, plan.module, this.#random, 'with-nans');
    if (values === undefined) return 'step';
    this.#returns++;
    if (caller !== undefined) {
      this.#expected = { base: caller.base, pc: caller.pc, values: values.map(textOf) };
    }
    return ['step', { kind: 'early-return', values }];
  }

  #checkArrival(stop: Stop, { engine }: Driver): void {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected === undefined) return;
    const { frames, event, text } = stop;
    equal(event, 'breakpoint', text);
    const frame = frames[0]!;
    equal(frame.pc, expected.pc, text);
    equal(frame.base, expected.base, text);
    const operands = frameOperands(frame, engine.frameView).map(valueText);
    const top = operands.slice(-expected.values.length || operands.length);
    equal(top.join(' '), expected.values.join(' '), text);
    this.followed++;
  }
}

/** As the stop tells of them; null is the only reference. */
function textOf(value: HeldValue): string {
  return value.type === 'ref' ? 'ref' : valueText(value);
}
