/**
 * Random programs within limits so narrow that what is meant for enormous functions happens in all:
 * locals in frames only, operands that share scratch locals, code that begins in continuations and
 * goes from one to the next after few instructions.
 */
import { equal } from 'node:assert/strict';
import { describe, test } from 'vitest';
import { assemble } from '../debuggee.ts';
import { Random } from '../random.ts';
import { Cruise, Stepping, Wandering } from './debuggers.ts';
import { runUnder } from './engine-run.ts';
import { NARROW } from './narrow.ts';
import { randomScenario, runPlain } from './program.ts';

const SEEDS = 30;

describe.each(Object.entries(NARROW))('%s', (_, limits) => {
  test.each(Array.from({ length: SEEDS / 5 }, (_, i) => 1 + 5 * i))(
    '5 seeds from %i',
    async (from) => {
      for (let seed = from; seed < from + 5; seed++) {
        const scenario = randomScenario(seed);
        const bytes = await assemble(scenario.modules[0] as string);
        const plain = runPlain(scenario, [bytes]);
        if (plain.includes('RangeError')) continue;
        // The states that the usual code has.
        const usual = new Stepping(2000);
        equal(runUnder(scenario, bytes, usual), plain);
        const stepping = new Stepping(2000);
        equal(
          runUnder(scenario, bytes, stepping, 'exact', limits),
          plain,
          `stepping, seed ${seed}`,
        );
        const text = ({ steps }: Stepping) => steps.map((step) => step.text).join('\n');
        equal(text(stepping), text(usual), `stepping, seed ${seed}`);
        const cruise = new Cruise();
        equal(runUnder(scenario, bytes, cruise, 'exact', limits), plain, `cruising, seed ${seed}`);
        if (!usual.complete) continue;
        const wandering = new Wandering(usual.steps, new Random(seed));
        equal(
          runUnder(scenario, bytes, wandering, 'exact', limits),
          plain,
          `wandering, seed ${seed}`,
        );
        wandering.end();
      }
    },
  );
});
