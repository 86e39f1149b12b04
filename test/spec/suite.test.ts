/**
 * Scripts of the WebAssembly test suite under the engine: every assertion that V8 alone passes must
 * come out the same without stops, with V8's own traps, stepped through, and stopped at random. The
 * vector instructions are nine tenths of the suite and go through the engine all alike: few of their
 * scripts are run here, all by `npm run spec`. Where that follows, as WITNESS_SPEC=follows says, none is.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasCorpus, specSuite } from '../wasm/corpus.ts';
import { MODES, type Mode, runFile } from './suite.ts';

const VECTORS = /^simd_(address|bitwise|boolean|const|lane|linking|load|memory-multi|select|store)/;
/** Each as long as twenty others, and more of the same. */
const SLOW = /^(memory_copy|table_copy|float_exprs|skip-stack-guard-page)/;

/** Long ones that say with 32 bits what another says with 64, and those about literals only. */
const TWINS =
  /^(i32|f32|f32_cmp|f32_bitwise|address|align|endianness|table_init|(simd_)?const)\.wast/;

const follows = process.env['WITNESS_SPEC'] === 'follows';

const scripts = !hasCorpus
  ? []
  : readdirSync(specSuite, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wast') && !SLOW.test(name) && !TWINS.test(name))
      .filter((name) => !name.startsWith('simd_') || VECTORS.test(name))
      .sort();

describe.skipIf(!hasCorpus || follows)('the test suite', () => {
  let stepped = 0;
  const thrown: Record<Mode, number> = { cruise: 0, native: 0, stepped: 0, random: 0 };

  test.for(scripts)('%s', async (name) => {
    const { plain, modes } = await runFile(join(specSuite, name), name, 'witness');
    for (const mode of MODES) {
      const { differences, passed } = modes[mode]!;
      expect(differences).toEqual([]);
      expect(passed).toBe(plain);
    }
    stepped += modes.stepped!.stops;
    for (const mode of MODES) thrown[mode] += modes[mode]!.throws;
  });

  test('stepping has stopped the programs', () => {
    expect(stepped).toBeGreaterThan(100_000);
  });

  test.each(MODES)('exceptions have been followed: %s', (mode) => {
    // Only steps lead to the handlers; what nothing catches comes out in any mode.
    expect(thrown[mode]).toBeGreaterThan(mode === 'stepped' ? 100 : 20);
  });
});
