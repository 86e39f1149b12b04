/**
 * The trace debugger end to end: each file in trace/ begins with a command, and the rest is what the
 * real command prints, byte for byte. Nothing is normalised: every line of a trace is deterministic.
 * UPDATE_GOLDEN=1 writes what it prints now; read the difference before committing it.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { witness } from '../support/witness.ts';
import { assemble } from './assemble.ts';

const root = join(import.meta.dirname, '..', '..');
const golden = join(import.meta.dirname, 'trace');
const programs = join(import.meta.dirname, 'programs');
/** Where the commands in the golden files find the assembled programs. */
const out = join(import.meta.dirname, 'out');

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(programs)) {
    const bytes = await assemble(readFileSync(join(programs, file), 'utf8'));
    writeFileSync(join(out, `${basename(file, '.wat')}.wasm`), bytes);
  }
});

test.each(readdirSync(golden).filter((file) => file.endsWith('.txt')))('%s', async (file) => {
  const path = join(golden, file);
  const expected = readFileSync(path, 'utf8');
  const [command = ''] = expected.split('\n', 1);
  const [prompt, name, ...args] = command.split(' ');
  expect([prompt, name]).toEqual(['$', 'witness']);
  const { status, signal, stdout, stderr } = await witness(args, { cwd: root });
  const errors = debuggerErrors(stderr);
  const actual = `${command}\n${stdout}${errors}--- exit ${status ?? signal}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual);
  else expect(actual).toBe(expected);
});

/** The command's own messages (a trap's stack, say) have their tests in test/cli. */
function debuggerErrors(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('[trace] '));
  return lines.length === 0 ? '' : `--- stderr\n${lines.join('\n')}\n`;
}
