/** All comparisons of one random program. */
import { equal } from 'node:assert/strict';
import type { Scenario } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { Cruise, Interrupting, Stepping, Wandering } from './debuggers.ts';
import { returnEarly } from './early-returns.ts';
import { type Debugger, runUnder } from './engine-run.ts';
import { runPlain } from './program.ts';

const WANDERINGS = 2;
const MOST_STEPS = 4000;

/** Where programs may go on differently: how much stack a frame takes is V8's affair. */
const OVERFLOW = 'RangeError: Maximum call stack size exceeded';

export interface Checked {
  /** Instructions that were stepped. */
  readonly steps: number;
  readonly earlyReturns: number;
}

/** @throws Error if a run differs from that of plain V8, or from what the stepped run foretells */
export function check(scenario: Scenario, bytes: Uint8Array, seed: number): Checked {
  const plain = runPlain(scenario, [bytes]);
  if (plain.includes(OVERFLOW)) return { steps: 0, earlyReturns: 0 };
  within('cruising with native traps', () => {
    const native: Debugger = { begin: () => 'run', stopped: () => 'run' };
    equal(runUnder(scenario, bytes, native, 'native'), plain);
  });
  const stepping = new Stepping(MOST_STEPS);
  within('stepping', () => equal(runUnder(scenario, bytes, stepping), plain));
  const { steps, complete } = stepping;
  for (const { text } of steps) {
    if (/^[^\n]*inexact/.test(text)) throw new Error(`a trap that was not foreseen: ${text}`);
  }
  within('cruising', () => {
    const cruise = new Cruise();
    equal(runUnder(scenario, bytes, cruise), plain);
    if (!complete) return;
    const expected = steps.filter(({ event }) => event !== 'breakpoint').map(({ text }) => text);
    equal(cruise.stops.join('\n'), expected.join('\n'));
  });
  for (let n = 0; complete && n < WANDERINGS; n++) {
    within(`wandering ${n}`, () => {
      const wandering = new Wandering(steps, new Random(seed * WANDERINGS + n));
      equal(runUnder(scenario, bytes, wandering), plain);
      wandering.end();
    });
  }
  if (complete) {
    within('interrupting', () => {
      const interrupting = new Interrupting(steps, new Random(~seed));
      equal(runUnder(scenario, bytes, interrupting), plain);
      interrupting.end();
    });
  }
  const earlyReturns = within('returning early', () => returnEarly(scenario, bytes, seed));
  return { steps: steps.length, earlyReturns };
}

function within<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    (error as Error).message = `${what}: ${(error as Error).message}`;
    throw error;
  }
}
