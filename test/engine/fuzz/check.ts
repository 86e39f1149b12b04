/** All comparisons of one random program. */
import { equal } from 'node:assert/strict';
import type { Scenario } from '../oracle/scenario.ts';
import { Random } from '../random.ts';
import { Cruise, Interrupting, Stepping, Wandering } from './debuggers.ts';
import { returnEarly } from './early-returns.ts';
import { type Debugger, runUnder } from './engine-run.ts';
import { exercise } from './exercised.ts';
import { injectedModule } from './injected.ts';
import { Injecting } from './injecting.ts';
import { NARROW } from './narrow.ts';
import { OVERFLOW, runPlain } from './program.ts';
import { resumeInManyWays } from './resuming.ts';

const WANDERINGS = 2;
const MOST_STEPS = 4000;
const MOST_INJECTED_INTO = 1500;

/** The ways in which a program is run, beside plain V8. */
export const MODES = [
  'native traps',
  'stepped',
  'cruise',
  'wandering',
  'narrow limits',
  'interrupted',
  'injecting',
  'returning early',
  'resumed',
] as const;

/** @throws Error if a run differs from that of plain V8, or from what the stepped run foretells */
export async function check(scenario: Scenario, bytes: Uint8Array, seed: number): Promise<void> {
  const injected = await injectedModule();
  const plain = runPlain(scenario, [bytes]);
  if (plain.includes(OVERFLOW)) return;
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
  const narrow = Object.keys(NARROW)[seed % Object.keys(NARROW).length]!;
  within(`narrow limits, ${narrow}`, () => {
    const limits = NARROW[narrow];
    const random = new Random(seed ^ 0x7a220);
    const debug = complete ? new Wandering(steps, random) : new Cruise();
    equal(runUnder(scenario, bytes, debug, 'exact', limits), plain);
    if (debug instanceof Wandering) debug.end();
  });
  if (complete) {
    within('interrupting', () => {
      const interrupting = new Interrupting(steps, new Random(~seed));
      equal(runUnder(scenario, bytes, interrupting), plain);
      interrupting.end();
    });
  }
  if (complete && steps.length <= MOST_INJECTED_INTO) {
    within('injecting', () => {
      const injecting = new Injecting(steps, injected, new Random(seed ^ 0x1437));
      equal(runUnder(scenario, bytes, injecting), plain);
      injecting.end();
    });
  }
  within('returning early', () => {
    exercise('early return followed to a caller', returnEarly(scenario, bytes, seed));
  });
  if (complete) within('resumed', () => resumeInManyWays(scenario, bytes, steps, seed));
}

function within<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
