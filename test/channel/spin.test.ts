/** Waiting awake for a word: it ends with the change, or in vain; never before, never not at all. */
import { Worker } from 'node:worker_threads';
import { afterAll, expect, it } from 'vitest';
import { Spinner } from '../../src/channel/spin.ts';

const words = new Int32Array(new SharedArrayBuffer(8));
/** Changes word 0 as soon as word 1 says so. */
const other = new Worker(
  `const { workerData: words } = require('node:worker_threads');
   for (;;) {
     Atomics.wait(words, 1, 0);
     Atomics.store(words, 1, 0);
     Atomics.add(words, 0, 1);
   }`,
  { eval: true, workerData: words },
);
afterAll(() => other.terminate());

function changeSoon(): void {
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
}

it('what is there already needs no waiting', () => {
  const spinner = new Spinner();
  const now = Atomics.load(words, 0);
  expect(spinner.untilIs(words, 0, now)).toBe(true);
  expect(spinner.untilIsNot(words, 0, now + 1)).toBe(true);
});

it('what does not come is waited for in vain, however often', () => {
  const spinner = new Spinner();
  const now = Atomics.load(words, 0);
  for (let i = 0; i < 200; i++) expect(spinner.untilIsNot(words, 0, now)).toBe(false);
  for (let i = 0; i < 200; i++) expect(spinner.untilIs(words, 0, now + 1)).toBe(false);
});

it.each([0, 4, 500])('what another thread changes is seen, after %i times in vain', (times) => {
  const spinner = new Spinner();
  const now = Atomics.load(words, 0);
  for (let i = 0; i < times; i++) spinner.untilIs(words, 0, now + 1);
  changeSoon();
  while (!spinner.untilIs(words, 0, now + 1));
  expect(spinner.untilIsNot(words, 0, now)).toBe(true);
});
