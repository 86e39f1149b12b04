/**
 * Compares random modules for a while:
 *
 *     npm run fuzz -- [--seconds N] [--seed S]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1000' },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^\d{1,9}$/.test(value)) continue;
  console.error(`--${name} must be a whole number, not ${value}`);
  process.exit(2);
}
const { status } = spawnSync('vitest', ['run', 'test/engine/fuzz'], {
  stdio: 'inherit',
  env: { ...process.env, WITNESS_FUZZ_SECONDS: values.seconds, WITNESS_FUZZ_SEED: values.seed },
});
process.exit(status ?? 1);
