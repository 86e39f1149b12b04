/** A memory that cannot be allocated: the same error, at the same moment. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from './debuggee.ts';

const ENTRY = join(import.meta.dirname, 'allocation-process.ts');
/** KiB of addresses: enough for V8 and for some memories of 16 GiB. */
const ADDRESSES = 100_000_000;

/** Memories of 16 GiB, and an import that V8 refuses later than that. */
const TEXT = '(module (import "host" "f" (func)) (memory i64 262144 262144))';

function seen(by: 'V8' | 'engine', bytes: Uint8Array): string[] {
  const hex = Buffer.from(bytes).toString('hex');
  const command = `ulimit -v ${ADDRESSES} && exec "${process.execPath}" "${ENTRY}" ${by} ${hex}`;
  return JSON.parse(execFileSync('sh', ['-c', command], { encoding: 'utf8' })) as string[];
}

test.runIf(process.platform === 'linux')('is reported as by V8', async () => {
  const bytes = await assemble(TEXT);
  const expected = seen('V8', bytes);
  expect(expected.filter((line) => line.startsWith('RangeError'))).toHaveLength(3);
  expect(seen('engine', bytes)).toEqual(expected);
});
