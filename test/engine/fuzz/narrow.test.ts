/**
 * Random programs within limits so narrow that what is meant for enormous functions happens in all:
 * locals in frames only, operands that share scratch locals, code that begins in continuations and
 * goes from one to the next after few instructions.
 */
import { equal } from 'node:assert/strict';
import { describe, test } from 'vitest';
import { CODE_LIMITS, type CodeLimits } from '../../../src/engine/instrument/code-limits.ts';
import { assemble } from '../debuggee.ts';
import { Random } from '../random.ts';
import { Cruise, Stepping, Wandering } from './debuggers.ts';
import { runUnder } from './engine-run.ts';
import { randomScenario, runPlain } from './program.ts';

const NARROW: Readonly<Record<string, CodeLimits>> = {
  'locals in frames, one home': {
    ...CODE_LIMITS,
    locals: 0,
    homes: 1,
    steppingLocals: 0,
    runningLocals: 0,
  },
  'some locals in frames, two homes': {
    ...CODE_LIMITS,
    locals: 16,
    homes: 2,
    steppingLocals: 1,
    runningLocals: 2,
  },
  'entries only': {
    ...CODE_LIMITS,
    cruiseBytes: 0,
    homes: 2,
    steppingBytes: 0,
    runningBytes: 0,
    mostRunningBytes: 0,
    loopBytes: 0,
  },
  'short pieces that grow': {
    ...CODE_LIMITS,
    codeBytes: 100,
    steppingBytes: 200,
    runningBytes: 20,
    mostRunningBytes: 1000,
    loopBytes: 100,
  },
};

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
