import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, each at least ten seconds of a core, the longest first. They begin before
 * the others, so that no core has to wait for one of them at the end.
 */
const LONGEST = [
  'engine/large',
  'host/contract',
  'cli/sightglass',
  'cli/programs/programs',
  'engine/fuzz/fuzz',
  'spec/suite',
  'cli/run',
  'cli/component',
  'engine/load-forwarding',
  'engine/fuzz/narrow',
  'examples/debuggers',
  'program/node/transparency',
  'engine/instrument/validity',
  'engine/bounds-checks',
  'engine/oracle/moves',
  'cli/debugger',
  'engine/oracle/oracle',
  'guests/trace',
  'wasm/malformed',
  'program/node/process',
  'cli/input',
  'host/random-calls',
  'engine/counted-loops',
  'engine/resumption-scenarios',
  'engine/indirect-calls',
  'host/component',
  'host/versions',
].map((name) => join(import.meta.dirname, 'test', `${name}.test.ts`));

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(moduleId);
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

// Each of hundreds of processes reads the same modules: what V8 made of them is kept.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/node');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: more workers only make the Worker-heavy end-to-end tests time out.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    // Node reads the modules itself, as it does for users: vitest's own form of them, in which each name
    // that is imported is a property of an object, makes the engine a third slower, and takes long to make.
    // There is nothing to mock.
    experimental: { viteModuleRunner: false, nodeLoader: false },
  },
});
