/** Breakpoints, interrupts and mode changes at random, over the oracle's scenarios. */
import { beforeAll, describe, test } from 'vitest';
import { cruise, type SteppedRun, stepAll, wander } from './moves.ts';
import { scenarios } from './scenarios.ts';
import { assembleScenarios } from './v8.ts';

let bytes: ReadonlyMap<string, readonly Uint8Array[]>;
const stepped = new Map<string, SteppedRun>();

/** The compiled program takes 5000 steps: enough for one run, too slow for twenty. */
const short = scenarios.filter(({ stops }) => stops === undefined);

beforeAll(async () => {
  bytes = await assembleScenarios();
  for (const scenario of short) {
    stepped.set(scenario.name, stepAll(scenario, bytes.get(scenario.name)!));
  }
}, 60_000);

describe('a run stops where the stepped run says, with the same state', () => {
  test.each(short)('$name', (scenario) => {
    const { name } = scenario;
    for (let seed = 1; seed <= 8; seed++) {
      try {
        wander(scenario, bytes.get(name)!, stepped.get(name)!, seed);
      } catch (error) {
        (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
        throw error;
      }
    }
  });
});

describe('cruising gives the same result', () => {
  test.each(short)('$name', (scenario) => {
    cruise(scenario, bytes.get(scenario.name)!, stepped.get(scenario.name)!);
  });
});
