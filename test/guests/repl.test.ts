/**
 * The REPL end to end: each transcript in repl/ begins with a command; the lines behind the prompt are
 * what is typed, and the rest is what the real command prints, program and debugger on one pipe, byte
 * for byte. UPDATE_GOLDEN=1 writes what it prints now; read the difference before committing it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assemble } from '../engine/debuggee.ts';
import { witness } from '../support/witness.ts';
import { createWorkspace } from '../support/workspace.ts';

const directory = join(import.meta.dirname, 'repl');
const PROMPT = '(witness) ';
const space = createWorkspace();
afterAll(() => space[Symbol.dispose]());

beforeAll(async () => {
  for (const file of readdirSync(directory)) {
    const content = readFileSync(join(directory, file), 'utf8');
    if (file.endsWith('.mjs')) space.file(file, content);
    if (file.endsWith('.wat'))
      space.file(`${basename(file, '.wat')}.wasm`, await assemble(content));
  }
});

test.each(readdirSync(directory).filter((file) => file.endsWith('.txt')))('%s', async (file) => {
  const path = join(directory, file);
  const expected = readFileSync(path, 'utf8');
  const [command = '', ...rest] = expected.split('\n');
  const [prompt, name, verb, ...words] = command.split(' ');
  expect([prompt, name, verb]).toEqual(['$', 'witness', 'run']);
  // The prompt that meets the end of the input is the last one, with nothing behind it.
  const atEnd = (i: number) => rest[i] === PROMPT && rest[i + 1]?.startsWith('--- ');
  const typed = rest.filter((line, i) => line.startsWith(PROMPT) && !atEnd(i));
  const commands = typed.map((line) => `${line.slice(PROMPT.length)}\n`).join('');
  const args = ['run', '-D', 'repl', '--debugger-output', '-', ...words];
  const { status, signal, stdout, stderr } = await witness(args, {
    cwd: space.directory,
    stdin: commands,
  });
  const errors = stderr === '' ? '' : `--- stderr\n${stderr}`;
  const actual = `${command}\n${stdout}${errors}--- exit ${status ?? signal}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, actual);
  else expect(actual).toBe(expected);
});
