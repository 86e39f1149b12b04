import { expect, test } from 'vitest';
import { featureHint, missingFeatures } from '../../src/program/features.ts';

test('the pinned Node has every feature, so no hint is given', () => {
  expect(missingFeatures()).toEqual([]);
  expect(featureHint('v26.0.0', [])).toBe('');
});

test('a Node without 64-bit memories and exnref is named', () => {
  // Refuses what an old V8 does not know: the limits flag 4, the type code 0x69.
  const old = (bytes: Uint8Array) => bytes[8] !== 5 && !bytes.includes(0x69);
  const missing = missingFeatures((bytes) => old(bytes) && WebAssembly.validate(bytes));
  // The first 0x61 0x73 0x6d has no 0x69, so only the probes decide.
  expect(missing).toEqual(['64-bit memories', 'exception handling with exnref']);
  expect(featureHint('v22.3.0', missing)).toBe(
    '\nthis Node (v22.3.0) has no 64-bit memories, no exception handling with exnref; ' +
      'if the program uses that, use a newer Node',
  );
});
