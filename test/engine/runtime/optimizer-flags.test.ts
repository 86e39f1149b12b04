/** The limits that are widened are V8's: another version may have others, or other names. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { OPTIMIZER_LIMITS } from '../../../src/engine/runtime/optimizer-flags.ts';

test('V8 has the flags, with these values', () => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const found = Object.entries(OPTIMIZER_LIMITS).map(([name, [, factor]]) => {
    const line = options.slice(options.indexOf(`--${name} (`)).split('\n')[1];
    return [name, [Number(/=(\d+)$/.exec(line ?? '')?.[1]), factor]];
  });
  expect(Object.fromEntries(found)).toEqual(OPTIMIZER_LIMITS);
});
