/** The limits that are widened are V8's: another version may have others, or other names. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { INLINING_LIMITS } from '../../src/engine/runtime/inlining.ts';

test('V8 has the flags, with these values', () => {
  const options = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  const found = Object.keys(INLINING_LIMITS).map((name) => {
    const line = options.slice(options.indexOf(`--${name} (`)).split('\n')[1];
    return [name, Number(/=(\d+)$/.exec(line ?? '')?.[1])];
  });
  expect(Object.fromEntries(found)).toEqual(INLINING_LIMITS);
});
