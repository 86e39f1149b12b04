/**
 * A component that calls every method of the world with random arguments in random order. As long as
 * it keeps to the rules it gets results and the contract's errors, and never traps; when it breaks
 * one, the method that it named traps, and the next component runs as if nothing had been.
 *
 * WITNESS_RANDOM_SECONDS=60 goes on for a minute, WITNESS_RANDOM_SEED=n begins with another seed.
 */

import { afterAll, expect, it } from 'vitest';
import { buildRandomCaller } from '../support/contract-guest/build.ts';
import { ComponentRunner } from './contract/component.ts';
import { assembleProgram, type Entry } from './contract/program.ts';
import { engineGives } from './contract/table.ts';
import { METHODS } from './contract/wit.ts';

const SECONDS = Number(process.env['WITNESS_RANDOM_SECONDS'] ?? 0);
const FIRST_SEED = Number(process.env['WITNESS_RANDOM_SEED'] ?? 1);
const RUNS = 30;
const CALLS = 5000;
/** Before the one that is forbidden. */
const FEW_CALLS = 300;
const ENTRIES: readonly Entry[] = [
  ...(['calls', 'references', 'throws', 'throws-extern', 'traps', 'fails', 'many'] as const),
];

const SIGNATURES = [...METHODS.values()].map(({ name, params }) => [name, ...params].join(' '));

const runner = new ComponentRunner(await assembleProgram(), await buildRandomCaller());
afterAll(() => runner[Symbol.asyncDispose]());

const calls = new Map<string, number>();
let traps = 0;

/** What is wrong with a run, if something is. */
async function run(seed: number): Promise<string | undefined> {
  const entry = ENTRIES[seed % ENTRIES.length]!;
  const forbids = Math.floor(seed / ENTRIES.length) % 2 === 1;
  const settings = forbids ? [`${FEW_CALLS}`, 'forbid'] : [`${CALLS}`, 'legal'];
  const args = ['random', `${seed}`, ...settings, ...SIGNATURES];
  const { lines, failure, trapped, held } = await runner.run(entry, args);
  if (held !== 0) return `${held} handles were never given back`;
  if (!forbids && failure !== undefined) return `a legal call trapped: ${failure}`;
  if (forbids) {
    const expected = lines.find((line) => line.startsWith('expect '))?.slice('expect '.length);
    if (failure === undefined || !trapped) return `${expected} did not trap: ${failure}`;
    if (!failure.startsWith(`${expected}: `)) return `not ${expected} trapped, but ${failure}`;
    traps++;
    return undefined;
  }
  for (const line of lines) {
    const [method, outcome, count] = line.split(' ') as [string, string, string];
    if (outcome !== 'result' && !engineGives(method, outcome)) return `${method} gave ${outcome}`;
    calls.set(method, (calls.get(method) ?? 0) + Number(count));
  }
  return undefined;
}

it(
  'gets nothing but what the contract says',
  async () => {
    const end = performance.now() + SECONDS * 1000;
    for (let i = 0; i < RUNS || performance.now() < end; i++) {
      const seed = FIRST_SEED + i;
      const wrong = await run(seed);
      if (wrong !== undefined) throw new Error(`seed ${seed}: ${wrong}`);
    }
    expect([...METHODS.keys()].filter((method) => !calls.has(method))).toEqual([]);
    expect(traps).toBeGreaterThan(0);
    const total = [...calls.values()].reduce((sum, count) => sum + count, 0);
    if (SECONDS > 0) console.log(`${total} legal calls, ${traps} traps`);
  },
  (SECONDS + 120) * 1000,
);
