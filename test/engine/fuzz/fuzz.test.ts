/**
 * Random modules: plain V8, the cruise version, every instruction stepped, and exits at random
 * points must agree in results, traps, log, globals and memory; and every stop in its state.
 */
import { describe, expect, test } from 'vitest';
import { checkSeed } from './check.ts';

/** Seeds that have failed once: none so far. */
const KNOWN: readonly number[] = [];

const GROUPS = 15;
const GROUP = 10;

/** `npm run fuzz`: this long instead of the fixed seeds. */
const seconds = Number(process.env['WITNESS_FUZZ_SECONDS'] ?? 0);

describe.skipIf(seconds > 0)('the same in every way to run', () => {
  let steps = 0;
  const groups = Array.from({ length: GROUPS }, (_, i) => 1 + i * GROUP);
  test.each(groups)('ten seeds from %i', async (from) => {
    for (let seed = from; seed < from + GROUP; seed++) steps += await checkSeed(seed);
  });

  test('the programs do something', () => {
    expect(steps).toBeGreaterThan(GROUPS * GROUP * 100);
  });

  test.each(KNOWN)('seed %i', async (seed) => {
    await checkSeed(seed);
  });
});

describe.skipIf(seconds === 0)('for a while', () => {
  test('other seeds', { timeout: (seconds + 60) * 1000 }, async () => {
    const first = Number(process.env['WITNESS_FUZZ_SEED']);
    const end = Date.now() + seconds * 1000;
    let seed = first;
    for (; Date.now() < end; seed++) await checkSeed(seed);
    console.log(`seeds ${first} to ${seed - 1} agree`);
  });
});
