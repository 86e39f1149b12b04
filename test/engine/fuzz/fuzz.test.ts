/**
 * Random modules: plain V8, the cruise version with both ways to find traps, every instruction
 * stepped, and stops at random points must agree in results, errors, log, globals, tables and
 * memories; and every stop in its state.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { addExercised, type Exercised } from './exercised.ts';
import { checkSeed, SOURCES, type Source } from './seeds.ts';

/** How many seeds of each source; `npm run fuzz` takes as many as there is time for. */
const COUNTS: Readonly<Record<Source, number>> = {
  own: 8,
  wide: 12,
  loops: 12,
  temporaries: 12,
  binaryen: 12,
  mutated: 4,
};
const GROUP = 4;

/** Seeds that have failed once. */
const KNOWN: readonly (readonly [Source, number])[] = [
  // In a protected body of a continuation, the read that keeps a call's position was one of a local again.
  ['binaryen', 91000040],
  // Calls that nothing can reach, in a function with exceptions that calls nothing else.
  ['binaryen', 40000106],
  // A trap whose frame V8 leaves out of its stack, after inlining a tail call, was reported twice.
  ['wide', 7500076],
  ['binaryen', 7000232],
  // Operands have the label's types behind a br_if that could have taken them there.
  ['binaryen', 2039],
  ['binaryen', 2053],
  // Homes of a loop's results, on the way past the loop that a continuation began in.
  ['binaryen', 10088],
  // Segments in a function of which only the entry is compiled with the module.
  ['wide', 3],
  // V8 chooses between two errors.
  ['binaryen', 10295],
];

const total: Exercised = {};

async function run(source: Source, seed: number): Promise<void> {
  const { refused, exercised } = await checkSeed(source, seed);
  addExercised(total, { refused, ...exercised });
}

describe.each(SOURCES)('%s', (source) => {
  const groups = Array.from({ length: COUNTS[source] / GROUP }, (_, i) => 1 + i * GROUP);
  test.each(groups)(`${GROUP} seeds from %i`, async (from) => {
    for (let seed = from; seed < from + GROUP; seed++) await run(source, seed);
  });
});

describe('failed once', () => {
  test.each(KNOWN)('%s seed %i', async (source, seed) => {
    await run(source, seed);
  });
});

afterAll(() => {
  // The programs do something.
  const atLeast: Exercised = {
    refused: 50,
    'event breakpoint': 10_000,
    'early return followed to a caller': 50,
    'compared with interventions in the code': 50,
  };
  for (const [what, times] of Object.entries(atLeast)) {
    expect(total[what], what).toBeGreaterThan(times);
  }
});
