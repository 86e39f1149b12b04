/**
 * Scripts of the WebAssembly test suite under the engine: every assertion that V8 alone passes must
 * come out the same without stops, stepped through, and stopped at random. The vector instructions
 * are nine tenths of the suite and go through the engine all alike: few of their scripts are run
 * here, all by `npm run spec`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasCorpus, specSuite } from '../wasm/corpus.ts';
import { MODES, runFile } from './suite.ts';

const VECTORS = /^simd_(address|bitwise|boolean|const|lane|linking|load|memory-multi|select|store)/;
/** Each as long as twenty others, and more of the same. */
const SLOW = /^(memory_copy|table_copy|float_exprs|skip-stack-guard-page)/;

const scripts = !hasCorpus
  ? []
  : readdirSync(specSuite, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wast') && !SLOW.test(name))
      .filter((name) => !name.startsWith('simd_') || VECTORS.test(name))
      .sort();

describe.skipIf(!hasCorpus)('the test suite', () => {
  let stepped = 0;

  test.for(scripts)('%s', async (name) => {
    const { plain, modes } = await runFile(join(specSuite, name), 'witness');
    for (const mode of MODES) {
      const { differences, passed, notCovered } = modes[mode]!;
      expect(differences).toEqual([]);
      const refused = Object.values(notCovered).reduce((sum, count) => sum + count, 0);
      expect(passed + refused).toBe(plain);
    }
    stepped += modes.stepped!.stops;
  });

  test('stepping has stopped the programs', () => {
    expect(stepped).toBeGreaterThan(100_000);
  });
});
