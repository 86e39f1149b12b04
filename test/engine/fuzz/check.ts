/** All comparisons of one random module. */
import { expect } from 'vitest';
import { assemble } from '../debuggee.ts';
import { cruise, stepAll, wander } from '../oracle/moves.ts';
import { randomScenario, runPlain } from './program.ts';

const WANDERINGS = 2;
const MOVES = 20;

/** Returns how many steps the program has; throws, with the seed in the message. */
export async function checkSeed(seed: number): Promise<number> {
  try {
    const scenario = randomScenario(seed);
    const bytes = [await assemble(scenario.modules[0] as string)];
    const plain = runPlain(scenario, bytes);
    const stepped = stepAll(scenario, bytes);
    expect(stepped.result, 'stepped').toBe(plain);
    cruise(scenario, bytes, stepped);
    for (let n = 0; n < WANDERINGS; n++)
      wander(scenario, bytes, stepped, seed * WANDERINGS + n, MOVES);
    return stepped.steps.length;
  } catch (error) {
    (error as Error).message = `seed ${seed}: ${(error as Error).message}`;
    throw error;
  }
}
